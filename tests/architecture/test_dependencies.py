"""The lock holds what is imported, with a hash for each file and the address of none."""

import re
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.core.local_services.lease import PROJECT
from tests.support.source import PRODUCT, imported_packages, python_files

OURS = {*PRODUCT, "simulator", "migrations", "tests"}
# Never imported by us: found by name by what we import, or run as programs.
FOUND_BY_NAME = {
    "alembic",  # run as a program; imported by migrations
    "httptools",  # uvicorn's parser
    "sniffio",  # httpcore looks for it at each request; where it is not, the disk is searched each time
    "python-multipart",  # starlette's forms
    "shopifyapi",
    "tzdata",  # zoneinfo
    "uvicorn",
    "uvloop",  # uvicorn's loop
}


def declared(name: str) -> dict[str, Requirement]:
    """What a file of requirements asks for itself."""
    lines = (PROJECT / name).read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {str(canonicalize_name(each.name)): each for each in wanted}


def imported(*folders: str) -> set[str]:
    """The distributions the code below these folders imports."""
    distributions = packages_distributions()
    names = set().union(*(imported_packages(file) for file in python_files(*folders)))
    foreign = {name for name in names if name not in sys.stdlib_module_names and name not in OURS}
    return {canonicalize_name(distributions[name][0]) for name in foreign}


def test_the_product_declares_what_it_imports_and_nothing_else() -> None:
    wanted = set(declared("requirements.in"))

    used = imported(*PRODUCT, "migrations", "api")

    assert used - wanted == set()
    assert wanted - used - FOUND_BY_NAME == set()


def test_tests_and_simulator_declare_what_they_import() -> None:
    wanted = {*declared("requirements.in"), *declared("requirements-dev.in"), "packaging"}

    assert imported("tests", "simulator") - wanted == set()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_pins_what_is_declared_with_hashes(name: str) -> None:
    lock = (PROJECT / f"{name}.txt").read_text()
    entries = re.findall(
        r"^([a-z0-9._-]+)==(\S+)((?: ;.*?)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.M
    )

    locked = {str(canonicalize_name(package)): version for package, version, _ in entries}

    assert len(entries) == len(re.findall(r"^[a-z0-9]", lock, re.M))
    for package, requirement in declared(f"{name}.in").items():
        assert f"=={locked[package]}" == str(requirement.specifier)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_names_no_registry(name: str) -> None:
    lock = (PROJECT / f"{name}.txt").read_text()

    assert "://" not in lock
    assert "index" not in lock
    assert "find-links" not in lock
