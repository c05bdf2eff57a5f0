"""A product of which the partner deleted every variant: a draft in the retailer's store, once each time (B13)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.catalog.jobs import ReadProducts
from app.core.unit_of_work import system_for
from app.job_runs.service import enqueue
from simulator.faults.faults import Faults, Rule
from simulator.world.model import Product
from simulator.world.products import delete_product, upsert_product
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

ELM = "elm.myshopify.com"
SIZES = [{"name": "Size", "values": ["S", "L"]}]
SMALL, LARGE = {"sku": "S1", "option_values": ["S"]}, {"sku": "L1", "option_values": ["L"]}


@pytest.fixture
async def tee(trade: Trade) -> Product:
    """Oak's tee in two sizes, and the retailer's product of it, which customers can buy."""
    made = trade.product(PARTNER, SMALL, LARGE, title="Tee", options=SIZES)
    await trade.bring_in(made, trade.product(PARTNER, title="Beans"))
    set_status(trade, "ACTIVE")
    await trade.settle()
    return made


def sold(trade: Trade) -> Product:
    """The retailer's product of the tee."""
    store = trade.shops.store(RETAILER)
    (found,) = [each for each in store.products.values() if each.title == "Tee"]
    return found


def set_status(trade: Trade, status: str) -> None:
    """The retailer's staff change the status of the tee."""
    upsert_product(trade.shops.world, trade.shops.store(RETAILER), {"status": status}, sold(trade), by="staff")


def keep(trade: Trade, product: Product, *sizes: str) -> None:
    """Oak's staff delete the other sizes."""
    variants = [each for each in trade.variants(PARTNER, product) if each.option_values[0] in sizes]
    fields = {
        "options": [{"name": "Size", "values": list(sizes)}],
        "variants": [{"id": each.id, "option_values": each.option_values} for each in variants],
    }
    upsert_product(trade.shops.world, trade.shops.store(PARTNER), fields, product, by="staff")


async def read(trade: Trade) -> None:
    """An hour later the partner's products are read again."""
    trade.set_clock(trade.clock.at + timedelta(hours=1))
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await enqueue(uow, ReadProducts(trade.link.partner_store.id, by_poll=True))
    await trade.settle()


async def told(trade: Trade) -> tuple[int, int]:
    """How often it was recorded that products were lost, and that they are drafts."""
    names = await trade.events("partner")
    return names.count("catalog.source.lost"), names.count("catalog.product.drafted")


async def test_what_the_partner_deleted_altogether_is_a_draft(trade: Trade, tee: Product) -> None:
    """B13: not while one size is left; set active again by the merchant it stays active."""
    keep(trade, tee, "L")
    await trade.settle()
    with_one = sold(trade).status
    delete_product(trade.shops.world, trade.shops.store(PARTNER), tee)
    await trade.settle()
    without = sold(trade).status
    set_status(trade, "ACTIVE")
    await read(trade)
    await read(trade)

    assert (with_one, without, sold(trade).status) == ("ACTIVE", "DRAFT", "ACTIVE")
    assert await told(trade) == (1, 1)
    assert await trade.failed_jobs() == []


async def test_a_message_alone_drafts_nothing(trade: Trade, tee: Product) -> None:
    """B13, B10: a webhook may be wrong; the product is looked for, and it is there."""
    await trade.send(PARTNER, "products/delete", b'{"id": %d}' % tee.id)
    await trade.settle()

    assert (sold(trade).status, await told(trade)) == ("ACTIVE", (0, 0))


async def test_a_store_that_shows_nothing_drafts_nothing(trade: Trade, tee: Product) -> None:
    """B10: what is only missing is not lost."""
    store = trade.shops.store(PARTNER)
    products = dict(store.products)
    store.products.clear()
    await read(trade)
    store.products.update(products)

    assert (sold(trade).status, await told(trade)) == ("ACTIVE", (0, 0))


async def test_lost_a_second_time_it_is_drafted_a_second_time(trade: Trade, tee: Product) -> None:
    store = trade.shops.store(PARTNER)
    for _ in range(2):
        gone = store.products.pop(tee.id)
        await read(trade)
        assert sold(trade).status == "DRAFT"
        store.products[tee.id] = gone
        await read(trade)
        set_status(trade, "ACTIVE")
        await trade.settle()

    assert await told(trade) == (2, 2)


async def test_a_product_with_variants_of_the_retailers_own_stays(trade: Trade, tee: Product) -> None:
    store, ours = trade.shops.store(RETAILER), sold(trade)
    kept = [{"id": each.id, "option_values": each.option_values} for each in trade.variants(RETAILER, ours)]
    fields = {"options": [{"name": "Size", "values": ["S", "L", "XL"]}], "variants": [*kept, {"option_values": ["XL"]}]}
    upsert_product(trade.shops.world, store, fields, ours, by="staff")

    delete_product(trade.shops.world, trade.shops.store(PARTNER), tee)
    await trade.settle()

    assert (sold(trade).status, await told(trade)) == ("ACTIVE", (1, 0))


async def test_a_product_with_variants_of_another_partner_stays(trade: Trade, tee: Product) -> None:
    """Two partners deleted all of theirs: no one of them decides about what both supply."""
    await trade.join(ELM, name="Elm Roastery", email="orders@elm.example.com")
    leaf = trade.product(ELM, {"sku": "LEAF"}, title="Leaf")
    await trade.bring_in(leaf, partner=ELM)
    async with trade.uow() as uow:
        moved = text("UPDATE sku_mappings SET shopify_product_id = :gid WHERE sku = 'PARTNER-elm-LEAF'")
        await uow.session.execute(moved, {"gid": sold(trade).gid})

    delete_product(trade.shops.world, trade.shops.store(ELM), leaf)
    await trade.settle()
    delete_product(trade.shops.world, trade.shops.store(PARTNER), tee)
    await trade.settle()

    assert (sold(trade).status, await told(trade)) == ("ACTIVE", (0, 0))


async def test_what_is_surely_made_anew_is_not_drafted(trade: Trade) -> None:
    """B14: its mapping follows within the hour."""
    made = trade.product(PARTNER, SMALL, title="Tee", options=[{"name": "Size", "values": ["S"]}])
    await trade.bring_in(made)
    set_status(trade, "ACTIVE")
    for values, variants in ((["L"], [LARGE]), (["S"], [SMALL])):
        fields = {"options": [{"name": "Size", "values": values}], "variants": variants}
        upsert_product(trade.shops.world, trade.shops.store(PARTNER), fields, made, by="staff")

    await trade.settle()

    assert (sold(trade).status, await told(trade)) == ("ACTIVE", (0, 0))


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_write_without_an_answer_is_looked_for(trade: Trade, tee: Product, phase: str) -> None:
    """Done or not: the next attempt looks first, and it is told once."""
    rule = Rule(action="drop", shop=RETAILER, operation="ProductUpdate", phase=phase, nth=1)  # type: ignore[arg-type]
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[rule])

    delete_product(trade.shops.world, trade.shops.store(PARTNER), tee)
    await trade.settle()
    await trade.turn(minutes=3)

    calls = [each.operation for each in trade.shops.world.requests]
    assert calls.count("ProductUpdate") == (2 if phase == "before" else 1)
    assert (sold(trade).status, await told(trade)) == ("DRAFT", (1, 1))
