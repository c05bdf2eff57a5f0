"""Random histories keep every promise; the same seed plays the same history."""

import pytest

from tests.histories.run import play
from tests.histories.stage import SHAPES, Theatre
from tests.histories.story import ACTS, draw

pytestmark = pytest.mark.anyio

COUNT = 30
"""How many are part of every run of the tests, which has twenty minutes; `hub histories` plays as many as asked."""

SEEDS = sorted(range(1, COUNT + 1), key=lambda seed: (seed % len(SHAPES), seed))


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.xdist_group(f"histories-{seed % len(SHAPES)}")) for seed in SEEDS]
)
async def test_every_promise_holds(theatre: Theatre, seed: int) -> None:
    """W2, N10: whatever customers, partners, staff, the network and the machines do in between."""
    played = await play(theatre, draw(seed, "standard", len(SHAPES)))

    assert played.findings == [], f"hub histories --seed {seed} --count 1"


async def test_a_seed_repeats_exactly(theatre: Theatre) -> None:
    story = draw(3, "standard", len(SHAPES))

    first, second = await play(theatre, story), await play(theatre, story)

    assert first.trace == second.trace
    assert first.faults == second.faults
    assert first.faults


def test_every_kind_of_act_is_drawn() -> None:
    drawn = {act["do"] for seed in range(COUNT) for act in draw(seed, "standard", len(SHAPES)).acts}

    assert drawn == set(ACTS)
