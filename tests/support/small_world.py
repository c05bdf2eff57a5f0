"""A world with small programs in place of the hub's: `python -m tests.support.small_world` stays up until stopped."""

import os
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


if __name__ == "__main__":
    Supervisor(World.of(os.environ), sys.stdout.write, list_programs=small_programs).run()
