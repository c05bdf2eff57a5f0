"""The pages of a store's admin: what they show, and that their forms do what the control verbs do."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from simulator.world.draft_orders import create_draft
from simulator.world.stores import create_store
from tests.simulator.page_world import SHOP, make_order, make_variant, make_world, site

pytestmark = pytest.mark.anyio

ADMIN = f"/admin/{SHOP}"


async def test_the_overview_lists_every_store_with_its_pages() -> None:
    world = make_world()
    make_order(world)

    async with site(world) as visit:
        page = await visit.read("/")

    assert "Oak &amp; Ash" in page
    assert f'href="{ADMIN}"' in page
    assert f'href="/storefront/{SHOP}"' in page
    assert f'<a href="{ADMIN}/orders">1</a>' in page


@pytest.mark.parametrize("page", ["", "/orders", "/draft_orders", "/products", "/products/new", "/apps"])
async def test_every_page_opens_by_handle_and_by_domain(page: str) -> None:
    async with site() as visit:
        by_domain, by_handle = await visit.read(f"{ADMIN}{page}"), await visit.read(f"/admin/oak{page}")

    assert by_domain.partition("<main")[2].count("</main>") == 1
    assert "Oak" in by_handle


async def test_an_unknown_store_order_or_product_is_a_404_page() -> None:
    async with site() as visit:
        statuses = [
            (await visit.browser.get(path)).status_code
            for path in ("/admin/nobody", f"{ADMIN}/orders/1", f"{ADMIN}/products/1", f"{ADMIN}/draft_orders/1")
        ]

    assert statuses == [404, 404, 404, 404]


async def test_adding_a_product_prices_stocks_and_publishes_it() -> None:
    async with site() as visit:
        location = next(iter(visit.store.locations))
        fields = {
            "title": "Dark",
            "vendor": "Roastery",
            "price": "9.90",
            "sku": "D-1",
            "quantity": 7,
            "published": "yes",
        }
        answer = await visit.press(f"{ADMIN}/products/new", location=location, **fields)

    product = next(iter(visit.store.products.values()))
    variant = visit.store.variants_of(product)[0]
    assert "Product added." in answer.text
    assert (product.title, variant.price, visit.store.total_available(variant)) == ("Dark", Decimal("9.90"), 7)
    assert product.publication_ids


async def test_price_and_stock_are_changed_on_the_product_page() -> None:
    world = make_world()
    variant = make_variant(world)

    async with site(world) as visit:
        await visit.press(f"{ADMIN}/variants/{variant.id}", price="14.00", sku="NEW")
        location = next(iter(visit.store.locations))
        await visit.press(f"{ADMIN}/stock", variant=variant.id, location=location, quantity=3)
        refused = await visit.press(f"{ADMIN}/variants/{variant.id}", price="cheap", sku="NEW")

    assert (variant.price, variant.sku, visit.store.total_available(variant)) == (Decimal("14.00"), "NEW", 3)
    assert "price is not an amount" in refused.text


async def test_staff_fulfil_an_order_with_tracking_and_change_it() -> None:
    world = make_world()
    order = make_order(world)
    line = order.lines[0]
    line.variant_title = "250 g"

    async with site(world) as visit:
        page = await visit.read(f"{ADMIN}/orders/{order.id}")
        fields = {
            f"quantity-{line.id}": 1,
            "company": "DHL",
            "tracking_number": "JD1",
            "url": "https://example.com/JD1",
        }
        answer = await visit.press(f"{ADMIN}/orders/{order.id}/fulfill", **fields)
        fulfillment = visit.store.fulfillments_of(order.id)[0]
        await visit.press(f"{ADMIN}/fulfillments/{fulfillment.id}/tracking", company="DHL", tracking_number="JD2")

    assert page.count("> × Blend · 250 g</label>") == 3  # to fulfil, to edit, to refund
    assert "Items fulfilled." in answer.text
    assert (line.fulfilled_quantity, line.unfulfilled_quantity) == (1, 1)
    assert [one.number for one in fulfillment.tracking] == ["JD2"]


async def test_buttons_of_an_order_pay_hold_release_edit_refund_and_cancel() -> None:
    world = make_world()
    order = make_order(world, payment="pending")
    line, here = order.lines[0], f"{ADMIN}/orders/{order.id}"

    async with site(world) as visit:
        await visit.press(f"{here}/pay")
        paid = order.financial_status
        await visit.press(f"{here}/hold")
        held = order.is_on_hold
        await visit.press(f"{here}/release")
        await visit.press(f"{here}/edit", **{f"quantity-{line.id}": 3, "restock": "yes"})
        edited = line.current_quantity
        await visit.press(f"{here}/refund", **{f"quantity-{line.id}": 1, "restock": "yes"})
        refunded = line.current_quantity
        await visit.press(f"{here}/cancel")
        again = await visit.press(f"{here}/cancel")

    assert (paid, held, edited, refunded) == ("PAID", True, 3, 2)
    assert order.cancelled_at is not None
    assert "the order is cancelled" in again.text


async def test_a_draft_is_edited_and_becomes_an_order() -> None:
    world = make_world()
    variant = make_variant(world)
    draft = create_draft(
        world, world.stores[SHOP], {"lines": [{"variant_id": variant.id, "quantity": 4}], "tags": ["ph"]}
    )

    async with site(world) as visit:
        await visit.read(ADMIN)
        here = f"{ADMIN}/draft_orders/{draft.id}"
        await visit.press(f"{here}/edit", **{f"quantity-{draft.lines[0].id}": 5})
        await visit.read(ADMIN)
        answer = await visit.press(f"{here}/complete")

    assert "Order created." in answer.text
    assert draft.order_id is not None
    assert visit.store.orders[draft.order_id].lines[0].quantity == 5


async def test_the_clock_is_turned_by_a_step() -> None:
    async with site(make_world(hub_url=None)) as visit:
        before = visit.world.now
        await visit.press("/clock/turn", seconds=3600)

    assert visit.world.now - before == timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "turned_to"),
    [
        (datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 8, 23, 20, tzinfo=UTC)),
        (datetime(2026, 1, 8, 23, tzinfo=UTC), datetime(2026, 1, 8, 23, 20, tzinfo=UTC)),  # inside the grace
        (datetime(2026, 1, 8, 23, 20, tzinfo=UTC), datetime(2026, 1, 15, 23, 20, tzinfo=UTC)),
    ],
)
async def test_the_clock_is_turned_past_a_cutoff_and_the_apps_grace(now: datetime, turned_to: datetime) -> None:
    async with site(make_world(hub_url=None)) as visit:
        visit.world.clock.set(now=now)
        await visit.press("/clock/turn", weekday=4, time="18:00", zone="America/New_York")

    assert visit.world.now == turned_to


async def test_the_zone_where_it_is_earliest_is_offered_first() -> None:
    world = make_world()
    for shop, zone in (("east", "Europe/Amsterdam"), ("west", "America/Denver")):
        create_store(world, f"{shop}.myshopify.com", {"name": shop, "time_zone": zone})

    async with site(world) as visit:
        page = await visit.read("/")

    offered = re.findall("<option>([^<]+)</option>", page)
    assert offered == ["America/Denver", "America/New_York", "UTC", "Europe/Amsterdam"]


async def test_everything_written_by_people_is_escaped() -> None:
    world = make_world()
    make_variant(world, title="<script>alert(1)</script>")

    async with site(world) as visit:
        pages = [await visit.read(path) for path in (f"{ADMIN}/products", f"/storefront/{SHOP}")]

    assert not any("<script>alert" in page for page in pages)
