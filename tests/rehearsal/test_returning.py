"""A partner who went and comes back, by the means an outside checker has (contract §2)."""

from datetime import timedelta

import httpx
import pytest

from app.core.unit_of_work import SYSTEM
from app.partners.queries import get_partner
from app.partners.states import PartnerState
from app.rehearsal.control import Control
from app.rehearsal.hub import Hub
from app.rehearsal.run import accept_as_partner
from app.stores.queries import find_store_by_domain
from app.stores.states import AccessState
from simulator.server import create_app as create_simulator
from tests.support.oak import Oak
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("installs", [True, False])
async def test_a_partner_who_reinstalled_is_invited_and_accepts_again(oak: Oak, *, installs: bool) -> None:
    """A13: it is the same partnership, whoever installed the app again before it is opened."""
    shops = oak.trade.shops
    hub = Hub(shops.open_uow, shops.shopify, shops.shopify.settings)
    transport = httpx.ASGITransport(create_simulator(shops.world))
    async with httpx.AsyncClient(transport=transport) as http:
        control = Control(http, "http://control")
        await control.post(f"/stores/{PARTNER}/app/uninstall")
        await oak.trade.settle()
        if installs:
            await control.post(f"/stores/{PARTNER}/app/install")

        acts = await accept_as_partner(hub, control, PARTNER)
        await oak.trade.settle()

    async with oak.trade.uow() as uow:
        partner = await get_partner(uow.session, oak.trade.retailer_id, oak.partner_id)
    assert acts == [{"act": "accepted", "partner": PARTNER, "partnership": oak.partner_id}]
    assert partner.state is PartnerState.CONNECTED


async def test_a_partner_who_went_unheard_and_is_back_lets_us_in_again(oak: Oak) -> None:
    """A9, A13: no news came of the uninstalling, so the partnership never ended; opening the app is enough."""
    shops = oak.trade.shops
    hub = Hub(shops.open_uow, shops.shopify, shops.shopify.settings)
    transport = httpx.ASGITransport(create_simulator(shops.world))
    async with httpx.AsyncClient(transport=transport) as http:
        control = Control(http, "http://control")
        await control.post(f"/stores/{PARTNER}/app/uninstall")
        await oak.trade.lose_webhooks()
        await oak.pass_time(timedelta(hours=1))
        shut_out = await _access(oak)
        await control.post(f"/stores/{PARTNER}/app/install")

        acts = await accept_as_partner(hub, control, PARTNER)
        await oak.trade.settle()

    assert (shut_out, acts) == (AccessState.DEAD, [])
    assert await _access(oak) is AccessState.WORKING


async def _access(oak: Oak) -> AccessState:
    async with oak.trade.shops.open_uow(SYSTEM) as uow:
        store = await find_store_by_domain(uow, PARTNER)
    assert store is not None
    return store.access_state
