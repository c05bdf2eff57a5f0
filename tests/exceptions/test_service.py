from dataclasses import replace

import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.errors import NotFound
from app.core.unit_of_work import Actor, ActorKind, UnitsOfWork, system_for
from app.events.queries import timeline
from app.exceptions.queries import count_open, done_about, list_exceptions, open_exceptions, open_exceptions_of
from app.exceptions.service import (
    NO_STORE,
    EndsByItself,
    Problem,
    end_by_hand,
    open_exception,
    resolve_exceptions,
    resolve_of_each,
)
from tests.support.hub import MONDAY_NOON

pytestmark = pytest.mark.anyio

UNMAPPED = Problem("unmapped", "order_line", "12", "The SKU has no mapping.", "Map the product.", units=2)


async def test_one_stands_open_per_kind_and_subject(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    async with open_uow(system_for(7)) as uow:
        first = await open_exception(uow, UNMAPPED)

    clock.at = MONDAY_NOON.replace(hour=13)
    async with open_uow(system_for(7)) as uow:
        again = await open_exception(uow, replace(UNMAPPED, cause="Still none.", units=3))
        other = await open_exception(uow, replace(UNMAPPED, subject_id="13"))

    async with open_uow(system_for(7)) as uow:
        standing = await open_exceptions(uow.session)
    assert again == first
    assert other != first
    assert [(each.subject_id, each.cause, each.units, each.opened_at) for each in standing] == [
        ("12", "Still none.", 3, MONDAY_NOON),
        ("13", "The SKU has no mapping.", 2, clock.at),
    ]


async def test_resolving_takes_all_kinds_or_some(open_uow: UnitsOfWork) -> None:
    async with open_uow(system_for(7)) as uow:
        await open_exception(uow, UNMAPPED)
        await open_exception(uow, replace(UNMAPPED, kind="no_price"))
        await open_exception(uow, replace(UNMAPPED, subject_id="13"))

    async with open_uow(system_for(7)) as uow:
        assert await resolve_exceptions(uow, "order_line", 12, kinds=["no_price"]) == 1
        assert [each.kind for each in await open_exceptions_of(uow.session, "order_line", 12)] == ["unmapped"]
        assert await resolve_exceptions(uow, "order_line", 12) == 1

    async with open_uow(system_for(7)) as uow:
        assert await count_open(uow.session) == 1
        assert len(await list_exceptions(uow.session)) == 3


async def test_a_resolved_one_can_come_again(open_uow: UnitsOfWork) -> None:
    async with open_uow(system_for(7)) as uow:
        first = await open_exception(uow, UNMAPPED)
        await resolve_exceptions(uow, "order_line", "12")

    async with open_uow(system_for(7)) as uow:
        second = await open_exception(uow, UNMAPPED)

    assert second != first


async def test_stores_and_partners_see_their_own(open_uow: UnitsOfWork) -> None:
    async with open_uow(system_for(7)) as uow:
        await open_exception(uow, UNMAPPED)
        await open_exception(uow, replace(UNMAPPED, subject_id="14", partner_id=31))
    async with open_uow(system_for(NO_STORE)) as uow:
        await open_exception(uow, replace(UNMAPPED, subject_id="15"))

    seen = {}
    for actor in (system_for(7), system_for(8), system_for(7, 31), system_for(NO_STORE)):
        async with open_uow(actor) as uow:
            seen[actor] = [each.subject_id for each in await open_exceptions(uow.session)]

    assert list(seen.values()) == [["12", "14"], [], ["14"], ["15"]]


async def test_only_what_nothing_else_ends_is_ended_by_hand(open_uow: UnitsOfWork) -> None:
    """Promise 5: what waits stays on the list; what is told only can be taken off it, once or twice, by its store."""
    async with open_uow(system_for(7)) as uow:
        waits = await open_exception(uow, UNMAPPED)
        told = await open_exception(uow, replace(UNMAPPED, kind="completed_early", units=0, ends_by_hand=True))

    async with open_uow(system_for(8)) as uow:
        with pytest.raises(NotFound):
            await end_by_hand(uow, told)
    for _ in range(2):
        async with open_uow(system_for(7)) as uow:
            with pytest.raises(EndsByItself):
                await end_by_hand(uow, waits)
            await end_by_hand(uow, told)

    async with open_uow(system_for(7)) as uow:
        assert [each.id for each in await open_exceptions(uow.session)] == [waits]


async def test_who_said_that_it_is_done_is_kept_once(open_uow: UnitsOfWork) -> None:
    """Beside what it was about; somebody else's word, and a second one, is none."""
    staff = Actor(ActorKind.RETAILER, 7, staff="4711")
    async with open_uow(system_for(7)) as uow:
        told = await open_exception(uow, replace(UNMAPPED, kind="completed_early", ends_by_hand=True))
        over = await open_exception(uow, replace(UNMAPPED, kind="booked_as_paid", ends_by_hand=True))
        await resolve_exceptions(uow, "order_line", 12, kinds=["booked_as_paid"])

    for actor in (staff, replace(staff, staff="4712")):
        async with open_uow(actor) as uow:
            await end_by_hand(uow, told)
            await end_by_hand(uow, over)

    async with open_uow(staff) as uow:
        entries = await timeline(uow.session, "order", 3, done_about("order_line", [11, 12]))
        said = await uow.session.execute(text("SELECT actor, staff, subject_id, details->>'kind' FROM domain_events"))
        kept = [tuple(row) for row in said]
    async with open_uow(system_for(8)) as uow:
        elsewhere = await timeline(uow.session, "order", 3, done_about("order_line", [12]))
    assert kept == [("retailer", "4711", "order_line:12", "completed_early")]
    assert [(each.sentence, each.by) for each in entries] == [
        ("Marked as done: The SKU has no mapping.", "your staff"),
    ]
    assert elsewhere == []


async def test_all_of_a_kind_is_resolved_whatever_it_is_about(open_uow: UnitsOfWork) -> None:
    async with open_uow(system_for(7)) as uow:
        for number in range(3):
            await open_exception(uow, replace(UNMAPPED, subject_id=str(number)))
        await open_exception(uow, replace(UNMAPPED, kind="no_price"))
        await open_exception(uow, replace(UNMAPPED, subject_kind="shipment"))
    async with open_uow(system_for(8)) as uow:
        await open_exception(uow, UNMAPPED)

    async with open_uow(system_for(7)) as uow:
        assert await resolve_of_each(uow, "order_line", None, ["unmapped"]) == 3
        assert await resolve_of_each(uow, "order_line", [], ["no_price"]) == 0
        left = [(each.kind, each.subject_kind) for each in await open_exceptions(uow.session)]

    async with open_uow(system_for(8)) as uow:
        assert await count_open(uow.session) == 1
    assert left == [("no_price", "order_line"), ("unmapped", "shipment")]
