"""Killing while playing: which process dies when is drawn by seed, and people try again."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from app.core.errors import Conflict, Unavailable
from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM, Actor, UnitOfWork, UnitsOfWork
from app.rehearsal.hub import Hub, insist
from app.rehearsal.killing import KILLED, draw_strikes
from app.stores.flows import ConnectedShopify

pytestmark = pytest.mark.anyio

STEPS = [(week, scene) for week in range(2) for scene in range(10)]


def test_a_seed_kills_the_same_processes_at_the_same_moments() -> None:
    drawn = draw_strikes(7, 21, STEPS)

    struck = Counter(strike.name for strikes in drawn.values() for strike in strikes)
    assert drawn == draw_strikes(7, 21, STEPS) != draw_strikes(8, 21, STEPS)
    assert struck == {**dict.fromkeys(KILLED, 5), KILLED[0]: 6}
    assert set(drawn) <= set(STEPS)


def hub_away(units: UnitsOfWork, settings: Settings, times: int) -> Hub:
    """A hub that does not answer so many times, although the last time it did what was asked."""
    left = times

    @asynccontextmanager
    async def open_uow(actor: Actor) -> AsyncIterator[UnitOfWork]:
        nonlocal left
        left -= 1
        async with units(actor) as uow:
            yield uow
        if left >= 0:
            raise Unavailable

    return Hub(open_uow, cast(ConnectedShopify, None), settings)


async def test_people_try_again_until_the_hub_answers(open_uow: UnitsOfWork, settings: Settings) -> None:
    tried: list[Actor] = []

    async def look(uow: UnitOfWork) -> int:
        tried.append(uow.actor)
        return len(tried)

    assert await insist(hub_away(open_uow, settings, 2), SYSTEM, look) == 3


async def test_what_was_done_before_the_answer_got_lost_is_done(open_uow: UnitsOfWork, settings: Settings) -> None:
    done: list[Actor] = []

    async def do_once(uow: UnitOfWork) -> bool:
        if done:
            raise Conflict
        done.append(uow.actor)
        return True

    assert await insist(hub_away(open_uow, settings, 1), SYSTEM, do_once) is None
    with pytest.raises(Conflict):
        await insist(hub_away(open_uow, settings, 0), SYSTEM, do_once)
