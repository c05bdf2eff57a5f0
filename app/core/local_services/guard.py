"""The guard of a world: `python -m app.core.local_services.guard FOLDER` tidies up after the last user has left."""

import argparse
import signal
from pathlib import Path

from app.core.local_services.lease import Lease


def main() -> None:
    """Outlive the users of the world, whatever signal was meant for them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="guard")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--discard", action="store_true")
    options = parser.parse_args()
    Lease(options.folder, discard=options.discard).outlive_users()


if __name__ == "__main__":
    main()
