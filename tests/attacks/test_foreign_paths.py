"""Another store's ids, and ids of nobody, in the path of every page: 404, and no row anywhere changes."""

from urllib.parse import quote

import httpx
import pytest

from embedded_ui.routes import TABLE
from embedded_ui.wrapper import PageRoute
from tests.attacks.addresses import CHANGING, WITH_IDS, filled, parameters
from tests.attacks.forms import FORMS, choice_of, written
from tests.attacks.ids import (
    KNOWN,
    NOBODYS,
    NONSENSE,
    RETAILERS,
    foreign_paths,
    ids_by_owner,
    is_welcomed,
    others,
    own_paths,
    role,
)
from tests.attacks.market import CORNER, OAK, SQUARE, STAFF, Market

pytestmark = pytest.mark.anyio

IN_DOUBT = (
    *("/look-again", "/send-again", "/order-again", "/products-gone", "/gone"),
    *("/leave-out", "/source/{variant_id:id}", "/done"),
)


async def visit(
    market: Market, shop: str, row: PageRoute, path: str, form: dict[str, str] | None = None
) -> httpx.Response:
    """Staff of the shop, rightly signed in, use the page."""
    if row.method == "GET":
        return await market.shops.get(shop, path)
    return await market.shops.post(shop, path, **(form or {}))


def seen(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def test_every_id_of_the_table_is_known_here_and_every_form() -> None:
    assert {name for row in TABLE for name in parameters(row)} == set(KNOWN)
    assert {row.path for row in CHANGING} == set(FORMS)


async def test_the_market_holds_ids_of_every_kind_for_everybody(market: Market) -> None:
    """Without them the tests below would show nothing."""
    ids = await ids_by_owner(market)

    for row in WITH_IDS:
        for shop in STAFF:
            assert foreign_paths(row, ids, shop), (row, shop)
    for parameter in KNOWN:
        assert others(ids, parameter, CORNER), parameter


@pytest.mark.parametrize("shop", STAFF)
async def test_another_stores_ids_are_ids_of_nobody(market: Market, shop: str) -> None:
    """Retailer against retailer, retailer against desk, desk against retailer, partner against partner."""
    ids = await ids_by_owner(market)
    choices = [await choice_of(market, retailer) for retailer in RETAILERS]
    async with market.unchanged():
        for row in WITH_IDS:
            forms = [{}, *(written(FORMS[row.path], each) for each in choices)] if row.method == "POST" else [{}]
            for values in foreign_paths(row, ids, shop):
                nobodys = {name: each if each in ids[name][shop] else NOBODYS for name, each in values.items()}
                expected = seen(await visit(market, shop, row, filled(row.path, **nobodys), forms[-1]))
                assert expected[0] == (200 if is_welcomed(row, shop) else 404), row
                for form in forms:
                    answer = await visit(market, shop, row, filled(row.path, **values), form)
                    assert seen(answer) == expected, (row, values, form)


async def test_ids_that_do_not_belong_together_are_not_found(market: Market) -> None:
    """Both are the store's own: a week of another partnership, a product of another week."""
    ids = await ids_by_owner(market)
    async with market.unchanged():
        for shop, row in ((shop, row) for shop in (OAK, SQUARE) for row in WITH_IDS if len(parameters(row)) > 1):
            if role(shop) not in row.who or row.method != "GET":
                continue
            answers = [await visit(market, shop, row, filled(row.path, **each)) for each in own_paths(row, ids, shop)]
            assert sorted({each.status_code for each in answers}) == [200, 404], row


async def test_own_ids_are_found(market: Market) -> None:
    """The 404s above come of whose the ids are: with ids of their own, staff reach every page."""
    ids = await ids_by_owner(market)
    for row in WITH_IDS:
        reached = set()
        for shop in (each for each in STAFF if role(each) in row.who):
            form = written(FORMS.get(row.path, {}), await choice_of(market, SQUARE if shop == SQUARE else CORNER))
            for values in own_paths(row, ids, shop):
                async with market.undone():
                    answer = await visit(market, shop, row, filled(row.path, **values), form)
                    reached.add(answer.status_code)
        # Nothing of the market is in doubt: that 409 is another answer than nobody's 404.
        assert reached & ({409} if row.path.endswith(IN_DOUBT) else {200, 201, 303}), row
        assert reached <= {200, 201, 303, 404, 409}, row


@pytest.mark.parametrize("shop", [CORNER, OAK])
async def test_what_is_no_id_is_no_address(market: Market, shop: str) -> None:
    ids = await ids_by_owner(market)
    bearer = market.shops._token(shop)
    async with market.unchanged():
        for row in WITH_IDS:
            for name in parameters(row):
                for nonsense in NONSENSE:
                    own = {each: (ids[each][shop] or [NOBODYS])[0] for each in parameters(row)}
                    path = filled(row.path, **{**own, name: nonsense})
                    answer = await market.shops.hub.request(row.method, quote(path), headers=bearer)
                    assert answer.status_code == 404, (row, nonsense[:20])
