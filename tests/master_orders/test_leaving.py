"""A store that removes the app in the middle of a week: nothing is closed any more, and nothing is left lying about."""

from datetime import timedelta

import pytest

from app.master_orders.queries import MasterOrder
from app.partners.states import PartnerState
from simulator.faults.faults import Rule
from simulator.world.apps import install, uninstall
from simulator.world.orders import cancel_order
from tests.support.linked import accept, invite, partners_now
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER, RETAILER

pytestmark = pytest.mark.anyio


async def test_a_retailer_who_leaves_takes_back_its_drafts_and_closes_nothing_any_more(oak: Oak) -> None:
    """A20: the draft goes with the partner's own token; what was sent before stays readable."""
    await oak.sell(2)
    sent = await oak.close_week()
    await oak.sell(3)
    await oak.gather()
    drafts_before = len(oak.drafts)

    uninstall(oak.trade.shops.world, oak.trade.shops.store(RETAILER))
    await oak.trade.settle()
    await oak.close_week_of((await oak.masters())[-1].id)

    assert drafts_before == 1
    assert oak.drafts == []
    assert lines_of(oak.order) == [2]
    assert [master.state for master in await oak.masters()] == ["closed", "empty"]
    assert (await oak.master(sent.id)).lines == sent.lines
    assert await oak.units() == {"sent": 2, "queued": 3}
    desk = await oak.trade.shops.load(PARTNER)
    assert desk.status_code == 200
    assert (await partners_now(oak.trade.shops))[0].state is PartnerState.DISCONNECTED
    assert await oak.trade.failed_jobs() == []


async def test_an_invitation_of_a_retailer_who_left_is_no_invitation(oak: Oak) -> None:
    """A20: nobody can connect with a shop that removed the app."""
    shops = oak.trade.shops
    shops.make_shop("harbour.myshopify.com")
    link = await invite(shops, shop="harbour.myshopify.com", name="Harbour")

    uninstall(shops.world, shops.store(RETAILER))
    await oak.trade.settle()

    answer = await shops.hub.get(link)
    assert answer.status_code == 404
    assert {each.state for each in await partners_now(shops)} == {PartnerState.DECLINED, PartnerState.DISCONNECTED}


async def test_a_partner_who_removes_the_app_is_called_no_more(oak: Oak) -> None:
    """A11: the token is dead, so no call is attempted; what waits is listed and nothing is offered."""
    await oak.sell(3)
    await oak.gather()
    cycle = await oak.running()

    uninstall(oak.trade.shops.world, oak.store)
    calls = len(oak.trade.shops.world.requests)
    await oak.trade.settle()
    later = [call for call in oak.trade.shops.world.requests[calls:] if call.shop == PARTNER and call.outcome == "ok"]

    assert (await oak.master(cycle.id)).state == "empty"
    assert later == []
    assert await oak.units() == {"queued": 3}
    (problem,) = await oak.trade.problems()
    assert (problem.subject_kind, problem.units) == ("partner", 3)
    assert await oak.trade.failed_jobs() == []


async def test_what_was_to_be_decided_about_a_draft_ends_with_its_week(oak: Oak) -> None:
    """A11: nobody can decide about the draft of a partner who left."""
    await oak.sell(5)
    await oak.gather()
    oak.edit(3)
    await oak.trade.settle()
    before = set(await oak.problems())

    uninstall(oak.trade.shops.world, oak.store)
    await oak.trade.settle()

    assert (before, set(await oak.problems())) == ({"partner_changed_draft"}, {"partner_gone"})


async def test_what_is_over_of_a_partner_who_left_is_not_sold(oak: Oak) -> None:
    """A11, W3: an order of it would lead to nobody, so the store shows none of it."""
    await oak.sell(2)
    await oak.close_week()
    oak.send(2)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 5)
    before = (await oak.trade.offer(BEANS)).sum.surplus

    uninstall(oak.trade.shops.world, oak.store)
    await oak.trade.settle()

    assert (before, oak.trade.shown(BEANS)) == (3, 0)


async def test_a_partner_who_comes_back_finds_no_draft_of_the_week_that_was_given_up(oak: Oak) -> None:
    """A13: what they could still complete would be ordered twice, so it goes at once, not at its cut-off."""
    given_up = await _leave_with_a_draft(oak)

    await _come_back(oak)

    running = await oak.running()
    assert (running.cutoff_at, running.number) == (given_up.cutoff_at, 2)
    assert [draft.tags for draft in oak.drafts] == [[running.marker]]
    assert lines_of(oak.draft) == [3]


async def test_a_draft_that_was_never_confirmed_is_taken_back_when_the_partner_is_back(oak: Oak) -> None:
    """A13, G33: it was made without an answer, so nobody knows its id; its marker finds it, though the index lags."""
    oak.fail(Rule(action="drop", phase="after", shop=PARTNER, operation="DraftOrderCreate", nth=1))
    await oak.sell(3)
    await oak.gather()
    (unconfirmed,) = oak.drafts
    uninstall(oak.trade.shops.world, oak.store)
    await oak.trade.settle()

    await _come_back(oak)
    for _ in range(3):
        await oak.gather()

    running = await oak.running()
    assert [draft.tags for draft in oak.drafts] == [[running.marker]] != [unconfirmed.tags]
    assert lines_of(oak.draft) == [3]
    assert await oak.trade.failed_jobs() == []


async def test_an_order_made_of_the_draft_of_a_week_that_was_given_up_is_told(oak: Oak) -> None:
    """A13: its units are asked for again, so somebody has to stop it."""
    given_up = await _leave_with_a_draft(oak)

    order = oak.complete_draft()
    await _come_back(oak)

    told = (await oak.problems())["order_not_asked_for"]
    assert (told.subject_id, told.ends_by_hand) == (str(given_up.id), True)
    assert order.name in told.cause
    assert [draft.tags for draft in oak.drafts] == [[(await oak.running()).marker]]
    assert await oak.units() == {"queued": 3}


async def test_an_order_nobody_asked_for_that_the_partner_cancelled_is_not_told(oak: Oak) -> None:
    """A13: nothing comes of it."""
    await _leave_with_a_draft(oak)

    cancel_order(oak.trade.shops.world, oak.store, oak.complete_draft())
    await _come_back(oak)

    assert "order_not_asked_for" not in await oak.problems()
    assert await oak.units() == {"queued": 3}


async def test_an_order_too_old_to_be_shown_to_us_is_told_by_its_draft(oak: Oak) -> None:
    """A13, reference §2.1: without `read_all_orders` sixty days are shown, and a partner may be away longer."""
    await _leave_with_a_draft(oak)
    name = oak.draft.name

    oak.complete_draft()
    await oak.pass_time(timedelta(days=61))
    await _come_back(oak)

    assert f"the order of {name} " in (await oak.problems())["order_not_asked_for"].cause
    assert await oak.trade.failed_jobs() == []


async def _leave_with_a_draft(oak: Oak) -> MasterOrder:
    """Return the master order that is given up since the partner removed the app."""
    await oak.sell(3)
    await oak.gather()
    running = await oak.running()
    uninstall(oak.trade.shops.world, oak.store)
    await oak.trade.settle()
    return running


async def _come_back(oak: Oak) -> None:
    install(oak.trade.shops.world, oak.store)
    await oak.trade.shops.load(PARTNER)
    await invite(oak.trade.shops)
    await accept(oak.trade.shops)
    await oak.trade.settle()
    await oak.gather()
