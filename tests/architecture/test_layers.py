"""What import contracts cannot express: private repositories, one place to commit, one place to set a status."""

import tomllib
from functools import cache

import grimp
import pytest

from app.core.local_services.lease import PROJECT
from tests.support.source import PRODUCT, assignments, calls, python_files

LAYERED = ("flows", "service", "repository", "models", "rules", "states", "errors")


@cache
def graph() -> grimp.ImportGraph:
    """Who imports whom in the product."""
    return grimp.build_graph(*PRODUCT, cache_dir=None)


def test_repositories_are_private() -> None:
    repositories = [name for name in graph().modules if ".repository" in name]

    intruders = [
        (importer, repository)
        for repository in repositories
        for importer in graph().find_modules_that_directly_import(repository)
        if not importer.startswith(repository.partition("repository")[0])
    ]

    assert repositories
    assert intruders == []


def test_only_the_unit_ledger_reaches_its_tables() -> None:
    importers = graph().find_modules_that_directly_import("app.units.models")

    assert {name for name in importers if not name.startswith("app.units.")} == set()


def test_only_the_unit_of_work_commits() -> None:
    files = python_files(*PRODUCT)

    places = [place for file in files for place in calls(file, "commit")]

    assert {place.partition(":")[0] for place in places} == {"app/core/unit_of_work.py"}


@pytest.mark.parametrize("folder", PRODUCT)
def test_a_status_is_set_by_its_own_model_only(folder: str) -> None:
    files = [file for file in python_files(folder) if file.name != "models.py" and "core" not in file.parts]

    places = [place for file in files for place in assignments(file, frozenset({"state", "status"}))]

    # What a web application keeps for its lifetime hangs on `application.state`, which is no status.
    assert [place for place in places if not place.startswith(("app/asgi.py", "embedded_ui/session.py"))] == []


def test_every_domain_stands_in_the_contract_of_its_layers() -> None:
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [contract] = [each for each in configuration["contracts"] if each["name"].startswith("Inside a domain")]

    domains = {
        f"app.{folder.name}"
        for folder in (PROJECT / "app").iterdir()
        if folder.name not in {"core", "gateways"}
        and any((folder / f"{layer}.py").exists() or (folder / layer).is_dir() for layer in LAYERED)
    }

    assert set(contract["containers"]) == domains
