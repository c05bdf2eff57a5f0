"""A local world of the journeys' own: the real processes on free ports, in a folder that goes away at the end."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.local_services.supervisor import remove_world
from app.core.local_services.world import World, free_port_base
from app.rehearsal.world import start_world

FOREIGN = ("DATABASE_URL", "DATABASE_MIGRATION_URL", "REDIS_URL", "HUB_STATE_DIR", "HUB_PORT_BASE", "APP_URL")


def without_foreign_services() -> dict[str, str]:
    """The environment without what would lead a world to somebody else's services or folders."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN}


class LocalWorld:
    """Starts and stops one world."""

    def __init__(self, folder: str) -> None:
        """Choose its ports; nothing runs yet."""
        places = {"HUB_STATE_DIR": folder, "HUB_PORT_BASE": str(free_port_base())}
        self.world = World.of({**without_foreign_services(), **places})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring it up; return when everything runs."""
        self._process = start_world(self.world)

    def stop(self) -> None:
        """Stop it as a person would; return when it is gone."""
        if self._process:
            self._process.terminate()
            self._process.wait(90)
            self._process = None


@contextmanager
def local_world() -> Iterator[LocalWorld]:
    """Give a running world, gone with everything in it at the end."""
    with tempfile.TemporaryDirectory(prefix="hub-journey-") as folder:
        os.chmod(folder, 0o755)  # as root, an account without rights serves the database in it
        local = LocalWorld(f"{folder}/world")
        try:
            local.start()
            yield local
        finally:
            local.stop()
            remove_world(local.world)
