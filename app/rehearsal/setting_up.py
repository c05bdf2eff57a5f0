"""Set the stage: stores that install the app, partners that accept, products imported, published and stocked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from app.catalog.flows import browse
from app.catalog.queries import mappings_of_partner
from app.catalog.service import Chosen, request_import
from app.core.errors import Conflict
from app.core.unit_of_work import SYSTEM, system_for
from app.partners.errors import InvitationClosed
from app.partners.flows import accept, check_partner_store
from app.partners.queries import PartnerFacts, all_partnerships_of, get_partner, partners_of
from app.partners.service import invite_partner, pending_invitations, renew_invitation
from app.partners.states import PartnerState
from app.partners.terms import Proposal
from app.rehearsal.cast import PartnerPart, RetailerPart
from app.rehearsal.control import Control, Refused
from app.rehearsal.hub import Hub, staff_of
from app.stores.flows import check_installation, install_by_id_token
from app.stores.flows.locations import find_location
from app.stores.queries import StoreFacts, find_store_by_domain, get_settings, get_store
from app.stores.service import choose_centre, choose_role, choose_stock_location
from app.stores.states import StoreRole

CENTRE, PARTNER_STOCK = "Fulfilment centre", "Partner stock"
ADDRESS = {
    "company": "Good Cup",
    "address1": "1 Example Street",
    "city": "Springfield",
    "province_code": "IL",
    "country_code": "US",
    "zip": "62701",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """A retailer on the stage with the partnerships it has."""

    store: StoreFacts
    partners: tuple[PartnerFacts, ...]


async def set_up(hub: Hub, control: Control, parts: Sequence[RetailerPart]) -> list[Staged]:
    """Bring every player on the stage; what stands there from an earlier run is used as it is."""
    staged = []
    for part in parts:
        retailer = await _retailer(hub, control, part)
        partners = [await _connect(hub, control, retailer, partner) for partner in part.partners]
        for partner in partners:
            await _import_everything(hub, control, retailer, partner)
        staged.append(Staged(retailer, tuple(partners)))
    await control.advance(await control.now() + timedelta(minutes=2))
    return staged


async def _retailer(hub: Hub, control: Control, part: RetailerPart) -> StoreFacts:
    await _make_store(
        control,
        {
            "shop": part.shop,
            "name": part.name,
            "currency": "USD",
            "time_zone": "America/New_York",
            "locations": [{"name": name, "address": ADDRESS} for name in (CENTRE, PARTNER_STOCK)],
            "role": "retailer",
            "plan": "plus",  # a week's boxes leave at one instant here, for which a smaller plan gives no points
        },
    )
    store = await open_app(hub, control, part.shop)
    async with hub.open_uow(staff_of(store)) as uow:
        store = await choose_role(uow, StoreRole.RETAILER)
    store = await _grant(hub, control, store)
    async with hub.open_uow(staff_of(store)) as uow:
        settings = await get_settings(uow.session, store.id)
    if settings.went_live_at is None:
        places = {place["name"]: place["id"] for place in (await control.get(f"/stores/{part.shop}"))["locations"]}
        centre = await find_location(hub.shopify, store.id, places[CENTRE], "centre")
        async with hub.open_uow(staff_of(store)) as uow:
            await choose_centre(uow, centre.as_centre())
            await choose_stock_location(uow, places[PARTNER_STOCK], PARTNER_STOCK)
    return store


async def _connect(hub: Hub, control: Control, retailer: StoreFacts, part: PartnerPart) -> PartnerFacts:
    await _make_store(
        control,
        {
            "shop": part.shop,
            "name": part.name,
            "currency": "USD",
            "time_zone": part.time_zone,
            "locations": [{"name": "Roastery", "address": ADDRESS}],
            "role": "partner",
        },
    )
    await _stock_shelves(control, part)
    async with hub.open_uow(staff_of(retailer)) as uow:
        known = [each for each in await partners_of(uow.session, retailer.id) if each.shop_domain == part.shop]
    if known and known[0].is_live:
        return known[0]
    async with hub.open_uow(staff_of(retailer)) as uow:
        proposal = Proposal(part.name, "", part.shop, part.discount, part.weekday, part.cutoff_time, part.buffer)
        if known and known[0].state is PartnerState.INVITED:  # by a run that ended here
            invited = await renew_invitation(uow, known[0].id)
        else:
            invited = await invite_partner(uow, retailer, proposal)
    store = await open_app(hub, control, part.shop)
    await accept_invitations(hub, store)
    async with hub.open_uow(SYSTEM) as uow:
        store = await find_store_by_domain(uow, part.shop) or store
    await _grant(hub, control, store)
    await check_partner_store(hub.shopify, store.id)
    async with hub.open_uow(staff_of(retailer)) as uow:
        return await get_partner(uow.session, retailer.id, invited.partner_id)


async def invite_again(hub: Hub, store: StoreFacts) -> None:
    """Have every retailer that lost this partner invite it anew, as its staff does when the store is back (A13)."""
    async with hub.open_uow(system_for(store.id)) as uow:
        lost = [
            each for each in await all_partnerships_of(uow.session, store.id) if each.state is PartnerState.DISCONNECTED
        ]
    for partner in lost:
        async with hub.open_uow(SYSTEM.of_store(partner.store_id)) as uow:
            retailer = await get_store(uow, partner.store_id)
        with suppress(Conflict):  # somebody else brought it back
            async with hub.open_uow(staff_of(retailer)) as uow:
                await renew_invitation(uow, partner.id)


async def accept_invitations(hub: Hub, store: StoreFacts) -> list[int]:
    """Have the partner's staff accept whatever invitation waits for their store; return the partnerships.

    One that somebody else answered meanwhile is not theirs any more.
    """
    async with hub.open_uow(SYSTEM) as uow:
        waiting = await pending_invitations(uow, store.shop_domain)
    accepted = []
    for invitation in waiting:
        with suppress(InvitationClosed):
            accepted.append((await accept(hub.open_uow, staff_of(store), store, invitation.id)).id)
    return accepted


async def _import_everything(hub: Hub, control: Control, retailer: StoreFacts, partner: PartnerFacts) -> None:
    if partner.partner_store_id is None:
        raise LookupError(f"{partner.name} did not connect")
    async with hub.open_uow(staff_of(retailer)) as uow:
        known = await mappings_of_partner(uow.session, retailer.id, partner.id)
        settings = await get_settings(uow.session, retailer.id)
    if not known:
        page = await browse(hub.shopify, partner.partner_store_id, "", None)
        async with hub.open_uow(staff_of(retailer)) as uow:
            chosen = [Chosen(item.id, item.title) for item in page.items]
            await request_import(uow, partner.id, chosen, settings.default_markup)
        await control.settle()
    async with hub.open_uow(staff_of(retailer)) as uow:
        mapped = await mappings_of_partner(uow.session, retailer.id, partner.id)
    for product_gid in sorted({mapping.product_gid for mapping in mapped}):
        await control.post(f"/stores/{retailer.shop_domain}/products/{_number(product_gid)}/publish")
    await control.settle()


async def _make_store(control: Control, body: dict[str, object]) -> None:
    known = {store["shop"] for store in (await control.get("/_control"))["stores"]}
    if body["shop"] not in known:
        await control.post("/stores", body)


async def _stock_shelves(control: Control, part: PartnerPart) -> None:
    known = {product["title"] for product in (await control.truth(part.shop))["products"]}
    for product in part.products:
        if product["title"] not in known:
            await control.post(f"/stores/{part.shop}/products", product)


async def open_app(hub: Hub, control: Control, shop: str) -> StoreFacts:
    """Open the app in the store's admin as its staff would; the first time installs it, and so does a return."""
    async with hub.open_uow(SYSTEM) as uow:
        known = await find_store_by_domain(uow, shop)
    if known is not None and not known.needs_reopening:
        return known
    with suppress(Refused):  # somebody installed it already; nobody opened it since
        await control.post(f"/stores/{shop}/app/install")
    token = (await control.get(f"/stores/{shop}/id_token"))["id_token"]
    return await install_by_id_token(hub.shopify, shop, token)


async def _grant(hub: Hub, control: Control, store: StoreFacts) -> StoreFacts:
    """Grant what the role asks for, as a click on Shopify's own screen does."""
    scopes = sorted({*store.scopes, *store.asked_scopes})
    await control.post(f"/stores/{store.shop_domain}/app/scopes", {"scopes": scopes})
    store = await check_installation(hub.shopify, store.id)
    await control.settle()
    return store


def _number(gid: str) -> str:
    return gid.rsplit("/", 1)[-1]
