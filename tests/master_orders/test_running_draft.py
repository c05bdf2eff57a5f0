"""The running draft on the partner's store follows what is ordered, and leaves alone what is the partner's."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import UnitOfWork
from app.master_orders import service
from app.master_orders.queries import MasterOrder
from simulator.faults.faults import Rule
from simulator.world.draft_orders import DraftEdit, edit_draft
from simulator.world.orders import cancel_order
from simulator.world.stores import add_location
from tests.support.oak import Killed, Oak, killed_at, lines_of
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio

Decision = Callable[[UnitOfWork, int, int], Awaitable[None]] | None


async def test_three_then_five_then_four_is_one_draft(oak: Oak) -> None:
    """G24: one draft, updated; completed once at the close."""
    placed = await oak.sell(3)
    await oak.gather()
    first = (oak.draft.id, lines_of(oak.draft))
    placed += await oak.sell(1, 1)
    await oak.gather()
    second = lines_of(oak.draft)
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[-1])
    await oak.trade.settle()
    await oak.gather()

    assert (first[1], second, lines_of(oak.draft)) == ([3], [5], [4])
    assert oak.draft.id == first[0]
    assert (await oak.close_week()).state == "closed"
    assert lines_of(oak.order) == [4]


async def test_what_was_sold_between_cut_off_and_freeze_stands_on_the_next_draft(oak: Oak) -> None:
    """F22, G1: the units wait already when the next week opens; nobody has to buy more for its draft to be written."""
    cycle = await oak.running()
    oak.trade.set_clock(cycle.cutoff_at + timedelta(minutes=2))
    await oak.sell(4)

    await oak.reach_close(cycle)
    await oak.close_week_of(cycle.id)
    await oak.gather()

    assert oak.draft.tags == [(await oak.running()).marker]
    assert lines_of(oak.draft) == [4]


async def test_the_draft_goes_to_the_centre_and_tells_nothing_of_customers(oak: Oak) -> None:
    """G20: the centre's address, no customer's name, e-mail or phone."""
    await oak.sell(3)

    await oak.gather()

    draft = oak.draft
    assert draft.shipping_address is not None
    assert (draft.shipping_address.address1, draft.shipping_address.city) == ("1 Mill Lane", "Denver")
    assert draft.shipping_address.company == "Corner – Main street"
    assert (draft.shipping_address.first_name, draft.shipping_address.phone, draft.email) == (None, None, None)
    assert draft.payment_terms is not None
    assert draft.tags == [(await oak.running()).marker]


async def test_a_draft_follows_the_centre_that_moved(oak: Oak) -> None:
    """G20: chosen anew when the draft stood already; the same lines go to the new address."""
    trade = oak.trade
    await oak.sell(3)
    await oak.gather()
    store = trade.shops.store(trade.retailer)
    first = next(iter(store.locations.values()))
    dock = add_location(trade.shops.world, store, "Dock", replace(first.address, address1="9 Dock Road"))
    answer = await trade.shops.post(trade.retailer, "/app/settings/centre", centre=dock.gid)

    await oak.close_week()

    assert answer.status_code == 303
    address = oak.order.shipping_address
    assert address is not None
    assert (address.company, address.address1) == ("Corner – Dock", "9 Dock Road")


async def test_a_draft_the_partner_deleted_is_made_again(oak: Oak) -> None:
    """G24: rebuilt, and noted once."""
    await oak.sell(3)
    await oak.gather()
    lost = oak.draft.id
    oak.delete_draft()

    await oak.trade.settle()
    await oak.rewrite()

    assert oak.draft.id != lost
    assert lines_of(oak.draft) == [3]
    assert await oak.told("master_order.draft.rebuilt") == 1


async def test_a_line_the_partner_changed_stays_and_is_one_exception(oak: Oak) -> None:
    """G24: a line changed by the partner is left as it is until somebody decides (contract §5)."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3, note="By Monday", tags=[*oak.draft.tags, "wholesale"])
    await oak.trade.settle()
    await oak.sell(2)
    await oak.gather()

    problem = (await oak.problems())["partner_changed_draft"]
    assert lines_of(oak.draft) == [3]
    assert (problem.subject_kind, problem.units) == ("partner_variant", 4)
    assert (oak.draft.note, "wholesale" in oak.draft.tags) == ("By Monday", True)
    assert await oak.told("master_order.draft.changed_by_partner") == 1


async def test_what_the_partner_added_and_customers_buy_later_is_one_exception(oak: Oak) -> None:
    """G24, promise 5: of one variant once, and struck off when the draft became the order."""
    tea = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    await oak.trade.bring_in(tea)
    (variant,) = oak.trade.variants(PARTNER, tea)
    await oak.sell(5)
    await oak.gather()
    edit_draft(oak.trade.shops.world, oak.store, oak.draft, DraftEdit(added=[(variant.id, 2)]))
    await oak.trade.settle()
    first = await oak.trade.problems()

    await oak.sell(3, sku="PARTNER-oak-TEA")
    await oak.gather()
    then = await oak.trade.problems()
    await oak.close_week()

    assert [(each.kind, each.units) for each in first] == [("partner_changed_draft", 0)]
    assert [(each.kind, each.units, each.subject_id) for each in then] == [
        ("partner_changed_draft", 1, first[0].subject_id)
    ]
    assert "partner_changed_draft" not in await oak.problems()


async def test_our_quantity_is_written_again_when_somebody_decides_so(oak: Oak) -> None:
    """G24: the decision."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()
    cycle = await oak.running()

    async with oak.trade.uow() as uow:
        await service.restore_line(uow, cycle.id, cycle.lines[0].partner_variant_id)
    await oak.trade.settle()

    assert lines_of(oak.draft) == [5]
    assert "partner_changed_draft" not in await oak.problems()
    async with oak.trade.uow() as uow:
        with pytest.raises(Conflict):
            await service.restore_line(uow, cycle.id, cycle.lines[0].partner_variant_id)
        with pytest.raises(NotFound):
            await service.restore_line(uow, cycle.id, 987654321)
        with pytest.raises(NotFound):
            await service.restore_line(uow, 987654321, cycle.lines[0].partner_variant_id)


async def test_theirs_is_kept_until_something_else_is_wanted(oak: Oak) -> None:
    """G24: the other decision; nothing of it is asked again, at the close neither: what is missing waits."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()
    cycle = await oak.running()
    variant_id = cycle.lines[0].partner_variant_id

    async with oak.trade.uow() as uow:
        await service.keep_line(uow, cycle.id, variant_id)
    await oak.rewrite()
    kept = (lines_of(oak.draft), set(await oak.problems()), (await oak.running()).undecided)
    async with oak.trade.uow() as uow:
        with pytest.raises(Conflict):
            await service.keep_line(uow, cycle.id, variant_id)
        with pytest.raises(NotFound):
            await service.keep_line(uow, cycle.id, 987654321)
    closed = await oak.close_week()

    assert kept == ([3], set(), ())
    assert (closed.state, lines_of(oak.order)) == ("closed", [3])
    assert await oak.told("master_order.draft.change_kept") == 1
    assert (await oak.problems(), await oak.units()) == ({}, {"sent": 3, "queued": 2})


async def kept(oak: Oak) -> MasterOrder:
    """Oak takes two of five off the draft, and the retailer keeps that; returns the running master order."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()
    cycle = await oak.running()
    async with oak.trade.uow() as uow:
        await service.keep_line(uow, cycle.id, cycle.lines[0].partner_variant_id)
    return cycle


@pytest.mark.parametrize("again", ["sold", "changed"])
async def test_what_was_kept_is_asked_again_when_it_changes(oak: Oak, again: str) -> None:
    """Promise 1: nobody decided about the units that were bought since, nor about what the partner made of it since."""
    await kept(oak)

    if again == "sold":
        await oak.sell(1)
    else:
        oak.edit(2)
    await oak.gather()

    assert (await oak.problems())["partner_changed_draft"].units == 3
    assert len((await oak.running()).undecided) == 1


@pytest.mark.parametrize("is_frozen", [False, True])
async def test_what_was_kept_is_told_of_when_it_changes_at_the_close(oak: Oak, is_frozen: bool) -> None:
    """G24, promise 1: nobody decided about what the partner made of it since, be it after the freeze."""
    cycle = await kept(oak)

    await oak.reach_close(cycle)
    if is_frozen:
        with pytest.raises(Killed):
            await oak.close(cycle.id, killed_at(oak.trade.shops.open_uow, 10))
    state = (await oak.master(cycle.id)).state
    oak.edit(2)
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=1))
    await oak.trade.lose_webhooks()
    if is_frozen:
        oak.complete_draft()
    await oak.close_week_of(cycle.id)

    assert state == ("closing" if is_frozen else "open")
    assert lines_of(oak.order) == [2]
    assert {kind: each.units for kind, each in (await oak.problems()).items()} == {"partner_reduced": 3}
    assert await oak.units() == {"sent": 2, "queued": 3}


async def test_a_change_the_partner_takes_back_is_no_question_any_more(oak: Oak) -> None:
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()

    oak.edit(5)
    await oak.trade.settle()

    assert "partner_changed_draft" not in await oak.problems()
    await oak.sell(1)
    await oak.gather()
    assert lines_of(oak.draft) == [6]


@pytest.mark.parametrize(("decide", "ordered"), [(None, 2), (service.keep_line, 2), (service.restore_line, 5)])
async def test_what_the_partner_changed_outlives_a_draft_they_delete(oak: Oak, decide: Decision, ordered: int) -> None:
    """G24, contract §5: the draft made anew says what they said, until somebody decides otherwise."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(2)
    await oak.trade.settle()
    oak.delete_draft()
    await oak.trade.settle()
    rebuilt, listed, cycle = lines_of(oak.draft), await oak.problems(), await oak.running()

    if decide is not None:
        async with oak.trade.uow() as uow:
            await decide(uow, cycle.id, cycle.lines[0].partner_variant_id)
    await oak.rewrite()
    standing = lines_of(oak.draft)
    oak.delete_draft()
    await oak.close_week()

    assert (rebuilt, {kind: each.units for kind, each in listed.items()}) == ([2], {"partner_changed_draft": 3})
    assert (standing, lines_of(oak.order)) == ([ordered], [ordered])
    assert await oak.told("master_order.draft.changed_by_partner") == 1


async def test_what_the_partner_set_to_nothing_is_not_ordered_when_nothing_else_is_left(oak: Oak) -> None:
    """G24, G23: no draft stands, none is made, and the close asks for nothing; the units wait and are listed."""
    trade = oak.trade
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    await oak.sell(5)
    (other,) = await oak.sell(2, sku="PARTNER-oak-TEA")
    await oak.gather()
    oak.edit(0)
    await trade.settle()
    cancel_order(trade.shops.world, trade.shops.store(trade.retailer), other)
    await trade.settle()

    made = len(oak.store.draft_orders)
    for _ in range(3):
        await oak.rewrite()
    undecided = {kind: each.units for kind, each in (await oak.problems()).items()}
    closed = await oak.close_week()

    assert (oak.drafts, len(oak.store.draft_orders)) == ([], made)
    assert undecided == {"partner_changed_draft": 5}
    assert (closed.state, oak.orders, await oak.units()) == ("empty", [], {"queued": 5, "cancelled": 2})
    assert {kind: each.units for kind, each in (await oak.problems()).items()} == {"partner_reduced": 5}


async def test_what_the_partner_added_goes_with_the_draft_they_delete(oak: Oak) -> None:
    """G24: nobody here ordered it, so it is not asked for again, and nothing is left to decide."""
    await oak.sell(5)
    await oak.gather()
    tea = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    (variant,) = oak.trade.variants(PARTNER, tea)
    edit_draft(oak.trade.shops.world, oak.store, oak.draft, DraftEdit(added=[(variant.id, 2)]))
    await oak.trade.settle()
    listed = await oak.problems()

    oak.delete_draft()
    await oak.trade.settle()

    assert (set(listed), await oak.problems()) == ({"partner_changed_draft"}, {})
    assert lines_of(oak.draft) == [5]


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_draft_without_an_answer_is_looked_for_before_another_is_made(oak: Oak, phase: str) -> None:
    """G16: exactly one draft, whether the first was made or not."""
    await oak.sell(3)
    oak.fail(Rule(action="drop", phase=phase, operation="DraftOrderCreate", nth=1))  # type: ignore[arg-type]

    for minutes in (6, 1, 3, 11, 11):
        await oak.pass_time(timedelta(minutes=minutes))

    assert lines_of(oak.draft) == [3]
    assert len(oak.store.draft_orders) == 1


@pytest.mark.parametrize("step", range(5))
async def test_a_rewrite_killed_between_two_steps_is_finished_by_the_next(oak: Oak, step: int) -> None:
    """G24: our own words are never taken for the partner's."""
    await oak.sell(3)
    await oak.gather()
    oak.trade.buy(("PARTNER-oak-BEAN", 2))
    await oak.trade.settle()

    with contextlib.suppress(Killed):
        await oak.rewrite(killed_at(oak.trade.shops.open_uow, step))
    await oak.sell(1)
    await oak.rewrite()

    assert lines_of(oak.draft) == [6]
    assert await oak.trade.problems() == []


async def test_nothing_ordered_any_more_leaves_no_draft(oak: Oak) -> None:
    """F6: the preview follows; an empty master order is none."""
    (placed,) = await oak.sell(3)
    await oak.gather()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed)
    await oak.trade.settle()

    await oak.gather()

    assert oak.drafts == []
    assert await oak.units() == {"cancelled": 3}


@pytest.mark.parametrize("step", range(5))
async def test_our_own_deletion_of_an_empty_draft_is_never_told_as_the_partners(oak: Oak, step: int) -> None:
    """G24, F6: killed between any two steps, nobody reads that the partner deleted it; what is sold then is drafted."""
    (placed,) = await oak.sell(3)
    await oak.gather()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed)
    await oak.trade.settle()

    with contextlib.suppress(Killed):
        await oak.rewrite(killed_at(oak.trade.shops.open_uow, step))
    await oak.sell(2)
    await oak.gather()

    assert lines_of(oak.draft) == [2]
    assert await oak.told("master_order.draft.rebuilt") == 0
    assert await oak.trade.problems() == []
