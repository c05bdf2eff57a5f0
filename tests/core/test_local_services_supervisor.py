"""`hub up` and `hub ps`: everything runs, what dies comes back, nothing stays behind, data are kept."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import PROJECT
from app.core.local_services.processes import wait_until
from app.core.local_services.supervisor import remove_world
from app.core.local_services.world import World, free_port_base
from tests.support.worlds import processes_mentioning, world_folder

PATIENCE = 60
NAMES = ["postgres", "valkey", "simulator", "web", "worker"]


class UpWorld:
    """A small world in a process of its own, and what `hub ps` says of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HUB_STATE_DIR": str(folder),
            "HUB_PORT_BASE": str(free_port_base()),
        }
        self.process: subprocess.Popen[str] | None = None
        self.returncode: int | None = None

    def start(self) -> None:
        """Start it and wait until everything runs."""
        process = self.process = self.launch()
        wait_until(lambda: self.ps()["state"] == "running" or process.poll() is not None, PATIENCE)
        assert process.poll() is None, process.communicate()
        found = self.ps()
        assert found["state"] == "running", found

    def launch(self) -> "subprocess.Popen[str]":
        """Start a supervisor for this world."""
        command = [sys.executable, "-m", "tests.support.small_world"]
        return subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def end(self, number: int) -> str:
        """Send the supervisor a signal and wait for its end; return what it said."""
        assert self.process is not None
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=PATIENCE)
        self.returncode, self.process = self.process.returncode, None
        return said

    def ps(self) -> dict[str, Any]:
        """What `hub ps --json` says."""
        found: dict[str, Any] = json.loads(self.printed("--json"))
        return found

    def printed(self, *options: str) -> str:
        """What `hub ps` prints."""
        command = [sys.executable, "-m", "app.cli", "ps", *options]
        return subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        ).stdout

    def pids(self) -> dict[str, int]:
        """Process numbers by name."""
        return {each["name"]: each["pid"] for each in self.ps()["processes"]}


@pytest.fixture
def make_world() -> Iterator[Callable[[], UpWorld]]:
    """Makes worlds; whatever still runs at the end is stopped."""
    made: list[UpWorld] = []
    with world_folder() as parent:

        def make() -> UpWorld:
            made.append(UpWorld(parent / f"world-{len(made)}"))
            return made[-1]

        yield make
        for world in made:
            if world.process:
                world.end(signal.SIGTERM)


def database_url(world: UpWorld) -> str:
    return f"host={world.folder}/postgres/socket user=hub_owner dbname=hub"


def test_what_dies_comes_back_and_a_restart_keeps_the_data(make_world: Callable[[], UpWorld]) -> None:
    world = make_world()
    world.start()
    before = world.pids()
    assert list(before) == NAMES
    with psycopg.connect(database_url(world)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_came_back() -> bool:
        found = world.ps()
        return found["state"] == "running" and all(each["restarts"] == 1 for each in found["processes"])

    assert wait_until(all_came_back, PATIENCE), world.ps()
    assert set(world.pids().values()).isdisjoint(before.values())
    said = world.end(signal.SIGTERM)
    assert world.returncode == 0, said
    assert not processes_mentioning(str(world.folder))
    assert world.ps()["state"] == "down"
    world.start()
    with psycopg.connect(database_url(world)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_killed_supervisor_leaves_no_process_behind(make_world: Callable[[], UpWorld]) -> None:
    world = make_world()
    world.start()
    pids = world.pids()

    world.end(signal.SIGKILL)

    assert wait_until(lambda: not processes_mentioning(str(world.folder)), PATIENCE)
    assert not any(
        Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_text() for pid in pids.values()
    )
    assert world.ps()["state"] == "down"
    world.start()
    assert set(world.pids()) == set(NAMES)


def test_worlds_live_side_by_side_and_each_is_up_once(make_world: Callable[[], UpWorld]) -> None:
    first, second = make_world(), make_world()
    first.start()

    second.start()

    again = first.launch()
    said, _ = again.communicate(timeout=PATIENCE)
    assert "up already" in said
    assert again.returncode != 0
    second.environment["HUB_STATE_DIR"] += "-moved"
    elsewhere = second.launch()
    said, _ = elsewhere.communicate(timeout=PATIENCE)
    assert "is taken" in said
    assert first.ps()["state"] == "running"


def test_a_world_is_removed_whole_but_never_while_it_is_up(make_world: Callable[[], UpWorld]) -> None:
    up = make_world()
    up.start()
    world = World.of(up.environment)

    with pytest.raises(LocalServiceError, match="up already"):
        remove_world(world)
    up.end(signal.SIGTERM)
    remove_world(world)

    assert not up.folder.exists()


def test_ps_names_addresses_and_where_the_bearer_lies(make_world: Callable[[], UpWorld]) -> None:
    world = make_world()
    port = int(world.environment["HUB_PORT_BASE"])

    world.start()

    found = world.ps()
    assert found["addresses"]["web"] == f"http://127.0.0.1:{port}"
    assert found["addresses"]["control"] == f"http://127.0.0.1:{port + 1}"
    secret = Path(found["internal_secret_file"])
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_text()) >= 32
    assert found["state_dir"] == str(world.folder)
    for_people = world.printed()
    assert all(address in for_people for address in found["addresses"].values())
    assert all(name in for_people for name in NAMES)
