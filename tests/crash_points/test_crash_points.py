"""Whatever the hub is at, it may die before and after each commit and each request: the world ends the same."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.crash_points.ending import differences
from tests.crash_points.flows import FLOWS
from tests.crash_points.mortal import Life
from tests.crash_points.stage import Flow, Stage
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: f"{flow.name}: {flow.points} points")
async def test_a_death_changes_nothing(trade: Trade, connection: AsyncConnection, flow: Flow) -> None:
    """M3, D21: counted in a dry run, then died at one after the other; a new process goes on when the lease is over."""
    await trade.bring_in(trade.product())
    await flow.prepare(trade)
    stage = Stage(trade, connection, flow)
    undisturbed = Life(flow.work)
    expected = await stage.play(undisturbed)

    points = ["nothing", *undisturbed.points]
    endings = [await stage.play(Life(flow.work, passed)) for passed in range(len(points))]

    broken = {
        f"died after {passed} points, the last was {points[passed]}": differences(expected, ended)
        for passed, ended in enumerate(endings)
        if ended != expected
    }
    assert broken == {}
    assert len(undisturbed.points) >= flow.points, "it has become shorter: flows.py names the number of its points"
