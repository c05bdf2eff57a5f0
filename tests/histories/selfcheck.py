"""Checks the harness itself: applies each deliberate bug to a scratch copy, where it has to be caught."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.histories.bugs import BUGS, Bug

PROJECT = Path(__file__).parents[2]


def copy_project(target: Path) -> None:
    """Copy what the project is made of, as it stands on disk."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, target / name)


def apply(bug: Bug, folder: Path) -> None:
    """Make the mistake; a place that is not there, or there twice, is an error of the table."""
    for name, stands, instead in bug.changes:
        text = (folder / name).read_text()
        if text.count(stands) != 1:
            raise SystemExit(f"{bug.name}: {name} holds {text.count(stands)} times:\n{stands}")
        (folder / name).write_text(text.replace(stands, instead))


def restore(bug: Bug, folder: Path) -> None:
    """Undo the mistake."""
    for name, _, _ in bug.changes:
        shutil.copy(PROJECT / name, folder / name)


def catcher(folder: Path, seeds: Sequence[int], tests: Sequence[str]) -> str | None:
    """Return what failed in the folder: a seed with its first finding, or a test; None when all is well."""
    for seed in seeds:
        command = [sys.executable, "-m", "tests.histories", "--seeds", str(seed), "--shrink", "0", "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            failures = json.loads(done.stdout)["failures"] if done.stdout else []
            return f"seed {seed}: {failures[0]['findings'][0] if failures else 'the hub does not even start'}"
    if tests:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return failed[0].split(" - ")[0] if failed else f"pytest ended with {done.returncode}"
    return None


def check(bug: Bug, folder: Path) -> str | None:
    """Return what catches the bug in the folder, which is left as it was."""
    apply(bug, folder)
    try:
        return catcher(folder, bug.seeds, bug.tests)
    finally:
        restore(bug, folder)


def main() -> int:
    """Make every mistake once and tell what caught it."""
    parser = argparse.ArgumentParser(description="each of twelve deliberate bugs has to be caught")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of bugs, from 1")
    parser.add_argument("--trust", action="store_true", help="do not look first whether all is well without a bug")
    options = parser.parse_args()
    bugs = {number: bug for number, bug in enumerate(BUGS, 1) if not options.only or number in options.only}
    with tempfile.TemporaryDirectory(prefix="hub-selfcheck-") as name:
        folder = Path(name)
        copy_project(folder)
        seeds = sorted({seed for bug in bugs.values() for seed in bug.seeds})
        tests = sorted({test for bug in bugs.values() for test in bug.tests})
        if not options.trust and (wrong := catcher(folder, seeds, tests)):
            print(f"without any bug something fails already: {wrong}")
            return 2
        caught = 0
        for number, bug in bugs.items():
            found = check(bug, folder)
            caught += found is not None
            print(f"{number:2} {'caught' if found else 'MISSED'}  {bug.name}\n     {found or ''}", flush=True)
    print(f"{caught} of {len(bugs)} caught")
    return 0 if caught == len(bugs) else 1


if __name__ == "__main__":
    sys.exit(main())
