"""The processes a world started: who they are, whether they still run, and how they end."""

import json
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.core.local_services.folders import write_whole

PAUSE = 0.02
HAS_PROC = platform.system() == "Linux"


@dataclass(frozen=True)
class Process:
    """One process for ever: the kernel reuses numbers, but not a number and its moment of birth."""

    name: str
    pid: int
    born: str
    stop_signal: int = signal.SIGTERM
    recorded_at: float = field(default_factory=time.time)

    @classmethod
    def of(cls, child: "subprocess.Popen[bytes]", name: str, stop_signal: int = signal.SIGTERM) -> "Process":
        """The process a child of ours is."""
        return cls(name, child.pid, born(child.pid) or "gone", stop_signal)

    @property
    def is_running(self) -> bool:
        return born(self.pid) == self.born

    def ask_to_stop(self) -> None:
        """Send the signal that asks this kind of process to end itself."""
        if self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_signal)

    def end(self, patience: float = 10.0) -> None:
        """Ask the process to stop, wait, and kill its whole group when it does not."""
        self.ask_to_stop()
        if not wait_until(lambda: not self.is_running, patience):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            wait_until(lambda: not self.is_running, patience)


def youngest_first(processes: Iterable[Process]) -> list[Process]:
    """The order in which processes end, because the younger lean on the older."""
    return sorted(processes, key=lambda process: process.recorded_at, reverse=True)


def born(pid: int) -> str | None:
    """When the process with this number started, in the system's own words; None when it is gone or a zombie."""
    if not HAS_PROC:
        return _born_by_ps(pid)
    try:
        # The name in parentheses may hold anything, so count the fields from the last one.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{_boot()}/{fields[19]}"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _born_by_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def working_folder(pid: int) -> Path | None:
    """The folder a process works in, as far as we may know."""
    if HAS_PROC:
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd"))
        except OSError:
            return None
    answer = subprocess.run(
        ["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"], capture_output=True, text=True, check=False
    )
    names = [line[1:] for line in answer.stdout.splitlines() if line.startswith("n")]
    return Path(names[0]) if names else None


def wait_until(answer: Callable[[], bool], patience: float) -> bool:
    """Ask until the answer is yes or the patience is at its end; return the last answer."""
    deadline = time.monotonic() + patience
    while not (yes := answer()) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return yes


@dataclass(frozen=True)
class Launch:
    """What to start, and as whom, where and with which surroundings."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path = Path("/")
    account: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM


class ProcessRecords:
    """One small file per process of a world, so that whoever comes later can find and end what was left behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Kept until they ended: a Popen that is dropped while its process runs complains.
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def spawn(self, name: str, launch: Launch) -> "subprocess.Popen[bytes]":
        """Start a process in a session of its own, its output in its log, and record it."""
        uid, gid = launch.account or (None, None)
        if before := self._children.pop(name, None):
            before.wait()
        with launch.log.open("ab") as output:
            child = subprocess.Popen(
                launch.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(launch.environment),
                cwd=launch.folder,
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                start_new_session=True,
            )
        self._children[name] = child
        self.record(Process.of(child, name, launch.stop_signal))
        return child

    def record(self, process: Process) -> None:
        """Write the process down; a reader sees all of it or nothing."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._file(process.name), json.dumps(asdict(process)))

    def find(self, name: str) -> Process | None:
        """The recorded process of this name, if it still runs."""
        process = self._read(self._file(name))
        return process if process and process.is_running else None

    def end(self, name: str, patience: float = 10.0) -> None:
        """End the recorded process of this name, reap it when it is our child, and forget it."""
        if process := self.find(name):
            process.end(patience)
        if child := self._children.pop(name, None):
            child.wait()
        self.forget(name)

    def reap(self) -> None:
        """Take leave of our children that somebody else ended."""
        for name, child in list(self._children.items()):
            if child.poll() is not None:
                del self._children[name]

    def forget(self, name: str) -> None:
        """Strike the process of this name from the records."""
        self._file(name).unlink(missing_ok=True)

    def running(self) -> list[Process]:
        """What is recorded and runs, the youngest first."""
        found = filter(None, (self.find(file.stem) for file in self.folder.glob("*.json")))
        return youngest_first(found)

    def end_all(self, patience: float = 10.0) -> None:
        """End whatever is recorded."""
        for process in self.running():
            self.end(process.name, patience)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _read(self, file: Path) -> Process | None:
        try:
            return Process(**json.loads(file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
