"""What processes have used of this machine; other than a wait, it says the same on a busy one."""

from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return how long the process has computed, and those it began and saw end."""
    return sum(map(int, _fields(pid)[11:15])) / 100


def family_cpu_seconds(pid: int) -> float:
    """Return the same for the process and those it has begun."""
    alive = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    total = cpu_seconds(pid)
    for other in alive:
        try:
            total += cpu_seconds(other) if int(_fields(other)[1]) == pid else 0.0
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return total


def resident_mib(pid: int) -> float:
    """Return what it holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 2**20


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
