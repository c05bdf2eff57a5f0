"""The README tells the truth about settings and commands."""

import re
from dataclasses import MISSING, fields

from app.cli import COMMANDS
from app.core.local_services.lease import PROJECT
from app.core.settings import Settings

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """The table of settings as the README has to show it."""
    rows = ["| Setting | Default | What it is for |", "|---|---|---|"]
    for each in fields(Settings):
        default = "**required**" if each.default is MISSING else f"`{each.default}`" if each.default != "" else "empty"
        rows.append(f"| `{each.metadata['variable']}` | {default} | {each.metadata['about']} |")
    return "\n".join(rows)


def test_every_setting_stands_in_the_readme() -> None:
    shown = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.S)

    assert shown is not None
    assert shown[1] == settings_table()


def test_commands_and_targets_the_readme_names_exist() -> None:
    targets = (PROJECT / "Makefile").read_text()

    hub = set(re.findall(r"`hub ([a-z-]+)", README))
    make = set(re.findall(r"`?make ([a-z]+)", README)) - {"a"}

    assert hub <= {command.name for command in COMMANDS}
    assert all(re.search(rf"^{target}:", targets, re.M) for target in make)


def test_folders_the_readme_names_exist() -> None:
    table = README.partition("## Where to look")[2]

    named = {name.strip("`").partition("<")[0] for name in re.findall(r"`[a-z_]+/[^`]*`", table)}

    folders = (PROJECT, PROJECT / "tests")
    assert [name for name in named if not any((folder / name).is_dir() for folder in folders)] == []
