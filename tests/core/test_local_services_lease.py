"""Several users of one world: the first starts it, all share it, the last one out leaves nothing behind."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.core.local_services.lease import Lease
from app.core.local_services.postgres import Postgres
from app.core.local_services.processes import born, wait_until
from tests.support.worlds import processes_mentioning, python_for, use_world, world_folder

PATIENCE = 60


@pytest.fixture
def world() -> Iterator[Path]:
    """A world folder of the test's own."""
    with world_folder() as folder:
        yield folder


def arrived(user: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait until the user's world is up; the server's process number and address."""
    assert user.stdout is not None
    line = user.stdout.readline()
    if not line:
        raise AssertionError(user.communicate()[1])
    pid, url = line.split()
    return int(pid), url


def left(user: "subprocess.Popen[str]") -> None:
    """Let the user leave and see that it did so without complaint."""
    _, complaints = user.communicate(timeout=PATIENCE)
    assert (user.returncode, complaints) == (0, "")


def test_eight_first_starts_at_once_share_one_server(world: Path) -> None:
    users = [use_world(world) for _ in range(8)]

    servers = {arrived(user) for user in users}

    assert len(servers) == 1
    for user in users:
        left(user)
    assert not processes_mentioning(str(world))


def test_a_world_lives_until_the_last_user_leaves_and_keeps_its_data(world: Path) -> None:
    first, second = use_world(world), use_world(world)
    _, url = arrived(first)
    arrived(second)

    left(first)

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("hub_login", "hub")
    left(second)
    assert not processes_mentioning(str(world))
    third = use_world(world)
    assert arrived(third)[1] == url
    left(third)


def test_a_killed_user_leaves_nothing_behind(world: Path) -> None:
    user = use_world(world)
    arrived(user)

    user.kill()
    user.communicate()

    assert wait_until(lambda: not processes_mentioning(str(world)), PATIENCE)


def test_what_a_killed_user_and_its_killed_guard_left_is_ended_by_the_next(world: Path) -> None:
    user = use_world(world)
    arrived(user)
    guard = Lease(world)._guards.find("guard")
    assert guard is not None
    os.kill(guard.pid, signal.SIGKILL)
    user.kill()
    user.communicate()
    assert processes_mentioning(str(world))

    following = use_world(world)
    arrived(following)
    left(following)

    assert not processes_mentioning(str(world))


def test_a_world_to_be_discarded_goes_with_its_last_user(world: Path) -> None:
    lease = Lease(world, discard=True)
    lease.take()
    Postgres(world / "postgres", lease.records).start()

    lease.give_back()

    assert not world.exists()
    assert not processes_mentioning(str(world))


def looks_of_guard(world: Path) -> int:
    """How often the guard has woken up so far."""
    guard = Lease(world)._guards.find("guard")
    assert guard is not None
    status = Path(f"/proc/{guard.pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux tells how often a process woke up")
def test_a_world_whose_folder_was_removed_is_ended_too(world: Path) -> None:
    user = use_world(world)
    pid, _ = arrived(user)
    looks = looks_of_guard(world)
    assert wait_until(lambda: looks_of_guard(world) > looks + 3, PATIENCE)
    shutil.rmtree(world)

    user.kill()
    user.communicate()

    assert wait_until(lambda: born(pid) is None and not processes_mentioning(str(world)), PATIENCE)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_is_served_after_root_was(world: Path) -> None:
    python = python_for("nobody")
    if python is None:
        pytest.skip("no interpreter here that an ordinary user may run")
    own = world.parent / "own"
    own.mkdir()
    os.chown(own, 65534, -1)
    root = use_world(world)
    arrived(root)

    ordinary = use_world(own / "world", python, "nobody")
    arrived(ordinary)

    left(ordinary)
    left(root)
    assert not processes_mentioning(str(world.parent))
