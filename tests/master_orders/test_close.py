"""The close of a week: sealed at the partner's cut-off, completed once, whatever happens in between."""

import contextlib
from datetime import time, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import text

from app.inventory.jobs import WriteOffers
from app.job_runs.service import enqueue
from app.master_orders import service
from app.partners.service import change_calendar, disconnect_partner
from simulator.faults.faults import Rule
from simulator.world.importing import import_order
from simulator.world.orders import cancel_order
from simulator.world.products import delete_product
from tests.factories.catalog import make_mapping
from tests.factories.partners import MadePartner
from tests.support.linked import accept, invite
from tests.support.oak import BEANS, GRACE, QUARTER, Killed, Oak, at, killed_at, lines_of
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio

Phase = Literal["before", "after"]


async def reconnect(oak: Oak, **changed: Any) -> None:
    """The retailer invites the partner again, and it accepts again."""
    await invite(oak.trade.shops, **changed)
    await accept(oak.trade.shops)
    await oak.trade.settle()


async def test_what_is_eligible_exactly_at_the_cutoff_joins_the_next(oak: Oak) -> None:
    """G1: 18:00:00.000 is the next cycle's; a moment earlier is this one's."""
    cycle = await oak.running()
    oak.trade.set_clock(cycle.cutoff_at - timedelta(milliseconds=1))
    oak.trade.buy((BEANS, 1))
    oak.trade.set_clock(cycle.cutoff_at)
    oak.trade.buy((BEANS, 2))

    closed = await oak.close_week()

    assert closed.cutoff_at == at("2026-11-06T01:00:00+00:00")  # Thursday 18:00 in Denver
    assert [line.quantity for line in closed.lines] == [1]
    assert lines_of(oak.order) == [1]
    assert [(lot.quantity, lot.late) for lot in await oak.trade.queued()] == [(2, False)]


async def test_a_closed_order_is_pending_under_the_agreed_terms_and_sent_once(oak: Oak) -> None:
    """G31, G9: payment pending; a second and a third close change nothing."""
    await oak.sell(3, 2)

    closed = await oak.close_week()
    before = await oak.units()
    for _ in range(2):
        await oak.close(closed.id)

    assert (closed.state, [line.quantity for line in closed.lines]) == ("closed", [5])
    assert (oak.order.financial_status, oak.order.payment_terms is None) == ("PENDING", False)
    assert await oak.units() == before == {"sent": 5}
    assert await oak.units("supply") == {"sent": 5}
    assert [(each.number, each.state) for each in await oak.masters()] == [(1, "closed"), (1, "open")]
    assert await oak.changes(closed.id) == []
    assert await oak.trade.problems() == []


async def test_an_order_booked_as_paid_is_listed(oak: Oak) -> None:
    """G31: without terms Shopify books it as paid."""
    async with oak.trade.uow() as uow:
        await uow.session.execute(text("UPDATE partners SET payment_terms_template_id = NULL"))
    await oak.sell(3)

    closed = await oak.close_week()

    assert (closed.state, oak.order.financial_status) == ("closed", "PAID")
    problem = (await oak.problems())["booked_as_paid"]
    assert (problem.subject_kind, problem.subject_id) == ("master", str(closed.id))


async def test_what_the_partner_sends_without_being_asked_is_a_line_too(oak: Oak) -> None:
    """G27, H6: they wanted to send two of three when the customer went; the two come, and are surplus."""
    (order,) = await oak.sell(3)
    await oak.gather()
    oak.edit(2)
    await oak.trade.settle()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), order)

    closed = await oak.close_week()
    oak.send(2)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    await oak.receive(parcel)

    assert [line.quantity for line in closed.lines] == [0]
    assert [(change.kind, change.quantity) for change in await oak.changes(closed.id)] == [("partner_changed", 2)]
    assert parcel.unit_count == 2
    assert await oak.units("supply") == {"received": 2}
    assert "parcel_with_other_goods" not in await oak.problems()


async def test_a_week_without_units_makes_no_master_order(oak: Oak) -> None:
    """G12: closed empty, and the next week is open."""
    closed = await oak.close_week()

    assert (closed.state, closed.lines) == ("empty", ())
    assert (oak.orders, oak.drafts) == ([], [])
    assert (await oak.running()).cutoff_at == closed.cutoff_at + timedelta(days=7)


async def test_a_week_whose_orders_were_all_cancelled_makes_none_either(oak: Oak) -> None:
    """F6: though its draft was not rewritten yet."""
    (placed,) = await oak.sell(3)
    await oak.gather()
    cycle = await oak.running()
    oak.trade.set_clock(cycle.cutoff_at - timedelta(seconds=30))
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed)

    closed = await oak.close_week()

    assert closed.state == "empty"
    assert (oak.orders, oak.drafts) == ([], [])
    assert await oak.units() == {"cancelled": 3}


async def test_units_cancelled_after_the_close_are_a_change_and_become_surplus(oak: Oak) -> None:
    """F7, G28: the manifest stays, the ledger shows −2, the supply comes all the same."""
    placed = await oak.sell(3, 2)
    closed = await oak.close_week()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[1])

    await oak.trade.settle()

    assert [(each.kind, each.quantity) for each in await oak.changes(closed.id)] == [("released", -2)]
    assert [line.quantity for line in (await oak.master(closed.id)).lines] == [5]
    assert lines_of(oak.order) == [5]
    assert await oak.units() == {"sent": 3, "cancelled": 2}
    assert await oak.units("supply") == {"sent": 5}


async def test_stock_after_the_close_is_not_subtracted_twice(oak: Oak) -> None:
    """D2: the partner shows 15 after the order of 5: 15 − 0."""
    await oak.sell(5)
    before = oak.trade.shown(BEANS)

    await oak.close_week()
    await oak.pass_time(timedelta(hours=1))

    shown = (await oak.trade.offer(BEANS)).sum
    assert (before, shown.partner_available, shown.unseen, oak.trade.shown(BEANS)) == (15, 15, 0, 15)


async def test_stock_read_before_the_close_still_counts_what_was_sent_since(oak: Oak) -> None:
    """D3: snapshot before, order after, write later: 20 − 5, never 20."""
    await oak.sell(5)
    reads = ("Stock", "StockById", "StockAtLocation", "StockLevels")
    oak.fail(*(Rule(action="server_error", shop=PARTNER, operation=name, probability=1.0) for name in reads))

    closed = await oak.close_week()
    async with oak.trade.uow() as uow:
        await enqueue(uow, WriteOffers(oak.trade.retailer_id, oak.partner_id))
    await oak.trade.settle()

    shown = (await oak.trade.offer(BEANS)).sum
    assert closed.state == "closed"
    assert (shown.partner_available, shown.unseen, shown.left) == (20, 5, 15)
    assert oak.trade.shown(BEANS) == 0  # D18: nobody could read it for days


@pytest.mark.parametrize(
    ("operation", "phase"),
    [(name, phase) for name in ("DraftOrderCreate", "DraftOrderComplete") for phase in ("before", "after")]
    + [("DraftOrderUpdate", "after"), ("DraftOrder", "before"), ("PartnerOrder", "before")],
)
async def test_calls_without_an_answer_still_make_exactly_one_order(oak: Oak, operation: str, phase: Phase) -> None:
    """G16: looked for first, by id or by our tag."""
    await oak.sell(3)
    if operation == "DraftOrderUpdate":
        await oak.gather()
        await oak.sell(1)
    oak.fail(*(Rule(action="drop", phase=phase, operation=operation, nth=number) for number in (1, 2)))

    closed = await oak.close_week()

    assert closed.state == "closed"
    assert lines_of(oak.order) == [4 if operation == "DraftOrderUpdate" else 3]
    assert oak.drafts == []
    assert await oak.units("supply") == {"sent": sum(lines_of(oak.order))}
    assert [each for each in await oak.trade.problems() if each.kind != "master_order_waits"] == []


@pytest.mark.parametrize("step", range(14))
async def test_a_close_killed_between_two_steps_is_finished_by_the_next(oak: Oak, step: int) -> None:
    """G9: exactly once, wherever the process ended."""
    await oak.sell(3, 2)
    cycle = await oak.running()
    await oak.reach_close(cycle)

    with contextlib.suppress(Killed):
        await oak.close(cycle.id, killed_at(oak.trade.shops.open_uow, step))
    await oak.close_week_of(cycle.id)

    assert (await oak.master(cycle.id)).state == "closed"
    assert lines_of(oak.order) == [5]
    assert await oak.units() == {"sent": 5}
    assert await oak.units("supply") == {"sent": 5}
    assert await oak.told("master_order.closed") == await oak.told("master_order.cycle.frozen") == 1


async def test_a_draft_the_partner_completed_early_closes_its_week_with_what_is_in_it(oak: Oak) -> None:
    """G25: later units go on number 2 of the same cycle; the owner is told."""
    await oak.sell(3)
    await oak.gather()
    await oak.sell(2)
    oak.complete_draft()

    await oak.trade.settle()
    await oak.rewrite()

    first, second = await oak.masters()
    assert (first.state, first.number, [line.quantity for line in first.lines]) == ("closed", 1, [3])
    assert (second.state, second.number, second.cutoff_at) == ("open", 2, first.cutoff_at)
    assert await oak.changes(first.id) == []
    assert await oak.units() == {"sent": 3, "queued": 2}
    assert "completed_early" in await oak.problems()
    closed = await oak.close_week()
    assert (closed.number, [line.quantity for line in closed.lines]) == (2, [2])
    assert [lines_of(order) for order in oak.orders] == [[3], [2]]
    assert [lot.late for lot in await oak.trade.queued()] == []


async def test_a_draft_completed_in_the_grace_leaves_the_rest_to_a_second_order(oak: Oak) -> None:
    """G25: units that were in time are on a master order of their own week, not late."""
    await oak.sell(3)
    await oak.gather()
    oak.trade.set_clock((await oak.running()).cutoff_at - timedelta(seconds=10))
    oak.trade.buy((BEANS, 2))
    oak.complete_draft()
    await oak.trade.lose_webhooks()

    first = await oak.close_week()
    await oak.pass_time(QUARTER)

    second = (await oak.masters())[1]
    assert (first.state, second.state, second.number, second.cutoff_on) == ("closed", "closed", 2, first.cutoff_on)
    assert [lines_of(order) for order in oak.orders] == [[3], [2]]
    assert await oak.units() == {"sent": 5}


async def test_a_quantity_the_partner_changed_is_taken_and_the_rest_is_queued_again(oak: Oak) -> None:
    """G23, G27: our list stays 5, the difference stands beside it, two units wait and are listed."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)

    closed = await oak.close_week()

    assert [line.quantity for line in closed.lines] == [5]
    assert [(each.kind, each.quantity) for each in await oak.changes(closed.id)] == [("partner_changed", -2)]
    assert await oak.units() == {"sent": 3, "queued": 2}
    problems = await oak.problems()
    assert set(problems) == {"partner_reduced"}
    assert (problems["partner_reduced"].subject_kind, problems["partner_reduced"].units) == ("master_line", 2)
    assert [lot.late for lot in await oak.trade.queued()] == [False]


async def test_what_a_partner_reduced_is_listed_once_and_until_it_was_sent(oak: Oak) -> None:
    """G23, contract §4: no unit stands on two entries, and what the next order took is none any more."""
    await oak.sell(5)
    listed = []
    for taken in (3, 1, 1):
        await oak.gather()
        oak.edit(taken)
        await oak.close_week()
        listed.append([each.units for each in await oak.trade.problems() if each.kind == "partner_reduced"])

    assert listed == [[2], [1], []]


async def test_what_a_partner_reduced_and_nobody_wants_any_more_is_listed_no_more(oak: Oak) -> None:
    (order,) = await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.close_week()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), order)
    await oak.trade.settle()

    await oak.close_week()

    assert await oak.problems() == {}


async def test_what_a_partner_reduced_and_then_deleted_is_listed_once(oak: Oak) -> None:
    """G18, G23, contract §4: no unit counts in two open entries."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(2)
    await oak.trade.settle()
    await oak.close_week()
    reduced = [(each.kind, each.units) for each in await oak.trade.problems()]
    (beans,) = oak.store.products.values()

    delete_product(oak.trade.shops.world, oak.store, beans)
    await oak.trade.settle()
    await oak.gather()

    assert reduced == [("partner_reduced", 3)]
    assert [(each.kind, each.units) for each in await oak.trade.problems()] == [("variant_gone", 3)]


async def test_without_a_centre_nothing_is_sent_until_one_is_chosen(oak: Oak) -> None:
    """G20: the partner would not know where to; whoever chose no centre yet is told once."""
    async with oak.trade.uow() as uow:
        await uow.session.execute(text("UPDATE retailer_settings SET centre_location_id = NULL, centre_address = NULL"))
    await oak.sell(3)
    sealed = await oak.close_week()
    ordered, problems = list(oak.orders), await oak.problems()
    (centre, *_) = oak.trade.shops.store(oak.trade.retailer).locations.values()

    await oak.trade.shops.post(oak.trade.retailer, "/app/settings/centre", centre=centre.gid)
    await oak.pass_time(QUARTER)

    problem = problems["master_order_without_centre"]
    assert (sealed.state, ordered, len(problems)) == ("closing", [], 1)
    assert (problem.subject_kind, problem.subject_id, problem.units) == ("master", str(sealed.id), 3)
    assert problem.opened_at < sealed.cutoff_at + timedelta(hours=1)
    assert (await oak.master(sealed.id)).state == "closed"
    assert oak.order.shipping_address is not None
    assert await oak.problems() == {}


async def test_what_comes_back_late_stands_on_the_next_draft(oak: Oak) -> None:
    """G27: the next week had begun, and its draft been thought of, before the partner's store let the close through."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    cycle = await oak.running()
    oak.fail(Rule(operation="DraftOrderComplete", action="server_error", probability=1))
    await oak.reach_close(cycle)
    await oak.trade.settle()
    await oak.gather()
    before = [lines_of(each) for each in oak.drafts]
    oak.trade.shops.world.faults.rules.clear()

    await oak.close_week_of(cycle.id)
    await oak.gather()

    assert before == [[3]]  # only the week that is being closed
    assert await oak.units() == {"sent": 3, "queued": 2}
    assert [lines_of(each) for each in oak.drafts] == [[2]]


async def test_a_price_the_partner_changed_makes_no_second_line_of_it(oak: Oak) -> None:
    """G27: left as it is, listed, and the units are sent, not ordered again."""
    await oak.sell(5)
    await oak.gather()
    oak.draft.lines[0].price_override = oak.draft.lines[0].price + 1
    oak.edit()
    await oak.trade.settle()
    listed = await oak.problems()

    closed = await oak.close_week()

    assert "partner_changed_draft" in listed
    assert (lines_of(oak.order), closed.state) == ([5], "closed")
    assert await oak.units() == {"sent": 5}
    assert "partner_changed_draft" not in await oak.problems()


async def test_one_rejected_line_does_not_keep_the_others(oak: Oak) -> None:
    """G18: the partner deleted a variant; the others are sent, that one is back with an exception."""
    second = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    await oak.trade.bring_in(second)
    await oak.sell(3)
    await oak.sell(2, sku="PARTNER-oak-TEA")
    await oak.gather()
    delete_product(oak.trade.shops.world, oak.store, second)

    closed = await oak.close_week()

    assert closed.state == "closed"
    assert lines_of(oak.order) == [3]
    assert await oak.units() == {"sent": 3, "queued": 2}
    problems = await oak.problems()
    assert problems["variant_gone"].units == 2
    assert sum(each.units for each in problems.values()) == 2


async def test_nothing_is_to_be_decided_about_the_draft_of_a_partner_who_left(oak: Oak) -> None:
    """A12, promise 5: its units stand once on the list, with those that wait for the partner."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()
    listed = await oak.problems()
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)

    await oak.trade.settle()

    assert listed["partner_changed_draft"].units == 2
    assert {kind: each.units for kind, each in (await oak.problems()).items()} == {"partner_gone": 5}


async def test_a_partner_who_left_gets_no_order_and_the_units_stay(oak: Oak) -> None:
    """A12: the week ends at once, its draft is taken back, nothing is sent, and what waits is listed."""
    await oak.sell(3)
    await oak.gather()
    cycle = await oak.running()
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)

    await oak.trade.settle()

    assert (await oak.master(cycle.id)).state == "empty"
    assert (oak.orders, oak.drafts) == ([], [])
    assert await oak.units() == {"queued": 3}
    (problem,) = await oak.trade.problems()
    assert (problem.subject_kind, problem.units) == ("partner", 3)


async def test_a_partner_who_comes_back_in_the_same_week_gets_its_order(oak: Oak) -> None:
    """A7, A13: one more of the same week takes up what waited; the order carries each unit once."""
    await oak.sell(3)
    await oak.gather()
    given_up = await oak.running()
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)
    await oak.trade.settle()

    await reconnect(oak)

    again = await oak.running()
    closed = await oak.close_week()
    assert (again.cutoff_at, again.number) == (given_up.cutoff_at, given_up.number + 1)
    assert closed.state == "closed"
    assert lines_of(oak.order) == [3]
    assert await oak.units() == {"sent": 3}
    assert await oak.trade.problems() == []


async def test_a_week_that_was_given_up_takes_no_other_of_its_day_away(oak: Oak) -> None:
    """G10, A13: Thursday was given up, Tuesday is closed, and it is Thursday again: one more of that day."""
    await oak.sell(3)
    given_up = await oak.running()
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)
    await oak.trade.settle()
    await reconnect(oak, weekday=2)
    tuesday = await oak.running()
    async with oak.trade.uow() as uow:
        await change_calendar(uow, oak.partner_id, 4, time(18))

    closed = await oak.close_week()

    assert (tuesday.cutoff_at < given_up.cutoff_at, closed.id, closed.state) == (True, tuesday.id, "closed")
    again = await oak.running()
    assert (again.cutoff_at, again.number) == (given_up.cutoff_at, given_up.number + 1)


async def test_a_draft_that_could_not_be_taken_back_is_taken_back_later(oak: Oak) -> None:
    """A11, A13: the store lets nobody in while the partner goes, and knows our draft still when it comes back."""
    await oak.sell(3)
    await oak.gather()
    oak.fail(Rule(action="user_error", shop=PARTNER, operation="DraftOrderDelete", probability=1.0))
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)
    await oak.trade.settle()
    left_behind = len(oak.drafts)
    oak.fail()

    await reconnect(oak)

    closed = await oak.close_week()
    assert left_behind == 1
    assert closed.state == "closed"
    assert oak.drafts == []
    assert lines_of(oak.order) == [3]


async def test_a_death_between_the_end_of_a_week_and_its_draft_leaves_no_draft(oak: Oak) -> None:
    """A12: killed after the week ended and before the draft was deleted."""
    await oak.sell(3)
    await oak.gather()
    cycle = await oak.running()
    async with oak.trade.uow() as uow:
        await disconnect_partner(uow, oak.partner_id)
        await service.begin_close(uow, cycle.id)

    await oak.close(cycle.id)

    assert (await oak.master(cycle.id)).state == "empty"
    assert oak.drafts == []


@pytest.mark.parametrize("is_completing", [False, True])
async def test_a_partner_who_leaves_while_the_week_closes(oak: Oak, is_completing: bool) -> None:
    """A12: back in the queue, unless the order may exist: then it is uncertain and somebody looks."""
    await oak.sell(3)
    cycle = await oak.running()
    await oak.reach_close(cycle)
    async with oak.trade.uow() as uow:
        await service.freeze_cycle(uow, cycle.id)
        if is_completing:
            await service.begin_completion(uow, cycle.id)
        await disconnect_partner(uow, oak.partner_id)

    await oak.close(cycle.id)
    await oak.close(cycle.id)

    assert (await oak.master(cycle.id)).state == ("uncertain" if is_completing else "empty")
    changes = [(each.kind, each.quantity) for each in await oak.changes(cycle.id)]
    assert changes == ([] if is_completing else [("not_sent", -3)])
    assert len(await oak.trade.queued()) == (0 if is_completing else 1)


async def test_a_freeze_waits_two_hours_for_the_orders_and_then_goes_ahead_with_a_flag(oak: Oak) -> None:
    """G34: listed; what is found later is late."""
    await oak.sell(3)
    cycle = await oak.running()
    oak.trade.set_clock(cycle.cutoff_at - timedelta(minutes=1))
    oak.trade.buy((BEANS, 2))
    await oak.trade.lose_webhooks()
    oak.fail(Rule(action="server_error", shop=oak.trade.retailer, probability=1.0))
    await oak.reach_close(cycle)
    await oak.trade.settle()
    waiting = (await oak.running()).id == cycle.id
    oak.trade.set_clock(cycle.cutoff_at + timedelta(hours=2, minutes=10))
    await oak.trade.settle()
    oak.fail()
    await oak.pass_time(timedelta(minutes=30))
    await oak.gather()

    frozen = await oak.master(cycle.id)
    assert waiting
    assert (frozen.state, frozen.frozen_with_flag) == ("closed", True)
    assert frozen.frozen_at is not None
    assert frozen.frozen_at <= cycle.cutoff_at + timedelta(hours=2, minutes=15)
    assert "frozen_without_reconciliation" in await oak.problems()
    assert [(lot.quantity, lot.late) for lot in await oak.trade.queued()] == [(2, True)]


async def test_an_invoice_that_was_sent_keeps_the_draft_as_it_is(oak: Oak) -> None:
    """G32: not rewritten, listed, and never two orders."""
    await oak.sell(3)
    await oak.gather()
    draft = oak.draft
    draft.status, draft.invoice_sent_at = "INVOICE_SENT", oak.trade.clock.at
    await oak.sell(2)
    await oak.gather()
    listed = await oak.problems()
    cycle = await oak.running()
    await oak.reach_close(cycle)
    await oak.trade.settle()
    waits = (await oak.master(cycle.id)).state
    oak.complete_draft()

    await oak.pass_time(QUARTER)

    assert lines_of(draft) == [3]
    assert "draft_invoice_sent" in listed
    assert waits == "closing"
    assert ((await oak.master(cycle.id)).state, lines_of(oak.order)) == ("closed", [3])
    assert await oak.units() == {"sent": 3, "queued": 2}


async def test_two_missed_weeks_are_closed_in_their_order(oak: Oak) -> None:
    """G7, G8: with the planned cut-offs, never merged."""
    first = await oak.running()
    oak.trade.buy((BEANS, 1))
    oak.trade.set_clock(first.cutoff_at + timedelta(days=1))
    oak.trade.buy((BEANS, 2))
    oak.trade.set_clock(first.cutoff_at + timedelta(days=8))

    for _ in range(6):
        await oak.pass_time(GRACE)

    masters = await oak.masters()
    assert [each.state for each in masters] == ["closed", "closed", "open"]
    assert [lines_of(order) for order in oak.orders] == [[1], [2]]
    assert masters[2].cutoff_at == first.cutoff_at + timedelta(days=14)


async def test_many_lines_are_two_orders_of_one_week(oak: Oak, monkeypatch: pytest.MonkeyPatch) -> None:
    """G19: what a draft cannot hold goes on a second one at the same cut-off; nothing is late, nothing is lost."""
    await oak.trade.bring_in(oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    await oak.sell(3)
    await oak.sell(2, sku="PARTNER-oak-TEA")
    monkeypatch.setattr("app.master_orders.rules.MOST_LINES", 1)

    await oak.close_week()
    await oak.pass_time(QUARTER)

    assert [(each.number, each.state) for each in (await oak.masters())[:2]] == [(1, "closed"), (2, "closed")]
    assert [lines_of(order) for order in oak.orders] == [[3], [2]]
    assert await oak.units() == {"sent": 5}


async def test_what_was_mapped_while_a_close_captured_it_is_routed_after_all(oak: Oak) -> None:
    """E17: the import had looked for such lines before the capture was committed, so it looks no more."""
    trade = oak.trade
    line = {"sku": "PARTNER-oak-NEW", "title": "New", "quantity": 2, "price": "10.00"}
    import_order(trade.shops.world, trade.shops.store(trade.retailer), {"line_items": [line]})
    await trade.settle()
    listed = set(await oak.problems())
    partner = MadePartner(trade.retailer_id, oak.partner_id, trade.link.partner_store.id)
    await make_mapping(trade.shops.open_uow, partner, "NEW")

    await oak.close_week()

    assert (listed, await oak.problems()) == ({"unmapped"}, {})
    assert await oak.units() == {"queued": 2}
