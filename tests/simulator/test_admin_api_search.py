"""Lists: cursors, order, and the search syntax with its lagging index."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.world.changes import changed
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

PAGE = """query($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean!, $sort: ProductSortKeys!){
  products(first: $first, last: $last, after: $after, before: $before, reverse: $reverse, sortKey: $sort){
    nodes{title} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}"""


def a_shelf() -> StoreHost:
    """Five products, the fifth a draft, the second changed last."""
    host = make_host()
    for number, title in enumerate(["Delta", "Alpha", "Charlie", "Bravo", "Echo bean"]):
        host.make_product(
            title=title,
            vendor="Roaster" if number % 2 else "Mill",
            tags=["dark", f"n{number}"],
            status="DRAFT" if number == 4 else "ACTIVE",
            variants=[{"price": Decimal(10), "sku": f"SKU-{number}"}],
        )
        host.world.clock.set(host.world.now + timedelta(minutes=1))
    changed(host.world, host.store, list(host.store.products.values())[1])
    return host


async def titles(host: StoreHost, query: str) -> list[str]:
    data = await host.ask("query($query: String){products(first: 50, query: $query){nodes{title}}}", {"query": query})
    return [node["title"] for node in data["products"]["nodes"]]


async def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    host = a_shelf()
    found: list[str] = []
    after = None
    while True:
        variables = {"first": 2, "after": after, "reverse": False, "sort": "TITLE"}
        page = (await host.ask(PAGE, variables))["products"]
        found += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert found == ["Alpha", "Bravo", "Charlie", "Delta", "Echo bean"]
    assert page["pageInfo"]["hasPreviousPage"]


async def test_a_cursor_holds_when_something_is_put_before_it() -> None:
    host = a_shelf()
    variables = {"first": 2, "reverse": False, "sort": "TITLE"}
    first = (await host.ask(PAGE, variables))["products"]
    host.make_product(title="Aardvark")

    second = (await host.ask(PAGE, variables | {"after": first["pageInfo"]["endCursor"]}))["products"]

    assert [node["title"] for node in second["nodes"]] == ["Charlie", "Delta"]


async def test_reverse_last_and_before() -> None:
    host = a_shelf()
    backwards = (await host.ask(PAGE, {"first": 2, "reverse": True, "sort": "UPDATED_AT"}))["products"]
    tail = (await host.ask(PAGE, {"last": 2, "reverse": False, "sort": "TITLE"}))["products"]
    start = tail["pageInfo"]["startCursor"]
    before = (await host.ask(PAGE, {"last": 2, "before": start, "reverse": False, "sort": "TITLE"}))["products"]

    assert [node["title"] for node in backwards["nodes"]] == ["Alpha", "Echo bean"]
    assert [node["title"] for node in tail["nodes"]] == ["Delta", "Echo bean"]
    assert [node["title"] for node in before["nodes"]] == ["Bravo", "Charlie"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("alph*", ["Alpha"]),
        ("bean", ["Echo bean"]),
        ("SKU-2", ["Charlie"]),
        ("sku:SKU-2", ["Charlie"]),
        ("tag:n3", ["Bravo"]),
        ("tag:'n3' OR tag:\"n0\"", ["Delta", "Bravo"]),
        ("tag:dark vendor:Mill", ["Delta", "Charlie", "Echo bean"]),
        ("tag:dark AND -vendor:Mill", ["Alpha", "Bravo"]),
        ("NOT (vendor:Mill OR title:Alpha)", ["Bravo"]),
        ("status:draft", ["Echo bean"]),
        ("status:active,draft vendor:Roaster", ["Alpha", "Bravo"]),
        ("title:Echo", ["Echo bean"]),
        ("created_at:>='2026-11-20T12:03:00Z'", ["Bravo", "Echo bean"]),
        ("updated_at:>2026-11-20T12:04:30Z", ["Alpha"]),
        ("*", ["Delta", "Alpha", "Charlie", "Bravo", "Echo bean"]),
    ],
)
async def test_the_search_syntax(query: str, found: list[str]) -> None:
    host = a_shelf()

    assert await titles(host, query) == found


async def test_ids_are_compared_as_numbers() -> None:
    host = a_shelf()
    second = list(host.store.products.values())[1]

    assert await titles(host, f"id:{second.id}") == ["Alpha"]
    assert await titles(host, f"id:>{second.id}") == ["Charlie", "Bravo", "Echo bean"]


async def test_a_filter_that_is_not_modelled_is_an_error() -> None:
    host = a_shelf()

    errors = await host.errors('{products(first: 1, query: "colour:red"){nodes{id}}}')

    assert errors[0]["extensions"]["code"] == "NOT_MODELLED"


async def test_the_index_lags_and_direct_reads_do_not() -> None:
    host = make_host()
    host.world.faults.profile = "standard"  # its rules are not set: only its lag
    product = host.make_product(title="Alpha", tags=["new"])

    at_once = await titles(host, "tag:new")
    direct = await host.ask("query($id: ID!){product(id: $id){id} products(first: 5){nodes{id}}}", {"id": product.gid})
    await host.turn(31)
    later = await titles(host, "tag:new")

    assert at_once == []
    assert direct["product"] == {"id": product.gid}
    assert len(direct["products"]["nodes"]) == 1
    assert later == ["Alpha"]


async def test_a_change_reaches_updated_at_searches_late() -> None:
    host = make_host()
    product = host.make_product(title="Alpha")
    await host.turn(3600)
    host.world.faults.profile = "standard"
    since = (host.world.now - timedelta(minutes=1)).isoformat()
    changed(host.world, host.store, product)

    at_once = await titles(host, f"updated_at:>'{since}'")
    await host.turn(31)

    assert at_once == []
    assert await titles(host, f"updated_at:>'{since}'") == ["Alpha"]


async def test_counts_are_exact_or_at_least() -> None:
    host = a_shelf()

    data = await host.ask(
        '{all: productsCount{count precision} few: productsCount(limit: 2, query: "tag:dark"){count precision}}'
    )

    assert data["all"] == {"count": 5, "precision": "EXACT"}
    assert data["few"] == {"count": 2, "precision": "AT_LEAST"}


async def test_any_object_by_its_global_id() -> None:
    host = a_shelf()
    product = next(iter(host.store.products.values()))
    variant = host.store.variants[product.variant_ids[0]]
    item, location = host.store.item_of(variant), next(iter(host.store.locations.values()))
    ids = [product.gid, variant.gid, item.gid, location.gid, host.store.gid, "gid://shopify/Product/7"]

    data = await host.ask("query($ids: [ID!]!){nodes(ids: $ids){__typename id}}", {"ids": ids})
    errors = await host.errors('{node(id: "Product/7"){id}}')

    kinds = [node and node["__typename"] for node in data["nodes"]]
    assert kinds == ["Product", "ProductVariant", "InventoryItem", "Location", "Shop", None]
    assert errors[0]["extensions"]["code"] == "INVALID_GLOBAL_ID"
