"""A week played by the command itself, in processes of its own, and judged by the books."""

import json
import subprocess
import sys

import pytest

from app.core.local_services.lease import PROJECT
from tests.journeys.local_world import without_foreign_services

pytestmark = pytest.mark.journey


def test_a_rehearsed_week_ends_balanced() -> None:
    """M3: `hub rehearse` in a world of its own, of which one process of each kind is killed: every promise held."""
    week = ["--weeks", "1", "--partners", "1", "--orders", "6", "--seed", "3", "--faults", "light"]
    asked = [*week, "--kills", "4", "--json"]
    played = subprocess.run(
        [sys.executable, "-m", "app.cli", "rehearse", *asked],
        cwd=PROJECT,
        env=without_foreign_services(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    told = json.loads(played.stdout)
    assert told["tally"]["bought"] == 6
    assert told["tally"]["killed"] == {"postgres": 1, "valkey": 1, "web": 1, "worker": 1}
    assert {promise["held"] for promise in told["promises"]} == {True}
    assert told["books"]["units"]["demand"]["outbound"] > 0
