"""Drafts and orders nobody confirmed: looked for, shown as uncertain, adopted when they turn up, doubles deleted."""

import contextlib
from datetime import timedelta

import pytest

from app.core.errors import Conflict
from app.job_runs.service import enqueue
from app.master_orders import rules
from app.master_orders.jobs import RewriteDraft
from simulator.faults.faults import Faults, Rule
from simulator.world.draft_orders import complete_draft, create_draft
from simulator.world.orders import cancel_order, delete_order
from tests.support.oak import QUARTER, Killed, Oak, killed_at, lines_of
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio

UNCERTAIN = "master_order_uncertain"


def lagging(oak: Oak, *faults: Rule) -> None:
    """From here on these things go wrong, and the search index is half a minute behind."""
    oak.trade.shops.world.faults = Faults(seed=1, profile="standard", rules=list(faults))


async def wait(oak: Oak, *minutes: float) -> None:
    for each in minutes:
        await oak.pass_time(timedelta(minutes=each))


async def be_uncertain(oak: Oak) -> None:
    """Everything asked for is lost before it takes effect, until a person has to decide."""
    oak.fail(Rule(action="drop", phase="before", shop=PARTNER, operation="DraftOrderCreate"))
    await wait(oak, 6, *[11] * 14)


def creations(oak: Oak) -> int:
    """How often a draft was asked for."""
    return sum(each.operation == "DraftOrderCreate" for each in oak.trade.shops.world.requests)


async def page_of(oak: Oak, path: str) -> str:
    return (await oak.trade.shops.get(oak.trade.retailer, path)).text


def test_not_found_counts_after_growing_waits_and_a_person_decides_after_three_drafts() -> None:
    """G16"""
    waits = [rules.wait_before_look(looks) for looks in range(8)]

    assert waits == [*rules.LOOKS, None, *rules.LOOKS, None]
    assert sorted(rules.LOOKS) == list(rules.LOOKS)
    assert [rules.may_send_again(looks) for looks in (3, 7, 11)] == [True, True, False]


@pytest.mark.parametrize("action", ["drop", "garbage", "server_error"])
async def test_a_draft_made_without_an_answer_is_found_though_the_index_lags(oak: Oak, action: str) -> None:
    """G16: dropped after effect, a garbage answer, an error: one draft, one order."""
    await oak.sell(3)
    lagging(oak, Rule(action=action, phase="after", shop=PARTNER, operation="DraftOrderCreate", nth=1))  # type: ignore[arg-type]

    await wait(oak, 6, 1, 3, 11, 11)
    closed = await oak.close_week()

    assert len(oak.store.draft_orders) == 1
    assert (closed.state, lines_of(oak.order)) == ("closed", [3])
    assert await oak.trade.problems() == []


async def test_a_look_before_its_time_does_not_count(oak: Oak) -> None:
    """G16, architecture §5.3: whatever has the draft written meanwhile, the index had no time to know more."""
    await oak.sell(3)
    lagging(oak, Rule(action="drop", phase="after", shop=PARTNER, operation="DraftOrderCreate", nth=1))
    await wait(oak, 6)

    for _ in range(4):
        async with oak.trade.uow() as uow:
            await enqueue(uow, RewriteDraft(oak.trade.retailer_id, oak.partner_id))
        await oak.trade.settle()
    await wait(oak, 1)

    assert creations(oak) == len(oak.store.draft_orders) == 1
    assert (await oak.running()).draft_id == oak.draft.gid


@pytest.mark.parametrize("step", range(6))
async def test_a_worker_that_dies_while_a_draft_is_in_doubt_leaves_one(oak: Oak, step: int) -> None:
    """G16: the create took effect, its answer was lost, and the next attempt died at some step."""
    await oak.sell(3)
    lagging(oak, Rule(action="drop", phase="after", shop=PARTNER, operation="DraftOrderCreate", nth=1))
    with contextlib.suppress(Conflict, Killed, Exception):
        await oak.rewrite()
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=2))

    with contextlib.suppress(Killed, Exception):
        await oak.rewrite(killed_at(oak.trade.shops.open_uow, step))
    await wait(oak, 6, 3, 11)

    assert len(oak.store.draft_orders) == 1
    assert lines_of(oak.draft) == [3]


async def test_a_completion_without_an_answer_is_read_before_it_is_asked_for_again(oak: Oak) -> None:
    """G16: completed, the answer lost, the index behind: one order, nothing listed."""
    await oak.sell(3)
    await oak.gather()
    lagging(oak, Rule(action="drop", phase="after", shop=PARTNER, operation="DraftOrderComplete", nth=1))

    closed = await oak.close_week()

    assert closed.state == "closed"
    assert lines_of(oak.order) == [3]
    assert await oak.units() == {"sent": 3}
    assert await oak.trade.problems() == []


async def test_an_open_week_in_doubt_sends_nothing_and_says_so(oak: Oak) -> None:
    """G16: with what was tried and the next step, once."""
    await oak.sell(3)

    await be_uncertain(oak)
    asked = creations(oak)
    await oak.sell(2)
    await wait(oak, 6, 61)

    problem = (await oak.problems())[UNCERTAIN]
    assert (asked, creations(oak)) == (3, 3)
    assert "without an answer" in problem.cause
    assert "send it again" in problem.next_step
    assert await oak.told("master_order.uncertain") == 1
    assert await oak.trade.failed_jobs() == []
    page = await page_of(oak, "/app/exceptions")
    assert "It is not there: send again" in page
    assert "Look again" in await page_of(oak, f"/app/master-orders/{problem.subject_id}")


async def test_one_click_sends_it_again(oak: Oak) -> None:
    """G16: somebody looked, and it is not there."""
    await oak.sell(3)
    await be_uncertain(oak)
    cycle = await oak.running()
    oak.fail()

    answer = await oak.trade.shops.post(oak.trade.retailer, f"/app/master-orders/{cycle.id}/send-again")
    await oak.trade.settle()

    assert answer.status_code == 303
    assert lines_of(oak.draft) == [3]
    assert await oak.trade.problems() == []
    again = await oak.trade.shops.post(oak.trade.retailer, f"/app/master-orders/{cycle.id}/send-again")
    assert again.status_code == 409


async def test_a_draft_that_turns_up_later_is_adopted_and_the_exception_ends(oak: Oak) -> None:
    """G16, G33: all drafts had been made; the index showed none for hours; one stays."""
    await oak.sell(3)
    oak.trade.shops.world.faults = Faults(
        seed=1, profile="standard", rules=[Rule(action="drop", phase="after", operation="DraftOrderCreate")]
    )
    hidden = pytest.MonkeyPatch()
    hidden.setattr(Faults, "search_lag_seconds", property(lambda _: 86400.0))
    await wait(oak, 6, *[11] * 14)
    listed, made = await oak.problems(), len(oak.drafts)
    hidden.undo()
    oak.fail()

    await wait(oak, 61)

    assert (UNCERTAIN in listed, made) == (True, 3)
    assert lines_of(oak.draft) == [3]
    assert await oak.trade.problems() == []


async def test_of_drafts_made_without_an_answer_one_that_became_an_order_leaves_no_other(oak: Oak) -> None:
    """G25, G32: two had been made; the partner completed one before we heard of any. Never two orders."""
    await oak.sell(3)
    oak.trade.shops.world.faults = Faults(
        seed=1, profile="standard", rules=[Rule(action="drop", phase="after", operation="DraftOrderCreate")]
    )
    hidden = pytest.MonkeyPatch()
    hidden.setattr(Faults, "search_lag_seconds", property(lambda _: 86400.0))
    await wait(oak, 6, *[11] * 6)
    made = oak.drafts
    complete_draft(oak.trade.shops.world, oak.store, made[0], by="staff")
    hidden.undo()
    oak.fail()

    await wait(oak, *[11] * 3)

    assert len(made) > 1
    assert (lines_of(oak.order), oak.drafts) == ([3], [])
    assert await oak.units() == {"sent": 3}


async def test_a_closing_week_in_doubt_is_uncertain_and_goes_on_by_one_click(oak: Oak) -> None:
    """G16: its units are listed; after the click the order stands, once."""
    await oak.sell(3)
    cycle = await oak.running()
    oak.fail(Rule(action="drop", phase="before", shop=PARTNER, operation="DraftOrderCreate"))
    await oak.reach_close(cycle)
    await oak.trade.settle()
    for _ in range(14):
        await oak.pass_time(QUARTER)
    uncertain, listed = await oak.master(cycle.id), await oak.problems()
    oak.fail()

    await oak.trade.shops.post(oak.trade.retailer, f"/app/master-orders/{cycle.id}/send-again")
    closed = await oak.close_week_of(cycle.id)

    assert (uncertain.state, listed[UNCERTAIN].units) == ("uncertain", 3)
    assert (closed.state, lines_of(oak.order)) == ("closed", [3])
    assert await oak.trade.problems() == []


async def test_doubles_with_our_marker_are_deleted_before_the_close(oak: Oak) -> None:
    """G33: all but ours, whoever made them; the partner's own drafts stay."""
    await oak.sell(3)
    await oak.gather()
    ours = oak.draft
    for tag in (ours.tags[0], "their-own"):
        lines = [{"variant_id": ours.lines[0].variant_id, "quantity": 3}]
        create_draft(oak.trade.shops.world, oak.store, {"tags": [tag], "lines": lines})

    closed = await oak.close_week()

    assert (closed.state, lines_of(oak.order)) == ("closed", [3])
    assert [each.tags for each in oak.drafts] == [["their-own"]]
    assert ours.order_id is not None


@pytest.mark.parametrize("is_told", [True, False])
async def test_an_order_made_of_the_draft_and_deleted_before_it_was_read_is_somebodys_to_decide(
    oak: Oak, is_told: bool
) -> None:
    """G25, G16: while the week runs (the webhooks came), or at its close; nothing is sent until somebody says so."""
    trade = oak.trade
    await oak.sell(5)
    await oak.gather()
    order = oak.complete_draft()
    cancel_order(trade.shops.world, oak.store, order)
    delete_order(trade.shops.world, oak.store, order)
    if not is_told:
        await trade.lose_webhooks()
    cycle = await oak.running()
    if not is_told:
        await oak.reach_close(cycle)
    await wait(oak, 1, 3, 11, 61, 61)
    uncertain, listed, asked = await oak.master(cycle.id), await oak.problems(), creations(oak)

    looked = await trade.shops.post(trade.retailer, f"/app/master-orders/{cycle.id}/look-again")
    await trade.settle()
    still = await oak.problems()
    sent = await trade.shops.post(trade.retailer, f"/app/master-orders/{cycle.id}/send-again")
    await trade.settle()
    closed = await oak.close_week_of(cycle.id) if not is_told else await oak.close_week()

    assert (uncertain.state, uncertain.is_uncertain) == ("open" if is_told else "uncertain", True)
    assert (set(listed), listed[UNCERTAIN].units) == ({UNCERTAIN}, 0 if is_told else 5)
    assert "is not in the partner's store any more" in listed[UNCERTAIN].cause
    assert (asked, creations(oak), set(still)) == (1, 2, {UNCERTAIN})
    assert (looked.status_code, sent.status_code) == (303, 303)
    assert (closed.id, closed.state, lines_of(oak.orders[-1])) == (cycle.id, "closed", [5])
    assert await oak.units() == {"sent": 5}
    assert await trade.problems() == []
    assert await oak.told("master_order.lost") == 1
