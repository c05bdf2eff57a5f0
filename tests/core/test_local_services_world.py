"""The surroundings of a local world: generated once, kept secret, overridden by what the environment sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import Lease
from app.core.local_services.services import start_services
from app.core.local_services.world import SECRETS, World
from app.core.settings import load_settings
from tests.support.worlds import world_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one world."""
    with world_folder() as found:
        yield found


def test_the_local_world_satisfies_the_settings(folder: Path) -> None:
    world = World.of({"HUB_STATE_DIR": str(folder), "HUB_PORT_BASE": "9100"})

    settings = load_settings(world.product_environment({"DATABASE_URL": "postgresql+psycopg://local"}))

    assert settings.app_url == "http://127.0.0.1:9100"
    assert settings.network_address == "http://127.0.0.1:9101"
    assert settings.store_url == "http://127.0.0.1:9101/shops/{shop}"


def test_secrets_are_made_once_and_readable_by_their_owner_only(folder: Path) -> None:
    world = World.of({"HUB_STATE_DIR": str(folder)})

    first, second = world.product_environment({}), world.product_environment({})

    assert {name: first[name] for name in SECRETS} == {name: second[name] for name in SECRETS}
    assert len({first[name] for name in SECRETS}) == len(SECRETS)
    assert {file.stat().st_mode & 0o777 for file in (folder / "secrets").iterdir()} == {0o600}


def test_the_simulator_is_told_nothing_that_belongs_to_the_product_alone(folder: Path) -> None:
    world = World.of({"HUB_STATE_DIR": str(folder), "DATABASE_URL": "postgresql+psycopg://production"})

    seen = world.simulator_environment()

    assert "DATABASE_URL" not in seen
    assert "TOKEN_ENCRYPTION_KEYS" not in seen
    assert Path(seen["HUB_INTERNAL_SECRET_FILE"]).read_text()


def test_addresses_in_the_environment_take_the_place_of_local_servers(folder: Path) -> None:
    named = {
        "DATABASE_URL": "postgresql+psycopg://production",
        "DATABASE_MIGRATION_URL": "postgresql+psycopg://owner",
        "REDIS_URL": "redis://production",
    }
    world = World.of({"HUB_STATE_DIR": str(folder), **named})

    with Lease(folder) as lease:
        services = start_services(world, lease)

        assert not services.starts
        assert not list((folder / "processes").glob("*.json"))
    assert named.items() <= world.product_environment(services.addresses).items()


def test_a_database_without_its_owner_is_refused(folder: Path) -> None:
    world = World.of({"HUB_STATE_DIR": str(folder), "DATABASE_URL": "postgresql+psycopg://production"})

    with Lease(folder) as lease, pytest.raises(LocalServiceError, match="DATABASE_MIGRATION_URL"):
        start_services(world, lease)


@pytest.mark.parametrize("port", ["0", "web", "65535", "-1"])
def test_a_port_base_that_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(LocalServiceError, match="HUB_PORT_BASE"):
        World.of({"HUB_PORT_BASE": port})
