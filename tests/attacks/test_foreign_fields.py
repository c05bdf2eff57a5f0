"""Ids of other stores in forms and queries, and every field filled with what it cannot be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.local_services.lease import PROJECT
from embedded_ui.wrapper import PageRoute
from tests.attacks.addresses import CHANGING, READING, filled
from tests.attacks.forms import (
    FORMS,
    NOBODYS_CHOICE,
    QUERY_IDS,
    QUERY_OTHERS,
    choice_of,
    field_names,
    has_ids,
    product_of,
    written,
)
from tests.attacks.ids import NOBODYS, NONSENSE, Ids, ids_by_owner, own_paths, role
from tests.attacks.market import CORNER, ELM, NEWCOMER, OAK, SQUARE, STAFF, Market
from tests.support.source import tree

pytestmark = pytest.mark.anyio
READERS = {"text": 1, "whole": 1, "share": 1, "time": 1, "get": 1, "getlist": 1, "location_of": 2}
NAMED = re.compile(r"<(?:input|select|textarea|s-[\w-]+)\b[^>]*?\bname=\"([^\"]+)\"", re.DOTALL)
HEADERS = {"Accept", "Authorization"}
HOSTILE = (
    *("", " ", "0", "-1", str(2**63), str(2**70), "1e999", "nan", "Infinity", "9" * 400, "-0", "٣", "1\x00", "1\n"),
    *("\ud7ff\u202e", "<script>", "25:61", "1' OR '1'='1", "x" * 20_000),
)


def names_read() -> set[str]:
    """Every name that code of the pages reads from a form or an address."""

    def literals(file: Path) -> Iterator[str]:
        for node in ast.walk(tree(file)):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if isinstance(node, ast.Call) and name in READERS and len(node.args) >= READERS[name]:
                argument = node.args[READERS[name] - 1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value

    files = [file for file in (PROJECT / "embedded_ui").rglob("*.py") if file.parent.name in ("forms", "pages")]
    session = [PROJECT / "embedded_ui" / name for name in ("session.py", "wrapper.py")]
    return {name for file in [*files, *session] for name in literals(file)} - HEADERS - {""}


def plain(name: str) -> str:
    return re.sub(r"\d+", "{}", name)


async def own_path(market: Market, row: PageRoute, ids: Ids, shop: str) -> str:
    """The page with ids of the shop's own, such that staff reach it."""
    chosen = await choice_of(market, SQUARE if shop == SQUARE else CORNER)
    for values in own_paths(row, ids, shop):
        path = filled(row.path, **values)
        async with market.undone():
            if row.method == "GET":
                answer = await market.shops.get(shop, path)
            else:
                answer = await market.shops.post(shop, path, **written(FORMS[row.path], chosen))
        if answer.status_code in (200, 201, 303):
            return path
    raise AssertionError(f"{shop} does not reach {row.path}")


async def test_every_name_that_is_read_is_known_here() -> None:
    known = {name for name in field_names() if "{}" not in name} | set(QUERY_IDS) | set(QUERY_OTHERS)

    assert names_read() <= known


async def test_every_field_that_is_shown_is_known_here(market: Market) -> None:
    """What staff can fill in, on any page, is in a form of the table or in an address."""
    ids, shown = await ids_by_owner(market), set()
    for shop in STAFF:
        for row in (row for row in READING if role(shop) in row.who):
            for values in own_paths(row, ids, shop):
                query = f"?product={product_of(market.shops.store(OAK))}"
                page = await market.shops.get(shop, filled(row.path, **values) + query)
                shown |= {plain(name) for name in NAMED.findall(page.text)}

    assert shown
    assert shown <= field_names() | set(QUERY_IDS) | set(QUERY_OTHERS)


async def test_another_stores_id_in_a_form_is_an_id_of_nobody(market: Market) -> None:
    """The same status and the same words; and nothing changes, though everything else about the form is right."""
    ids = await ids_by_owner(market)
    for shop, other in ((CORNER, SQUARE), (SQUARE, CORNER)):
        for row in (row for row in CHANGING if has_ids(FORMS[row.path]) and "/import" not in row.path):
            path = await own_path(market, row, ids, shop)
            theirs, nobodys = written(FORMS[row.path], await choice_of(market, other)), NOBODYS_CHOICE
            async with market.unchanged():
                answer = await market.shops.post(shop, path, **theirs)
                expected = await market.shops.post(shop, path, **written(FORMS[row.path], nobodys))

            assert answer.status_code == expected.status_code, row
            assert answer.status_code in (404, 409, 422)
            assert plain(answer.text) == plain(expected.text)


async def test_a_product_of_another_partner_is_imported_as_little_as_one_of_nobody(market: Market) -> None:
    """The report says the same of both, and none of the other partner's products comes in."""
    ids = await ids_by_owner(market)
    (row,) = (row for row in CHANGING if row.path.endswith("/import"))
    path, reports = await own_path(market, row, ids, CORNER), []
    before = await market.rows("SELECT shopify_product_id FROM sku_mappings ORDER BY 1", CORNER)
    for product in (product_of(market.shops.store(ELM)), product_of(market.shops.store(SQUARE)), str(NOBODYS)):
        async with market.undone():
            asked = await market.shops.post(CORNER, path, **written(FORMS[row.path], {"product": product}))
            await market.shops.work()
            report = await market.shops.get(CORNER, asked.headers["Location"])
            after = await market.rows("SELECT shopify_product_id FROM sku_mappings ORDER BY 1", CORNER)
            reports.append((asked.status_code, report.status_code, plain(report.text)))
            assert after == before

    assert reports[0] == reports[1] == reports[2]


@pytest.mark.parametrize("shop", STAFF)
async def test_another_stores_id_in_an_address_is_an_id_of_nobody(market: Market, shop: str) -> None:
    """A list narrowed to another store's partner, or begun at its row, shows what it shows for nobody's."""
    ids = await ids_by_owner(market)
    theirs = {
        "partner": [each for each in ids["partner_id"][SQUARE if shop != SQUARE else CORNER]],
        "product": [int(product_of(market.shops.store(SQUARE if shop != SQUARE else CORNER)))],
    }
    async with market.unchanged():
        for row in (row for row in READING if role(shop) in row.who):
            for values in own_paths(row, ids, shop)[:2]:
                path = filled(row.path, **values)
                for name, numbers in theirs.items():
                    expected = await market.shops.get(shop, f"{path}?{name}={NOBODYS}")
                    for number in set(numbers) - set(ids["partner_id"][shop]):
                        answer = await market.shops.get(shop, f"{path}?{name}={number}")
                        assert answer.status_code == expected.status_code, (row, name)
                        assert answer.text == expected.text.replace(str(NOBODYS), str(number)), (row, name)


@pytest.mark.parametrize("shop", [CORNER, OAK, NEWCOMER])
async def test_an_address_may_say_anything(market: Market, shop: str) -> None:
    """What is no id narrows nothing and fails nothing."""
    ids = await ids_by_owner(market)
    bearer = market.shops._token(shop)
    async with market.unchanged():
        for row in (row for row in READING if role(shop) in row.who):
            (values, *_) = own_paths(row, ids, shop)
            path = filled(row.path, **values)
            for nonsense in HOSTILE[2::2]:
                query = {name: nonsense[:5000] for name in (*QUERY_IDS, "search", "told", "markup")}
                answer = await market.shops.hub.get(path, params=query, headers=bearer)
                expected = {422} if "\x00" in nonsense else {200, 409, 503}
                assert answer.status_code in expected, (row, nonsense[:20], answer.status_code)


@pytest.mark.parametrize("shop", [CORNER, OAK, NEWCOMER])
async def test_a_field_may_hold_anything(market: Market, shop: str) -> None:
    """Refused with a word at the field, or taken as the text it is; a failure of ours never."""
    ids = await ids_by_owner(market)
    chosen = await choice_of(market, CORNER)
    for row in (row for row in CHANGING if role(shop) in row.who and FORMS[row.path]):
        path, form = await own_path(market, row, ids, shop), written(FORMS[row.path], chosen)
        for name in form:
            for nonsense in HOSTILE:
                async with market.undone():
                    answer = await market.shops.post(shop, path, **{**form, name: nonsense})
                assert answer.status_code in (201, 303, 404, 409, 422), (row, name, nonsense[:20])


@pytest.mark.parametrize("shop", [CORNER])
async def test_a_name_of_a_field_may_hold_anything(market: Market, shop: str) -> None:
    ids = await ids_by_owner(market)
    for row in (row for row in CHANGING if has_ids(FORMS[row.path])):
        path = await own_path(market, row, ids, shop)
        for nonsense in NONSENSE:
            async with market.undone():
                fields = {f"line_{nonsense}": "1", f"title_{nonsense}": "x", nonsense: "1", "product": "1"}
                answer = await market.shops.post(shop, path, **fields)
            assert answer.status_code in (303, 404, 409, 422), (row, nonsense[:20])


def parts(charset: str) -> tuple[bytes, str]:
    """A form in parts whose bytes are to be read in a character set of the sender's choice."""
    field = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nxn--\xff\\ud800+2AA-\r\n--x--\r\n'
    return field, f"multipart/form-data; boundary=x; charset={charset}"


BODIES = [
    *(
        parts(name)
        for name in ("utf-8", "utf-16", "utf-7", "idna", "punycode", "unicode_escape", "undefined", "hex", "none")
    ),
    *((b"name=1", kind) for kind in ("multipart/form-data", "multipart/form-data; boundary=", "text/plain", "", "é")),
    *(
        (body, "application/x-www-form-urlencoded")
        for body in (b"%", b"%ff=%ff", b"\xff=\xfe", b"=&=&&", b"a" * 70_000)
    ),
    (b"&".join(b"a%d=1" % number for number in range(2100)), "application/x-www-form-urlencoded"),
    (b"a=" + b"1" * 1_100_000, "application/x-www-form-urlencoded"),
    (
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nb\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"\x00" * 100, "multipart/form-data; boundary=x"),
    (b'{"name": 1}', "application/json"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=range(len(BODIES)))
async def test_a_form_may_be_written_in_any_way(market: Market, body: bytes, kind: str) -> None:
    headers = {**market.shops._token(CORNER), "Content-Type": kind.encode("latin-1").decode("latin-1")}
    async with market.undone():
        for path in ("/app/partners/invite", "/app/settings/centre", "/app/settings/defaults"):
            given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            answer = await market.shops.hub.post(path, content=body, headers=given)
            assert answer.status_code in (400, 413, 422), (path, answer.status_code)
