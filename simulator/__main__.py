"""Runs the simulator: `python -m simulator`, told by its environment where to listen and where its state lies."""

import logging
import os

import uvicorn

from simulator.admin_api.dropped import is_no_dropped_connection
from simulator.server import create_app
from simulator.world.settings import Settings
from simulator.world.world import World


def main() -> None:
    """Serve one world until the process is ended."""
    settings = Settings.from_environment(os.environ)
    logging.getLogger("uvicorn.error").addFilter(is_no_dropped_connection)
    uvicorn.run(
        create_app(World(settings)),
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
