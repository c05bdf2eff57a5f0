"""What stands open with a partner when the partnership ends, and what of it begins with the next one."""

from datetime import timedelta

import pytest

from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.job_runs.service import enqueue
from app.partners.jobs import EndPartnerships
from simulator.world.apps import install, set_scopes, uninstall
from simulator.world.products import delete_product
from tests.support.linked import agree, invite, make_retailer, partners_now, store_facts
from tests.support.oak import Oak
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio
OTHER = "harbour.myshopify.com"


async def take_back(trade: Trade) -> None:
    """The partner's staff takes a permission back."""
    store = trade.shops.store(PARTNER)
    set_scopes(trade.shops.world, store, [each for each in store.app.scopes if each != "write_draft_orders"])
    await trade.settle()


async def disconnect(trade: Trade) -> None:
    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()


async def kinds(trade: Trade) -> list[str]:
    return [each.kind for each in await trade.problems()]


async def test_what_a_partner_does_not_permit_is_nobodys_business_any_more(trade: Trade) -> None:
    """A5, A7"""
    await take_back(trade)
    before = await kinds(trade)

    await disconnect(trade)

    assert before == ["partner_permission_missing"]
    assert await kinds(trade) == []


async def test_a_unit_that_waits_in_vain_for_two_reasons_counts_once(oak: Oak) -> None:
    """G18, A7: its variant is deleted, its partner goes and comes back; what there is to decide is one thing."""
    tea = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    await oak.trade.bring_in(tea)
    await oak.sell(3)
    await oak.sell(2, sku="PARTNER-oak-TEA")
    await oak.gather()
    delete_product(oak.trade.shops.world, oak.store, tea)
    await oak.close_week()
    before = [(each.kind, each.units) for each in await oak.trade.problems() if each.units]

    await disconnect(oak.trade)
    without = [(each.kind, each.units) for each in await oak.trade.problems() if each.units]
    await oak.trade.join()
    await oak.gather()
    again = [(each.kind, each.units) for each in await oak.trade.problems() if each.units]

    assert before == again == [("variant_gone", 2)]
    assert without == [("partner_gone", 2)]


async def test_a_new_retailer_is_told_how_the_partners_store_stands(trade: Trade) -> None:
    """A5: as those who were connected before."""
    await take_back(trade)

    await make_retailer(trade.shops, OTHER)
    await invite(trade.shops, OTHER)
    await agree(trade.shops)
    await trade.settle()

    other = await store_facts(trade.shops, OTHER)
    async with trade.shops.open_uow(system_for(other.id)) as uow:
        assert [each.kind for each in await open_exceptions(uow.session)] == ["partner_permission_missing"]


async def test_an_end_that_is_tried_again_spares_what_was_agreed_since(trade: Trade) -> None:
    """A13: a run of the day the partner left ends nothing of its new time."""
    store, store_id = trade.shops.store(PARTNER), trade.link.partner_store.id
    uninstall(trade.shops.world, store)
    await trade.settle()
    trade.set_clock(trade.clock.at + timedelta(hours=1))
    install(trade.shops.world, store)
    await trade.shops.load(PARTNER)
    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/link")
    await agree(trade.shops)
    await trade.settle()

    async with trade.shops.open_uow(system_for(store_id)) as uow:
        await enqueue(uow, EndPartnerships(store_id))
    await trade.settle()

    assert [each.state for each in await partners_now(trade.shops)] == ["connected"]
