"""What every command of `hub` has in common."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import READER_LEFT, main
from app.core.local_services.lease import PROJECT

DATABASES = ("DATABASE_URL", "DATABASE_MIGRATION_URL")


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


@pytest.mark.parametrize("command", [["privacy"], ["package", "999"], ["books", "--json"]])
def test_a_command_that_finds_no_world_says_so_in_a_sentence(
    command: list[str], tmp_path: Path, database_url: str, migration_url: str
) -> None:
    """The record is there, the business clock is not; no traceback, nothing for whoever reads the output."""
    named = {"DATABASE_URL": database_url, "DATABASE_MIGRATION_URL": migration_url, "REDIS_URL": "redis://127.0.0.1:1"}

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *command],
        cwd=PROJECT,
        env={**os.environ, **named, "HUB_STATE_DIR": str(tmp_path), "BUSINESS_CLOCK_URL": "http://127.0.0.1:1/clock"},
        capture_output=True,
        text=True,
        check=False,
    )

    said = "hub: The business clock does not answer. If the local world is meant: `hub up` starts it.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_a_program_that_lacks_a_setting_says_which(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "HOME")}
    named = {name: "postgresql+psycopg://nobody@127.0.0.1:1/none" for name in DATABASES}

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "privacy"],
        cwd=PROJECT,
        env={**environment, **named, "HUB_STATE_DIR": str(tmp_path), "REDIS_URL": "redis://x", "WORKER_JOBS": "many"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "hub: cannot start:\n  WORKER_JOBS must be a whole number\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["package", "-1"],
        ["package", "9" * 30],
        ["package", "٣"],
        ["rehearse", "--weeks", "0"],
        ["rehearse", "--orders", "-5"],
        ["histories", "--jobs", "0"],
        ["staff", "--short", "-1"],
        ["web", "--port", "70000"],
    ],
)
def test_a_number_that_cannot_be_is_refused_with_its_bounds(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)

    assert refused.value.code == 2
    assert "is no whole number" in capsys.readouterr().err
