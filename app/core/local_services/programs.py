"""The programs of a local world: what is started beside the stores, and how one sees that it is ready."""

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.local_services.world import HOST, World


@dataclass(frozen=True)
class Program:
    """One program: its command and surroundings, where it listens, and whose first start it waits for."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int | None = None
    needs: tuple[str, ...] = ()

    def is_ready(self) -> bool:
        """Whether it accepts connections; one that does not listen is ready when it runs."""
        return self.port is None or is_listening(self.port)


def hub_programs(world: World, addresses: Mapping[str, str]) -> list[Program]:
    """The simulator, the web application and the worker; the last to start are the first to stop."""
    product = world.product_environment(addresses)
    hub = [sys.executable, "-m", "app.cli"]
    return [
        Program(
            "simulator", [sys.executable, "-m", "simulator"], world.simulator_environment(), world.ports["simulator"]
        ),
        Program("web", [*hub, "web"], product, world.ports["web"], needs=("simulator",)),
        Program("worker", [*hub, "worker"], {"WORKER_NAME": "worker", **product}, needs=("simulator",)),
    ]


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0
