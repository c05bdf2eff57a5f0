"""Importing a partner's products: once, as drafts, nothing of the merchant's overwritten, refused with the reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.catalog import service
from app.catalog.errors import ImportNotFound, NothingChosen
from app.catalog.jobs import RunImport
from app.catalog.queries import get_mapping, import_progress, imported_products, variants_of_store
from app.catalog.service import Chosen
from app.catalog.states import ItemState
from app.core.errors import Conflict, Invalid, NotFound
from app.core.unit_of_work import system_for
from app.gateways.shopify.products import read_product
from app.job_runs.service import enqueue
from simulator.faults.faults import Faults, Rule
from simulator.world.importing import import_order
from simulator.world.products import delete_product, upsert_product
from tests.factories.stores import make_store
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

SIZES = [{"name": "Size", "values": ["S", "M", "L"]}]


def sizes(**changed: Any) -> list[dict[str, Any]]:
    return [{"sku": f"TEE-{size}", "option_values": [size], **changed} for size in ("S", "M", "L")]


async def test_three_sizes_become_one_draft(trade: Trade) -> None:
    """B7: options kept, imported as a draft, each variant mapped, priced from the cost."""
    product = trade.product(
        PARTNER, *sizes(), title="Tee", options=SIZES, description_html="<p>Soft</p><script>alert(1)</script>"
    )

    (row,) = await trade.report(await trade.bring_in(product))

    (made,) = trade.shops.store(RETAILER).products.values()
    variants = trade.variants(RETAILER)
    assert row.state is ItemState.IMPORTED
    assert (made.title, made.status, made.vendor) == ("Tee", "DRAFT", "Oak Roastery")
    assert "Soft" in made.description_html
    assert "script" not in made.description_html
    assert [(one.name, [value.name for value in one.values]) for one in made.options] == [("Size", ["S", "M", "L"])]
    assert [(each.sku, each.price) for each in variants] == [
        (f"PARTNER-oak-TEE-{size}", Decimal("13.72")) for size in ("S", "M", "L")
    ]
    mapped = {each.sku: each.variant_gid for each in await trade.mappings()}
    assert mapped == {each.sku: each.gid for each in variants}


async def test_imported_twice_there_is_one_product(trade: Trade) -> None:
    """B11: clicked twice, and once more later; what the merchant changed stays as the merchant left it."""
    product = trade.product(PARTNER, *sizes(), options=SIZES)
    first = await trade.bring_in(product, settle=False)
    second = await trade.bring_in(product)
    (made,) = trade.shops.store(RETAILER).products.values()
    variant = trade.variants(RETAILER)[0]
    mine = [{"id": variant.id, "sku": "MINE", "price": Decimal("99.00"), "option_values": ["S"]}, *_others(trade)]
    upsert_product(trade.shops.world, trade.shops.store(RETAILER), {"title": "My tee", "variants": mine}, made, "staff")
    before = await trade.mappings()

    third = await trade.bring_in(product)

    assert [(await trade.report(each))[0].state for each in (first, second, third)] == [ItemState.IMPORTED] * 3
    assert [each.id for each in trade.shops.store(RETAILER).products.values()] == [made.id]
    assert (made.title, trade.variants(RETAILER)[0].price) == ("My tee", Decimal("99.00"))
    assert await trade.mappings() == before


def _others(trade: Trade) -> list[dict[str, Any]]:
    return [{"id": each.id, "option_values": list(each.option_values)} for each in trade.variants(RETAILER)[1:]]


async def test_killed_between_the_product_and_its_mapping(trade: Trade) -> None:
    """B11: the answer to the creation is lost; the next run finds the product by its source and adopts it."""
    product = trade.product(PARTNER, *sizes(), options=SIZES)
    lost = Rule(shop=RETAILER, operation="ProductSet", phase="after", action="drop", nth=1)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[lost])

    made = await trade.bring_in(product)
    await trade.turn(minutes=2)

    assert [each.operation for each in trade.shops.world.fault_log] == ["ProductSet"]
    assert len(trade.shops.store(RETAILER).products) == 1
    assert (await trade.report(made))[0].state is ItemState.IMPORTED
    assert len(await trade.mappings()) == 3


async def test_two_of_the_partners_variants_never_become_one_of_ours(trade: Trade) -> None:
    """B2, B11: adopted after the partner put another variant of the same SKU before the one that was imported."""
    small, large = ({"sku": "A1", "option_values": [size], "price": Decimal("14.00")} for size in ("S", "L"))
    product = trade.product(PARTNER, small, options=[{"name": "Size", "values": ["S"]}])
    lost = Rule(shop=RETAILER, operation="ProductSet", phase="after", action="drop", nth=1)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[lost])
    made = await trade.bring_in(product)
    (first,) = trade.variants(PARTNER, product)
    more = {"options": [{"name": "Size", "values": ["L", "S"]}], "variants": [large, {"id": first.id, **small}]}
    upsert_product(trade.shops.world, trade.shops.store(PARTNER), more, product, "staff")

    await trade.turn(minutes=2)

    (row,) = await trade.report(made)
    (mapping,) = await trade.mappings()
    assert row.state is ItemState.IMPORTED
    assert "“L” was not matched." in row.notes
    assert mapping.variant_gid == trade.variants(RETAILER)[0].gid
    assert await trade.failed_jobs() == []


async def test_a_run_that_died_after_its_last_step_finishes_nothing_twice(trade: Trade) -> None:
    """INV6: run again, it finds nothing to do, and nothing more has happened."""
    made = await trade.bring_in(trade.product())
    before = await trade.events("product_import")

    async with trade.uow() as uow:
        await enqueue(uow, RunImport(trade.retailer_id, made))
    await trade.settle()

    async with trade.uow() as uow:
        progress = await import_progress(uow.session, trade.retailer_id, made)
    assert progress.is_finished
    assert before.count("catalog.import.finished") == 1
    assert await trade.events("product_import") == before


async def test_refused_with_the_reason(trade: Trade) -> None:
    """B12, B24, B25: the others are imported all the same, and a second run tries only what was refused."""
    good = trade.product(PARTNER, {"sku": "GOOD"}, title="Good")
    free = trade.product(PARTNER, {"sku": "FREE", "price": Decimal(0)}, title="Free")
    digital = trade.product(PARTNER, {"sku": "PDF", "requires_shipping": False}, title="Download")
    bundle = trade.product(PARTNER, {"sku": "BOX", "requires_components": True}, title="Box")
    gone = trade.product(PARTNER, {"sku": "GONE"}, title="Gone")
    delete_product(trade.shops.world, trade.shops.store(PARTNER), gone)

    made = await trade.bring_in(good, free, digital, bundle, gone)
    reasons = {row.title: row.reason for row in await trade.report(made)}
    upsert_product(
        trade.shops.world,
        trade.shops.store(PARTNER),
        {"variants": [{"id": trade.variants(PARTNER, free)[0].id, "price": Decimal("5.00")}]},
        free,
        "staff",
    )
    async with trade.uow() as uow:
        await service.retry_refused(uow, made)
    await trade.settle()

    assert reasons == {
        "Good": None,
        "Free": "The partner has no price for it.",
        "Download": "It is not shipped (gift card, download or service).",
        "Box": "It is a bundle of other products.",
        "Gone": "The partner no longer sells it.",
    }
    states = {row.title: row.state for row in await trade.report(made)}
    assert [title for title, state in states.items() if state is ItemState.IMPORTED] == ["Good", "Free"]
    async with trade.uow() as uow:
        progress = await import_progress(uow.session, trade.retailer_id, made)
        known = await imported_products(
            uow.session, trade.retailer_id, trade.link.partner.id, [good.gid, digital.gid, gone.gid]
        )
    assert (progress.is_finished, progress.imported, progress.refused) == (True, 2, 3)
    assert list(known) == [good.gid]


async def test_another_currency_is_refused(trade: Trade) -> None:
    """C14"""
    trade.shops.make_shop("elm.myshopify.com", currency="EUR")
    await trade.join("elm.myshopify.com", name="Elm")
    product = trade.product("elm.myshopify.com", {"sku": "X"})

    (row,) = await trade.report(await trade.bring_in(product, partner="elm.myshopify.com"))

    assert (row.state, row.reason) == (ItemState.REFUSED, "The partner sells in EUR, your store in USD.")
    assert trade.shops.store(RETAILER).products == {}


async def test_variants_that_share_a_sku_find_their_own(trade: Trade) -> None:
    """B2: adopted after the partner changed their order, each mapping still leads to its own variant."""
    two = [{"sku": "A1", "option_values": [size]} for size in ("S", "M")]
    product = trade.product(PARTNER, *two, options=[{"name": "Size", "values": ["S", "M"]}])
    await trade.bring_in(product)
    pairs = {each.partner_variant_id: each.variant_gid for each in await trade.mappings()}
    theirs = trade.variants(PARTNER, product)
    by_option = {each.option_values[0]: each.sku for each in trade.variants(RETAILER)}

    assert len(pairs) == 2
    assert by_option == {"S": "PARTNER-oak-A1", "M": f"PARTNER-oak-A1-{theirs[1].id}"}


async def test_what_to_know_of_skus_is_told(trade: Trade) -> None:
    """B3, B4: imported all the same."""
    odd = [{"sku": sku, "option_values": [size]} for sku, size in (("", "S"), ("1.23E+05", "M"), ("00012", "L"))]

    (row,) = await trade.report(await trade.bring_in(trade.product(PARTNER, *odd, options=SIZES)))

    shortened = "“M” has the SKU 1.23E+05, which looks like a number that a spreadsheet shortened."
    assert (row.state, row.notes) == (ItemState.IMPORTED, ("“S” has no partner SKU.", shortened))


async def test_products_that_share_a_sku_are_told_apart_by_ours(trade: Trade) -> None:
    """B2, E18: sold and then deleted, a line is known by its SKU alone; imported again it keeps it."""
    mug, cup = (trade.product(PARTNER, {"sku": "A1"}, title=title) for title in ("Mug", "Cup"))
    await trade.bring_in(mug, cup)
    (cups,) = trade.variants(PARTNER, cup)
    (of_mug, of_cup) = await trade.mappings()
    assert (of_mug.sku, of_cup.sku) == ("PARTNER-oak-A1", f"PARTNER-oak-A1-{cups.id}")
    assert sorted(each.sku or "" for each in trade.variants(RETAILER)) == [of_mug.sku, of_cup.sku]

    import_order(trade.shops.world, trade.shops.store(RETAILER), {"line_items": [{"sku": of_cup.sku, "quantity": 2}]})
    await trade.bring_in(cup, mug)

    ((line,),) = [order.lines for order in await trade.orders()]
    assert line.partner_variant_id == of_cup.partner_variant_id
    assert [each.sku for each in await trade.mappings()] == [of_mug.sku, of_cup.sku]


async def test_a_partner_who_left_meanwhile(trade: Trade) -> None:
    """Every product is refused with the reason; the import does not wait for ever."""
    made = await trade.bring_in(trade.product(), settle=False)
    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")

    await trade.settle()

    (row,) = await trade.report(made)
    async with trade.uow() as uow:
        progress = await import_progress(uow.session, trade.retailer_id, made)
    assert row.state is ItemState.REFUSED
    assert "not connected" in (row.reason or "")
    assert progress.is_finished


@pytest.mark.parametrize(
    ("gids", "markup", "error"),
    [
        ([], "0.4", NothingChosen),
        (["1"], "0.4", Invalid),
        (["gid://shopify/Order/1"], "0.4", Invalid),
        (["gid://shopify/Product/1 "], "0.4", Invalid),
        ([f"gid://shopify/Product/{number}" for number in range(251)], "0.4", Invalid),
        (["gid://shopify/Product/1"], "-1", Invalid),
        (["gid://shopify/Product/1"], "11", Invalid),
    ],
)
async def test_requests_that_are_none(trade: Trade, gids: list[str], markup: str, error: type[Exception]) -> None:
    chosen = [Chosen(gid, "Beans") for gid in gids]

    async with trade.uow() as uow:
        with pytest.raises(error):
            await service.request_import(uow, trade.link.partner.id, chosen, Decimal(markup))


async def test_somebody_elses_import_does_not_exist(trade: Trade) -> None:
    """N3"""
    product = trade.product()
    made = await trade.bring_in(product)
    (mapping,) = await trade.mappings()
    other = await make_store(trade.shops.open_uow)

    async with trade.shops.open_uow(system_for(other)) as uow:
        with pytest.raises(ImportNotFound):
            await import_progress(uow.session, other, made)
        with pytest.raises(NotFound):
            await get_mapping(uow.session, other, mapping.id)
        with pytest.raises((NotFound, Conflict)):
            await service.request_import(uow, trade.link.partner.id, [Chosen(product.gid, "Beans")], Decimal("0.4"))


async def test_what_the_partner_deletes_is_offered_no_more(trade: Trade) -> None:
    """B13: at once by webhook, within the hour without; what comes back is offered again."""
    product = trade.product()
    await trade.bring_in(product)
    offered = trade.shown("PARTNER-oak-BEAN")
    world, store = trade.shops.world, trade.shops.store(PARTNER)
    await trade.send(PARTNER, "products/delete", b'{"id": %d}' % product.id)
    await trade.settle()
    after_a_wrong_word = trade.shown("PARTNER-oak-BEAN")

    delete_product(world, store, product)
    await trade.settle()

    assert (offered, after_a_wrong_word, trade.shown("PARTNER-oak-BEAN")) == (20, 20, 0)


async def test_a_reading_that_was_overtaken_changes_nothing(trade: Trade) -> None:
    product = trade.product()
    await trade.bring_in(product)
    shops, partner = trade.shops, trade.link.partner_store
    earlier = await shops.runner.shopify.call(partner.id, read_product, product.gid)
    assert earlier is not None
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    upsert_product(shops.world, shops.store(PARTNER), {"status": "DRAFT"}, product, "staff")
    await trade.settle()

    async with shops.open_uow(system_for(partner.id)) as uow:
        known = await service.store_partner_products(uow, [earlier], "USD")
        (variant,) = (await variants_of_store(uow.session, partner.id, known.values())).values()

    assert variant.is_on_sale is False


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
async def test_what_the_partner_takes_off_sale_is_offered_no_more(trade: Trade, status: str) -> None:
    """B16: and is offered again when it is active again."""
    product = trade.product()
    await trade.bring_in(product)
    world, store = trade.shops.world, trade.shops.store(PARTNER)
    offered = trade.shown("PARTNER-oak-BEAN")

    upsert_product(world, store, {"status": status}, product, "staff")
    await trade.settle()
    off = trade.shown("PARTNER-oak-BEAN")
    upsert_product(world, store, {"status": "ACTIVE"}, product, "staff")
    await trade.settle()

    assert (offered, off, trade.shown("PARTNER-oak-BEAN")) == (20, 0, 20)


async def test_a_change_that_takes_nothing_off_sale_asks_no_retailers_store(trade: Trade) -> None:
    """A partner's every sale changes a product: what it is called is read, what retailers offer of it stands."""
    product = trade.product()
    await trade.bring_in(product)
    await trade.turn(minutes=1)
    world, before = trade.shops.world, len(trade.shops.world.requests)

    upsert_product(world, trade.shops.store(PARTNER), {"title": "House beans"}, product, "staff")
    await trade.settle()

    assert {each.shop for each in world.requests[before:]} == {PARTNER}
    (mapping,) = await trade.mappings()
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        known = await variants_of_store(uow.session, trade.link.partner_store.id, [mapping.partner_variant_id])
    assert known[mapping.partner_variant_id].title == "House beans"


async def test_what_an_import_finds_off_sale_is_offered_no_more(trade: Trade) -> None:
    """B16: whoever read it first."""
    product = trade.product()
    await trade.bring_in(product)
    world, store = trade.shops.world, trade.shops.store(PARTNER)
    await trade.turn(minutes=1)
    upsert_product(world, store, {"status": "DRAFT"}, product, "staff")
    await trade.lose_webhooks()
    drafted = await trade.shops.shopify.call(trade.link.partner_store.id, read_product, product.gid)
    assert drafted is not None

    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await service.store_partner_products(uow, [drafted], "USD")
    await trade.settle()

    assert trade.shown("PARTNER-oak-BEAN") == 0
