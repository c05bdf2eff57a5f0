"""What every command of `hub` has in common."""

import os
import subprocess
import sys
from pathlib import Path

from app.cli import READER_LEFT
from app.core.local_services.lease import PROJECT


def test_a_command_whose_reader_left_ends_quietly(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "ps", "--json"],
        cwd=PROJECT,
        env={**os.environ, "HUB_STATE_DIR": str(tmp_path)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    os.close(writer)
    assert (done.stderr, done.returncode) == ("", READER_LEFT)
