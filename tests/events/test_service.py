from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import func, select

from app.core.unit_of_work import ActorKind, UnitsOfWork, system_for
from app.events.declaration import Event
from app.events.models import DomainEvent
from app.events.queries import count_since, timeline
from app.events.service import Later, News, record_event
from app.job_runs.declaration import Job
from app.job_runs.models import JobRun
from tests.support.hub import MONDAY_NOON

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class BeansArrived(Event):
    name: ClassVar[str] = "beans.arrived"
    sentence: ClassVar[str] = "{bags} bags arrived"
    subject: ClassVar[str] = "sack"

    sack_id: int
    bags: int
    partner_id: int | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class RoastBeans(Job):
    name: ClassVar[str] = "beans.roast"

    store_id: int


def roast(news: News[Any]) -> Any:
    return (RoastBeans(news.store_id), Later(RoastBeans(news.store_id), timedelta(minutes=5)))


async def test_an_event_becomes_a_sentence_of_the_timeline(open_uow: UnitsOfWork) -> None:
    retailer = replace(system_for(7), kind=ActorKind.RETAILER)
    async with open_uow(retailer) as uow:
        await record_event(uow, BeansArrived(sack_id=1, bags=3))
        await record_event(uow, BeansArrived(sack_id=1, bags=4))
        await record_event(uow, BeansArrived(sack_id=2, bags=9))

    async with open_uow(retailer) as uow:
        told = await timeline(uow.session, "sack", 1)

    assert [entry.sentence for entry in told] == ["4 bags arrived", "3 bags arrived"]
    assert {(entry.at, entry.by) for entry in told} == {(MONDAY_NOON, "your staff")}


async def test_what_happened_again_with_nothing_between_is_told_as_one(open_uow: UnitsOfWork) -> None:
    """The record itself stays whole."""
    retailer = replace(system_for(7), kind=ActorKind.RETAILER)
    for bags in (3, 3, 3, 4, 3):
        async with open_uow(retailer) as uow:
            await record_event(uow, BeansArrived(sack_id=1, bags=bags))

    async with open_uow(retailer) as uow:
        told = await timeline(uow.session, "sack", 1)
        recorded = await count_since(uow.session, BeansArrived, 1, MONDAY_NOON)

    assert [(each.sentence, each.times) for each in told] == [
        ("3 bags arrived", 1),
        ("4 bags arrived", 1),
        ("3 bags arrived", 3),
    ]
    assert recorded == 5


async def test_a_timeline_ends_at_the_store_and_at_the_partnership(open_uow: UnitsOfWork) -> None:
    async with open_uow(system_for(7)) as uow:
        await record_event(uow, BeansArrived(sack_id=1, bags=3))
        await record_event(uow, BeansArrived(sack_id=1, bags=4, partner_id=31))
        await record_event(uow, BeansArrived(sack_id=1, bags=5, partner_id=32))

    async with open_uow(system_for(8)) as uow:
        elsewhere = await timeline(uow.session, "sack", 1)
    async with open_uow(system_for(7, partner_id=31)) as uow:
        partner_side = await timeline(uow.session, "sack", 1)

    assert elsewhere == []
    assert [entry.sentence for entry in partner_side] == ["4 bags arrived"]


async def test_an_event_with_a_cause_happens_once(open_uow: UnitsOfWork) -> None:
    """M6, INV6: one event per cause, and the work that follows is asked for once."""
    units = replace(open_uow, subscribers={"beans.arrived": (roast,)})

    for _ in range(2):
        async with units(system_for(7)) as uow:
            await record_event(uow, BeansArrived(sack_id=1, bags=3, cause="parcel 5"))

    async with units(system_for(7)) as uow:
        events = await uow.session.scalar(select(func.count()).select_from(DomainEvent))
        runs = (await uow.session.scalars(select(JobRun).order_by(JobRun.run_at))).all()
    assert events == 1
    assert [(run.name, run.store_id) for run in runs] == [("beans.roast", 7)] * 2
    assert [(run.run_at - MONDAY_NOON).total_seconds() for run in runs] == [0, 300]


async def test_no_event_without_its_change(open_uow: UnitsOfWork) -> None:
    """M6: event, change and jobs stand or fall together."""
    units = replace(open_uow, subscribers={"beans.arrived": (roast,)})

    with suppress(ZeroDivisionError):
        async with units(system_for(7)) as uow:
            await record_event(uow, BeansArrived(sack_id=1, bags=3))
            raise ZeroDivisionError

    async with units(system_for(7)) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(DomainEvent)) == 0
        assert await uow.session.scalar(select(func.count()).select_from(JobRun)) == 0
