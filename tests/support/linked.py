"""A retailer that is set up and a partner that is connected, made as their staff make them: page by page."""

import html
import re
from dataclasses import dataclass
from typing import Any

from app.core.unit_of_work import SYSTEM, system_for
from app.partners.queries import PartnerFacts, partners_of
from app.stores.queries import StoreFacts, find_store_by_domain
from tests.support.shops import OPTIONAL, PARTNER, RETAILER, Shops

LINK = re.compile(r"https://hub\.example\.com(/invitations/[\w-]+)")
PROPOSAL = {
    "name": "Oak Roastery",
    "shop": PARTNER,
    "email": "orders@oak.example.com",
    "discount": "30",
    "weekday": 4,
    "cutoff_time": "18:00",
    "buffer": 0,
}


@dataclass(frozen=True)
class Linked:
    """Who was linked with whom."""

    retailer: StoreFacts
    partner_store: StoreFacts
    partner: PartnerFacts


async def store_facts(shops: Shops, domain: str) -> StoreFacts:
    """What the hub knows of a store."""
    async with shops.open_uow(SYSTEM) as uow:
        found = await find_store_by_domain(uow, domain)
    assert found is not None, domain
    return found


async def partners_now(shops: Shops, domain: str = RETAILER) -> list[PartnerFacts]:
    """The retailer's partners as they stand."""
    retailer = await store_facts(shops, domain)
    async with shops.open_uow(system_for(retailer.id)) as uow:
        return await partners_of(uow.session, retailer.id)


async def make_retailer(shops: Shops, domain: str = RETAILER, **fields: Any) -> StoreFacts:
    """A retailer whose onboarding is complete."""
    store = shops.make_shop(domain, **fields)
    await shops.load(domain)
    await shops.post(domain, "/app/role", role="retailer")
    shops.grant(domain, *OPTIONAL["retailer"], "write_locations")
    await shops.post(domain, "/app/permissions")
    centre = next(iter(store.locations.values())).gid
    await shops.post(domain, "/app/settings/centre", centre=centre)
    await shops.post(domain, "/app/settings/stock-location/create")
    return await store_facts(shops, domain)


async def invite(shops: Shops, retailer: str = RETAILER, **changed: object) -> str:
    """Invite a partner on the page, and return the path of the link."""
    answer = await shops.post(retailer, "/app/partners/invite", **{**PROPOSAL, **changed})
    assert answer.status_code == 201, answer.text
    found = LINK.search(html.unescape(answer.text))
    assert found, answer.text
    return found[1]


async def agree(shops: Shops, domain: str = PARTNER) -> None:
    """Accept the invitation that waits on the partner's home."""
    home = (await shops.load(domain)).text
    found = re.search(r"/app/desk/connect/(\d+)/accept", home)
    if found is None:
        found = re.search(r"/app/desk/connect/(\d+)/accept", (await shops.get(domain, "/app/desk/connect")).text)
    assert found, home
    answer = await shops.post(domain, found[0])
    assert answer.status_code == 303, answer.text


async def accept(shops: Shops, domain: str = PARTNER) -> None:
    """Accept the invitation that waits, and permit what is asked."""
    await agree(shops, domain)
    shops.grant(domain, *OPTIONAL["partner"])
    await shops.post(domain, "/app/permissions")


async def link(shops: Shops, retailer: str = RETAILER, partner: str = PARTNER, **proposed: object) -> Linked:
    """A retailer and a partner, linked; the partner's shop is made unless it is there."""
    if retailer not in shops.world.stores:
        await make_retailer(shops, retailer)
    if partner not in shops.world.stores:
        shops.make_shop(partner, time_zone="America/Denver")
    await invite(shops, retailer, shop=partner, **proposed)
    await accept(shops, partner)
    await shops.work()
    linked = next(each for each in await partners_now(shops, retailer) if each.shop_domain == partner)
    return Linked(await store_facts(shops, retailer), await store_facts(shops, partner), linked)
