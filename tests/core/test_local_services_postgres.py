"""PostgreSQL under our supervisor: every fault the wheels' own wrapper was seen to have."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import SOCKET_PATH_LIMIT
from app.core.local_services.postgres import NAME, PID_FILE, SOCKET, Postgres
from app.core.local_services.processes import Process, ProcessRecords, born, wait_until
from tests.support.worlds import processes_mentioning, world_folder

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root has to change its account")


@pytest.fixture(scope="module", params=[False, True], ids=["lasting", "passing"])
def shared(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """One server for the tests that only hurt it."""
    with world_folder() as folder:
        server = Postgres(folder / "postgres", ProcessRecords(folder / "processes"), is_passing=request.param)
        server.start()
        with server.connect() as connection:
            connection.execute("CREATE TABLE written (n int)")
        yield server
        server.stop()


@pytest.fixture
def server(shared: Postgres) -> Postgres:
    """The shared server, running."""
    shared.start()
    return shared


@pytest.fixture
def world() -> Iterator[Path]:
    """A world folder of the test's own."""
    with world_folder() as folder:
        folder.mkdir(mode=0o711)
        yield folder


def pid_of(server: Postgres) -> int:
    process = server.records.find(NAME)
    assert process is not None
    return process.pid


def rows_until_killed(server: Postgres) -> int:
    """Write until the server, killed in the midst of it, no longer answers; return how many rows it acknowledged."""
    acknowledged = 0
    with suppress(psycopg.OperationalError), server.connect() as connection:
        while True:
            connection.execute("INSERT INTO written VALUES (1)")
            acknowledged += 1
            if acknowledged == 50:
                os.kill(pid_of(server), signal.SIGKILL)
    return acknowledged


def test_only_a_passing_server_leaves_the_disk_to_the_machine(server: Postgres) -> None:
    with server.connect() as connection:
        [row] = connection.execute("SHOW fsync").fetchall()

    assert row == ("off" if server.is_passing else "on",)


def test_a_killed_server_comes_back_with_every_acknowledged_row(server: Postgres) -> None:
    acknowledged = 0

    for _ in range(3):
        acknowledged += rows_until_killed(server)
        server.start()

    with server.connect() as connection:
        [row] = connection.execute("SELECT count(*) FROM written").fetchall()
    # A row may be stored without its answer having arrived, never the other way round.
    assert acknowledged >= 150
    assert acknowledged <= row[0] <= acknowledged + 3  # type: ignore[operator]


def test_a_stopped_process_number_that_now_belongs_to_somebody_else_does_not_block_the_start(server: Postgres) -> None:
    server.stop()
    (server.data / PID_FILE).write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n{server.sockets}\n\n")
    (server.sockets / f"{SOCKET}.lock").write_text(f"{os.getpid()}\n")

    server.start()

    assert server.is_answering()
    assert born(os.getpid()) is not None


@pytest.mark.parametrize("content", ["", "\n", "not a number\n", "999999999\n"])
def test_a_pid_file_without_meaning_does_not_block_the_start(server: Postgres, content: str) -> None:
    server.stop()
    (server.data / PID_FILE).write_text(content)

    server.start()

    assert server.is_answering()


def test_a_server_that_hangs_is_replaced(server: Postgres) -> None:
    hanging = pid_of(server)
    os.kill(hanging, signal.SIGSTOP)

    server.start()

    assert pid_of(server) != hanging
    assert server.is_answering()


def test_a_server_nobody_recorded_is_found_and_can_be_stopped(server: Postgres) -> None:
    unrecorded = pid_of(server)
    server.records.forget(NAME)

    server.start()
    server.stop()

    assert born(unrecorded) is None


def test_starting_twice_changes_nothing(server: Postgres) -> None:
    before = pid_of(server)

    server.start()

    assert pid_of(server) == before


def test_stopping_leaves_no_process(server: Postgres) -> None:
    server.stop()

    assert not processes_mentioning(str(server.data))
    assert not (server.data / PID_FILE).exists()


def test_a_recycled_number_is_never_ended_in_place_of_the_recorded_process() -> None:
    ourselves_mistaken = Process("postgres", os.getpid(), "another boot/1", signal.SIGKILL)

    ourselves_mistaken.end()

    assert not ourselves_mistaken.is_running


def test_an_interrupted_first_start_is_made_again(world: Path) -> None:
    draft = world / "postgres" / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("half")

    server = Postgres(world / "postgres", ProcessRecords(world / "processes"))
    server.start()
    server.stop()

    assert (server.data / "PG_VERSION").read_text() != "half"


def test_a_long_path_gets_a_short_place_for_the_socket_and_leaves_it_clean(world: Path) -> None:
    deep = world / ("x" * 60) / ("y" * 60) / "postgres"
    server = Postgres(deep, ProcessRecords(world / "processes"))

    server.start()
    sockets = server.sockets

    assert len(os.fsencode(sockets / SOCKET)) <= SOCKET_PATH_LIMIT
    assert server.is_answering()
    assert sockets.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not sockets.exists()


def test_a_server_that_cannot_start_says_why(world: Path) -> None:
    server = Postgres(world / "postgres", ProcessRecords(world / "processes"))
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(LocalServiceError, match="no_such_setting"):
        server.start(patience=0.5)

    assert server.records.find(NAME) is None


@AS_ROOT
@pytest.mark.parametrize("way", ["unshare", "account", "copy"])
def test_root_starts_it_in_each_way_and_finds_its_data_again(world: Path, way: str) -> None:
    server = Postgres(world / "postgres", ProcessRecords(world / "processes"), ways=(way,))
    try:
        server.start()
    except LocalServiceError:
        pytest.skip(f"{way} is not allowed here")
    with server.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    server.stop()

    again = Postgres(world / "postgres", ProcessRecords(world / "processes"))
    again.start()

    assert again.footing.way == way
    assert again.footing.home.stat().st_mode & 0o777 == 0o700
    with again.connect() as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
    again.remove()
    assert not processes_mentioning(str(world))
    assert not again.footing.home.exists()


@AS_ROOT
def test_a_world_closed_to_others_needs_no_door_opened(world: Path) -> None:
    closed = world / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "postgres", ProcessRecords(world / "processes"), ways=("account", "copy"))

    server.start()

    assert server.footing.way == "account"
    assert not server.data.is_relative_to(closed)
    assert closed.stat().st_mode & 0o777 == 0o700
    server.remove()
    assert not server.footing.home.exists()


def test_backends_of_a_killed_server_do_not_keep_the_next_one_from_starting(server: Postgres) -> None:
    with server.connect() as connection:
        os.kill(pid_of(server), signal.SIGKILL)
        assert wait_until(lambda: server.records.find(NAME) is None, patience=5)

        server.start()

        assert server.is_answering()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
