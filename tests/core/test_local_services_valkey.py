"""The Redis-compatible server under our supervisor: started once, back after a kill, nothing lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.core.local_services import binaries
from app.core.local_services.folders import SOCKET_PATH_LIMIT
from app.core.local_services.processes import ProcessRecords
from app.core.local_services.valkey import NAME, Valkey
from tests.support.worlds import processes_mentioning, world_folder


@pytest.fixture
def world() -> Iterator[Path]:
    """A world folder of the test's own."""
    with world_folder() as folder:
        yield folder


def test_a_killed_server_comes_back_with_what_was_written(world: Path) -> None:
    server = Valkey(world / "valkey", ProcessRecords(world / "processes"))
    server.start()

    for number in range(3):
        with Redis.from_url(server.url) as client:
            client.rpush("kept", number)
        process = server.records.find(NAME)
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        server.start()

    with Redis.from_url(server.url) as client:
        assert client.lrange("kept", 0, -1) == [b"0", b"1", b"2"]
    server.stop()
    assert not processes_mentioning(str(world))


def test_a_server_that_hangs_is_replaced(world: Path) -> None:
    server = Valkey(world / "valkey", ProcessRecords(world / "processes"))
    server.start()
    process = server.records.find(NAME)
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)

    server.start()

    assert not process.is_running
    assert server.is_answering()
    server.stop()


def test_a_long_path_gets_a_short_place_for_the_socket_and_leaves_it_clean(world: Path) -> None:
    server = Valkey(world / ("x" * 60) / ("y" * 60) / "valkey", ProcessRecords(world / "processes"))

    server.start()
    place = server.socket

    assert len(os.fsencode(place)) <= SOCKET_PATH_LIMIT
    assert server.is_answering()
    server.stop()
    assert not place.parent.exists()


def test_the_servers_are_found_without_importing_the_packages_around_them() -> None:
    program = (
        "import sys; from app.core.local_services import binaries;"
        "binaries.find_postgres(); binaries.find_valkey();"
        f"print([name for name in {(*binaries.POSTGRES_PACKAGES, *binaries.VALKEY_PACKAGES)} if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
