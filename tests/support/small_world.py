"""A world with small programs in place of the hub's: `python -m tests.support.small_world` stays up until stopped."""

import os
import subprocess
import sys
from collections.abc import Mapping

from app.core.local_services.programs import Program
from app.core.local_services.supervisor import Supervisor
from app.core.local_services.world import World


def small_programs(world: World, addresses: Mapping[str, str]) -> list[Program]:
    """Two that listen and one that only runs; they have the surroundings the hub's programs would have."""
    environment = world.product_environment(addresses)
    served = str(world.folder / "secrets")
    listen = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", served]
    return [
        Program("simulator", [*listen, str(world.ports["simulator"])], environment, world.ports["simulator"]),
        Program("web", [*listen, str(world.ports["web"])], environment, world.ports["web"], needs=("simulator",)),
        Program("worker", [sys.executable, "-c", "import signal; signal.pause()"], environment, needs=("simulator",)),
    ]


USE_UNTIL_TOLD = """
import signal, sys
from pathlib import Path
from app.core.local_services.lease import Lease
with Lease(Path(sys.argv[1])):
    signal.pause()
"""


def start_companion(world: World) -> "subprocess.Popen[bytes]":
    """Somebody who uses the world as long as it is up, as the demo's player does."""
    return subprocess.Popen([sys.executable, "-c", USE_UNTIL_TOLD, str(world.folder)], start_new_session=True)


if __name__ == "__main__":
    here = World.of(os.environ)
    Supervisor(here, sys.stdout.write, lambda: start_companion(here), small_programs).run()
