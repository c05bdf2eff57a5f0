"""What a running world says of itself: written by the supervisor, read by `hub ps`."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.core.local_services.folders import write_whole
from app.core.local_services.lease import Lease
from app.core.local_services.processes import Process, born
from app.core.local_services.world import World

FILE = "state.json"


def write_state(world: World, phase: str, processes: Sequence[Mapping[str, Any]]) -> None:
    """Write down how the world stands; a reader sees all of it or nothing."""
    state = {
        "state": phase,
        "supervisor": {"pid": os.getpid(), "born": born(os.getpid())},
        "processes": processes,
        "addresses": world.addresses,
        "internal_secret_file": str(world.internal_secret_file),
        "state_dir": str(world.folder),
    }
    write_whole(world.folder / FILE, json.dumps(state, indent=2))


def read_state(world: World) -> dict[str, Any]:
    """How the world stands now: what was written, set right by what really runs."""
    state = _read(world.folder / FILE) or {
        "state": "down",
        "supervisor": {"pid": None, "born": None},
        "processes": [],
        "addresses": dict(world.addresses),
        "internal_secret_file": str(world.internal_secret_file),
        "state_dir": str(world.folder),
    }
    records = [Lease(folder).records for folder in (world.folder, world.programs_folder)]
    for each in state["processes"]:
        found = next(filter(None, (some.find(each["name"]) for some in records)), None)
        each["pid"] = found.pid if found else None
        if found is None and each["state"] in {"running", "starting"}:
            each["state"] = "down"
    supervisor = state["supervisor"]
    if not Process("supervisor", supervisor["pid"] or 0, supervisor["born"] or "").is_running:
        state["state"] = "down"
    return state


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found
