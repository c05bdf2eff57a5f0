"""The main job, by hand: from a partner's link to the tracking number on the customer's order status page."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import anyio
import httpx
import pytest
from playwright.async_api import Browser, expect

from app.core.local_services.state import read_state
from app.rehearsal.control import Control
from app.rehearsal.play import monday_after
from tests.journeys.local_world import LocalWorld
from tests.journeys.people import Person, installs, somebody
from tests.support.worlds import processes_mentioning

pytestmark = [pytest.mark.anyio, pytest.mark.journey]

RETAILER, PARTNER = "corner.myshopify.com", "oak.myshopify.com"
STREET = "1 Mill Lane"
CENTRE = {
    "name": "Warehouse",
    "address": {"address1": STREET, "city": "Denver", "zip": "80202", "country_code": "US"},
}
ROASTERY = {
    "name": "Roastery",
    "address": {"address1": "2 Oak Road", "city": "Albany", "zip": "12207", "country_code": "US"},
}
PRODUCTS = (("Espresso Nero", "ESP-250", "20.00"), ("Filter Morning", "FIL-250", "15.00"))
PARTNERS_NUMBER, OUR_NUMBER = "OAK-IN-0001", "1Z999AA10123456784"
# A draft gathers the changes of five minutes; the cut-off is eight hours after the beginning.
GATHERED, PAST_THE_CUTOFF = timedelta(minutes=6), timedelta(hours=20)
ORDER_NAME = re.compile(r"^#\d+$")


@dataclass
class Story:
    """Who plays, and the world they play in."""

    control: Control
    retailer: Person
    partner: Person
    customer: Person


async def test_from_a_partners_link_to_tracking_on_the_customers_order(world: LocalWorld, browser: Browser) -> None:
    """A23: invited, accepted, imported, sold, ordered, received one short, shipped, read by the customer."""
    async with on_stage(world, browser) as story:
        await retailer_sets_up(story.retailer)
        link = await retailer_invites(story.retailer)
        await partner_connects(story.partner, link)
        await retailer_imports(story.retailer)
        await retailer_publishes(story.retailer)
        order_status = await customer_buys(story.customer)
        await retailer_sees_the_order_waiting(story.retailer)
        await time_passes(story.control, GATHERED)
        await retailer_sees_the_master_order_grow(story.retailer)
        await time_passes(story.control, PAST_THE_CUTOFF)
        await partner_ships_the_master_order(story.partner)
        await retailer_receives_one_short(story.retailer)
        await retailer_packs_and_ships(story.retailer)
        await customer_reads_the_number(story.customer, order_status)
        await the_world_stops_and_starts(world)
        await everything_is_still_there(story, order_status)


@asynccontextmanager
async def on_stage(world: LocalWorld, browser: Browser) -> AsyncIterator[Story]:
    """Two shops that do not know each other, hours before a cut-off, and three people."""
    url = world.world.simulator_url
    async with httpx.AsyncClient() as http:
        control = Control(http, url)
        thursday = monday_after(await control.now()) + timedelta(days=3, hours=15)
        await control.put("/clock", {"now": thursday.isoformat(), "rate": 1})
        shop = {"currency": "USD", "time_zone": "America/New_York"}
        await control.post(
            "/stores", {"shop": RETAILER, "name": "Corner", "role": "retailer", "locations": [CENTRE], **shop}
        )
        await control.post(
            "/stores", {"shop": PARTNER, "name": "Oak Roasters", "role": "partner", "locations": [ROASTERY], **shop}
        )
        for title, sku, price in PRODUCTS:
            variant = {"sku": sku, "price": price, "quantity": 30}
            await control.post(
                f"/stores/{PARTNER}/products", {"title": title, "status": "ACTIVE", "variants": [variant]}
            )
        yield Story(control, *[await somebody(browser, name, url) for name in ("retailer", "partner", "customer")])


async def retailer_sets_up(retailer: Person) -> None:
    """Open the app, choose the role, grant, choose the centre and the place of partner stock."""
    await installs(retailer, RETAILER)
    await retailer.sees_heading("Welcome to Partner Hub")
    await retailer.looks("welcome")
    await retailer.presses("Set up as a retailer")
    await retailer.presses("Yes, as a retailer")
    await retailer.sees_heading("Home")
    await retailer.looks("home-new")
    await retailer.presses("Review permissions")
    await retailer.agrees()
    await expect(retailer.app.get_by_text("Review permissions")).to_have_count(0)
    await retailer.opens_menu("Settings")
    await retailer.looks("settings-new")
    await retailer.app.locator('s-select[name="centre"] select').select_option(index=1)
    await retailer.presses("Save centre")
    await retailer.sees("Now: Warehouse")
    await retailer.presses("Create “Partner stock”")
    await retailer.agrees()
    await retailer.sees("Now: Partner stock")
    await retailer.looks("settings")


async def retailer_invites(retailer: Person) -> str:
    """Invite a partner by the form; return the link, as it is shown this once."""
    await retailer.opens_menu("Partners")
    await retailer.looks("partners-none")
    await retailer.follows(re.compile("Invite"))
    await retailer.sees_heading("Invite a partner")
    await retailer.fills("Name", "Oak")
    await retailer.fills("Their Shopify address", PARTNER)
    await retailer.fills("E-mail", "owner@oak.example.com")
    await retailer.looks("invite")
    await retailer.presses("Create the invitation")
    await retailer.sees("The invitation of Oak is ready")
    await retailer.looks("invited")
    return await retailer.app.get_by_label("Link").input_value()


async def partner_connects(partner: Person, link: str) -> None:
    """Open the link, go through Shopify's own screen, accept in the admin and grant what is asked."""
    await partner.goes_to(link)
    await partner.reads("Corner would like to sell your products")
    await partner.reads("What is never read or changed")
    await partner.looks("invitation")
    await partner.page.get_by_role("link", name="Continue to Shopify").click()
    await partner.reads("Partner Hub will be able to:")
    await partner.looks("grant")
    await partner.page.get_by_role("button", name="Install").click()
    await partner.sees("30 % off your retail price")
    await partner.looks("asked")
    await partner.presses("Accept")
    await partner.sees_heading("Partner desk")
    await partner.presses("Review permissions")
    await partner.agrees()
    await expect(partner.app.get_by_text("Review permissions")).to_have_count(0)
    await partner.looks("desk")


async def retailer_imports(retailer: Person) -> None:
    """Browse the partner's products, look at the prices, import, and watch it finish."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/partners")
    await retailer.waits_for(retailer.app.get_by_text("Connected").first)
    await retailer.looks("partners")
    await retailer.follows("Oak")
    await retailer.sees_heading("Oak")
    await retailer.looks("partner")
    await retailer.opens_menu("Catalogue")
    await retailer.looks("catalogue")
    await retailer.follows("Browse their products")
    await retailer.sees_heading("Products of Oak")
    for title, *_ in PRODUCTS:
        await retailer.app.get_by_label(title).check()
    await retailer.looks("browse")
    await retailer.presses("See prices")
    await retailer.sees_heading("Prices before you import")
    await retailer.fills("Markup", "50")
    await retailer.presses("Update prices")
    await retailer.sees("$21.00")
    await retailer.looks("prices")
    await retailer.presses("Import 2 products")
    await retailer.sees("2 products imported")
    await retailer.looks("imported")


async def retailer_publishes(retailer: Person) -> None:
    """Publish the drafts in the admin, once the stock stands there."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/stock")
    await retailer.waits_for(retailer.app.get_by_text("= 30").first)
    await retailer.looks("stock")
    for title, *_ in PRODUCTS:
        await retailer.goes_to(f"/admin/{RETAILER}/products")
        await retailer.page.get_by_role("link", name=title).click()
        await retailer.page.get_by_role("button", name="Publish to the online store").click()
        await retailer.reads("Publication changed.")
        await retailer.looks("product")


async def customer_buys(customer: Person) -> str:
    """Buy two of one and one of the other; return the address of the order's status."""
    page = customer.page
    for (title, *_), quantity in zip(PRODUCTS, (2, 1), strict=True):
        await customer.goes_to(f"/storefront/{RETAILER}")
        card = page.locator("article").filter(has_text=title)
        await customer.waits_for(card.get_by_role("button", name="Add to cart"))
        await card.get_by_label("Quantity").fill(str(quantity))
        await customer.looks("storefront")
        await card.get_by_role("button", name="Add to cart").click()
    await customer.reads("Total")
    await customer.looks("cart")
    await page.get_by_role("button", name="Place order").click()
    await customer.reads("Thank you")
    await customer.looks("thanks")
    await page.get_by_role("link", name="View the order's status").click()
    await customer.reads("units are still to come")
    await customer.looks("order-status-new")
    return page.url


async def retailer_sees_the_order_waiting(retailer: Person) -> None:
    """See the order split by partner, and where each unit is."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/orders")
    await retailer.waits_for(retailer.app.get_by_text("3 joining the next master order"))
    await retailer.looks("orders")
    await retailer.follows(ORDER_NAME)
    await retailer.sees("2 × Espresso Nero")
    await retailer.sees("2 joining the next master order")
    await retailer.sees("1 × Filter Morning")
    await retailer.looks("order-waiting")


async def retailer_sees_the_master_order_grow(retailer: Person) -> None:
    """See what is ordered so far, and that nothing stands in the way."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/master-orders")
    await retailer.waits_for(retailer.app.get_by_text(re.compile("draft #D")))
    await retailer.sees("3 units in 2 lines")
    await retailer.looks("master-orders")
    await retailer.follows("Oak")
    await retailer.sees("Espresso Nero")
    await retailer.looks("master-order-open")
    await retailer.opens_menu("Exceptions")
    await retailer.sees("Nothing needs you")
    await retailer.looks("exceptions")


async def time_passes(control: Control, time: timedelta) -> None:
    """Turn the clock, and let everything that falls due be done."""
    await control.advance(await control.now() + time)


async def partner_ships_the_master_order(partner: Person) -> None:
    """Find the order on the desk and in the admin; send all of it by the admin's own form."""
    await partner.goes_to(f"/admin/{PARTNER}/app")
    await partner.follows("Master orders and parcels")
    await partner.sees_heading("Orders from Corner")
    await partner.looks("desk-orders")
    await partner.follows(ORDER_NAME)
    await partner.sees("3 units")
    await partner.looks("desk-order")
    await partner.follows(re.compile("Open order"))
    await partner.reads("Fulfill items")
    await expect(partner.page.get_by_text(STREET)).to_be_visible()
    await partner.looks("order")
    await partner.page.get_by_label("Carrier").fill("DHL Express")
    await partner.page.get_by_label("Tracking number").fill(PARTNERS_NUMBER)
    await partner.page.get_by_role("button", name="Fulfill items").click()
    await partner.reads("Items fulfilled.")
    await partner.looks("order-sent")


async def retailer_receives_one_short(retailer: Person) -> None:
    """Count the parcel and find one unit missing."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/receiving")
    await retailer.waits_for(retailer.app.get_by_role("link", name="From Oak"))
    await retailer.sees(PARTNERS_NUMBER)
    await retailer.looks("receiving")
    await retailer.follows("From Oak")
    await retailer.sees_heading("Parcel from Oak")
    await retailer.app.get_by_label("Espresso Nero").fill("1")
    await retailer.sees("1 short")
    await retailer.presses("Fill in the rest as announced")
    await retailer.looks("parcel")
    await retailer.presses("Receive parcel")
    await retailer.sees("What was in it")
    await retailer.sees("1 short")
    await retailer.looks("parcel-received")


async def retailer_packs_and_ships(retailer: Person) -> None:
    """Pack what is here and hand the box over with a number."""
    await retailer.goes_to(f"/admin/{RETAILER}/app/packing")
    await retailer.waits_for(retailer.app.get_by_text("1 still to come"))
    await retailer.looks("packing")
    await retailer.follows(ORDER_NAME)
    await retailer.sees("What goes into the box")
    await retailer.looks("pack")
    await retailer.presses("Pack this box")
    await retailer.sees("Hand it over")
    await retailer.looks("box")
    await retailer.app.locator('s-select[name="carrier"] select').select_option("UPS")
    await retailer.fills("Tracking number", OUR_NUMBER)
    await retailer.presses("Hand over")
    await retailer.reads("Handed over; your store is being told")
    await retailer.waits_for(retailer.app.get_by_text("Shipped", exact=True).first)
    await retailer.looks("shipment")
    await retailer.opens_menu("Shipments")
    await retailer.sees(OUR_NUMBER)
    await retailer.looks("shipments")
    await retailer.opens_menu("Orders")
    await retailer.follows(ORDER_NAME)
    await retailer.sees("1 joining the next master order, 1 on the way to the customer")
    await retailer.looks("order-shipped")
    await retailer.goes_to(f"/admin/{RETAILER}/app")
    await retailer.sees_heading("Home")
    await retailer.sees("Partly shipped")
    await retailer.looks("home")


async def customer_reads_the_number(customer: Person, order_status: str) -> None:
    """Read the centre's number, never the partner's."""
    await customer.goes_to(order_status)
    await customer.waits_for(customer.page.get_by_text(OUR_NUMBER))
    await expect(customer.page.get_by_role("link", name="Track this parcel")).to_be_visible()
    await customer.reads("1 unit is still to come")
    await expect(customer.page.get_by_text(PARTNERS_NUMBER)).to_have_count(0)
    await expect(customer.page.get_by_text("DHL")).to_have_count(0)
    await customer.looks("order-status")


async def the_world_stops_and_starts(world: LocalWorld) -> None:
    """Stop the world, which leaves no process behind, and start it again."""
    await anyio.to_thread.run_sync(world.stop)
    assert not processes_mentioning(str(world.world.folder))
    assert read_state(world.world)["state"] == "down"
    await anyio.to_thread.run_sync(world.start)


async def everything_is_still_there(story: Story, order_status: str) -> None:
    """Find the same order, with its units and its number."""
    await story.retailer.goes_to(f"/admin/{RETAILER}/app/orders")
    await story.retailer.sees("1 joining the next master order, 2 on the way to the customer")
    await story.customer.goes_to(order_status)
    await story.customer.reads(OUR_NUMBER)
