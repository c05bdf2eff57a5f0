"""`hub up`: starts everything a local world needs, brings back what dies, and leaves no process behind."""

import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

from app.core.local_services.accounts import remove_home
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import open_lock, try_lock
from app.core.local_services.lease import PROJECT, Lease, make_world_folder
from app.core.local_services.processes import Launch, Process, ProcessRecords
from app.core.local_services.programs import Program, hub_programs, is_listening
from app.core.local_services.services import migrate, service_log, start_services
from app.core.local_services.state import write_state
from app.core.local_services.world import World

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
# A process that lived this long has recovered: its next end counts as a first one.
RECOVERED_AFTER = 5.0
LOOK_EVERY = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


@dataclass
class Supervised:
    """One process of the world and how it fares."""

    name: str
    records: ProcessRecords
    start: Callable[[], object]
    is_ready: Callable[[], bool]
    log: Path
    needs: tuple[str, ...] = ()
    state: str = "waiting"
    restarts: int = 0
    since: datetime | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE

    def describe(self) -> Mapping[str, Any]:
        """The process as `hub ps` shows it."""
        found = self.records.find(self.name)
        since = self.since.isoformat(timespec="seconds") if self.since else None
        return {
            "name": self.name,
            "pid": found.pid if found else None,
            "restarts": self.restarts,
            "state": self.state,
            "since": since,
        }


class Supervisor:
    """Runs one world until it is told to stop."""

    def __init__(
        self,
        world: World,
        say: Callable[[str], object],
        when_ready: Callable[[], "Popen[bytes] | None"] | None = None,
        list_programs: Callable[[World, Mapping[str, str]], list[Program]] = hub_programs,
    ) -> None:
        """`say` tells the person who started it; what `when_ready` starts once everything runs is the first to stop."""
        self.world = world
        self._say = say
        self._when_ready = when_ready
        self._companion: Popen[bytes] | None = None
        self._list_programs = list_programs
        self._stopping = False
        self._supervised: list[Supervised] = []
        self._services = Lease(world.folder)
        self._programs = Lease(world.programs_folder)

    def run(self) -> None:
        """Bring the world up and keep it up until a signal says otherwise."""
        make_world_folder(self.world.folder)
        with only_one(self.world), self._woken_by_signals() as bell, self._services, self._programs:
            try:
                # What an earlier supervisor left when it and its guard were killed.
                self._programs.records.end_all()
                check_ports(self.world)
                self._prepare()
                while not self._stopping:
                    self._look_after()
                    await_signal(bell, LOOK_EVERY)
            finally:
                self._stop()
        write_state(self.world, "down", [])

    def _prepare(self) -> None:
        """Start the services, migrate, and list the programs to start."""
        write_state(self.world, "starting", [])
        self._say("Starting the database and the queue …")
        services = start_services(self.world, self._services)
        environment = self.world.product_environment(services.addresses)
        self._say("Migrating the database …")
        migrate(environment, self.world.log("migrate"))
        for name, start in services.starts.items():
            log = service_log(self.world, name)
            each = Supervised(name, self._services.records, start, lambda: True, log, state="starting")
            each.since = datetime.now(UTC)
            self._supervised.append(each)
        for program in self._list_programs(self.world, services.addresses):
            self._supervised.append(self._supervise(program))

    def _supervise(self, program: Program) -> Supervised:
        launch = Launch(program.command, self.world.log(program.name), program.environment, PROJECT)
        records = self._programs.records
        start = partial(records.spawn, program.name, launch)
        return Supervised(program.name, records, start, program.is_ready, launch.log, program.needs)

    def _look_after(self) -> None:
        """Take one look at every process, and write down what changed."""
        before = [(each.state, each.restarts) for each in self._supervised]
        for each in self._supervised:
            self._look_at(each, time.monotonic())
        if before != [(each.state, each.restarts) for each in self._supervised]:
            self._write()
        if self._when_ready and all(each.state == "running" for each in self._supervised):
            self._companion = self._when_ready()
            self._when_ready = None
            if self._companion:
                self._programs.records.record(Process.of(self._companion, "companion"))

    def _look_at(self, each: Supervised, now: float) -> None:
        if each.records.find(each.name):
            if each.state == "starting" and each.is_ready():
                each.state = "running"
            if now - each.started > RECOVERED_AFTER:
                each.pause = FIRST_PAUSE
            return
        if each.state != "waiting":
            each.state, each.due = "waiting", now + each.pause
            each.restarts += 1
            each.pause = min(each.pause * 2, LONGEST_PAUSE)
            self._say(f"{each.name} ended; it starts again. Its log: {each.log}")
        if now >= each.due and self._has(each.needs):
            self._start(each, now)

    def _start(self, each: Supervised, now: float) -> None:
        each.state, each.since, each.started = "starting", datetime.now(UTC), now
        try:
            each.start()
        except LocalServiceError as error:
            self._say(str(error))

    def _has(self, needs: tuple[str, ...]) -> bool:
        """Whether these have been up at least once; a program outlives a moment without what it needs."""
        return all(each.state == "running" or each.restarts for each in self._supervised if each.name in needs)

    def _stop(self) -> None:
        """Stop the programs, the last started first; the services end with their lease."""
        write_state(self.world, "stopping", [each.describe() for each in self._supervised])
        if self._companion:
            self._companion.terminate()
            self._companion.wait()
        self._programs.records.end_all(patience=15)

    def _write(self) -> None:
        phase = "running" if all(each.state == "running" for each in self._supervised) else "starting"
        write_state(self.world, phase, [each.describe() for each in self._supervised])

    @contextmanager
    def _woken_by_signals(self) -> Iterator[socket.socket]:
        """Turn SIGINT and SIGTERM into the wish to stop; a child's end wakes us too."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        previous = {number: signal.signal(number, self._hear) for number in SIGNALS}
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield ours
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in previous.items():
                signal.signal(number, handler)
            ours.close()
            theirs.close()

    def _hear(self, number: int, frame: object) -> None:
        if number != signal.SIGCHLD:
            self._stopping = True


def remove_world(world: World) -> None:
    """Remove a world that is not up, with everything in it, wherever it lies."""
    if world.folder.exists():
        with only_one(world):
            for folder in (world.programs_folder, world.folder):
                Lease(folder).records.end_all()
            remove_home(world.folder / "postgres")
            shutil.rmtree(world.folder)


@contextmanager
def only_one(world: World) -> Iterator[None]:
    """Hold the right to supervise this world; refuse when somebody else does."""
    descriptor = open_lock(world.folder / "up.lock")
    try:
        if not try_lock(descriptor, LOCK_EX):
            raise LocalServiceError(f"This world is up already ({world.folder}); see `hub ps`.")
        yield
    finally:
        os.close(descriptor)


def await_signal(bell: socket.socket, patience: float) -> None:
    """Return when a signal came, at the latest when the patience is at its end."""
    select.select([bell], [], [], patience)
    with suppress(BlockingIOError):
        bell.recv(4096)


def check_ports(world: World) -> None:
    """Refuse to start when somebody else listens where the programs will."""
    for name, port in world.ports.items():
        if is_listening(port):
            raise LocalServiceError(f"Port {port} for {name} is taken; choose another HUB_PORT_BASE.")
