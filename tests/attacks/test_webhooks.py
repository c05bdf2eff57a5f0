"""Webhooks under attack: the order of verdicts, strange headers and bodies; only what is signed is stored."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.forgery import body_signature
from tests.attacks.market import CORNER, SQUARE, Market
from webhooks.shopify import LARGEST_BODY

pytestmark = pytest.mark.anyio
PATH = "/webhooks/shopify"
ORDER = b'{"id": 820982911946154500, "updated_at": "2026-11-02T11:59:00Z", "tags": "", "note": "t\\u00fcr"}'
NEEDED = ("X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Webhook-Id")
OPTIONAL = ("X-Shopify-Event-Id", "X-Shopify-Triggered-At", "X-Shopify-API-Version", "X-Shopify-Name")
SIGNATURE = "X-Shopify-Hmac-Sha256"
Headers = dict[str, str | None]


def ours(market: Market) -> str:
    return market.shops.world.settings.api_secret


def headers(market: Market, body: bytes, **changed: str | None) -> Headers:
    """As Shopify sends them; one given as None is left out."""
    return {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": CORNER,
        "X-Shopify-Webhook-Id": "b54557e4",
        "X-Shopify-Event-Id": "98880550",
        "X-Shopify-Triggered-At": "2026-11-02T11:59:00Z",
        "X-Shopify-API-Version": "2026-10",
        SIGNATURE: body_signature(body, ours(market)),
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }


async def deliver(market: Market, body: Any, sent: Headers, method: str = "POST") -> httpx.Response:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value is not None]
    return await market.shops.hub.request(method, PATH, content=body, headers=raw)


async def inbox(market: Market) -> list[tuple[Any, ...]]:
    """What is stored, but for what came while the market was furnished."""
    return await market.rows(
        "SELECT shop_domain, topic, webhook_id, store_id, body FROM inbox_events WHERE webhook_id NOT IN"
        " (SELECT webhook_id FROM inbox_events WHERE handled_at IS NOT NULL) ORDER BY id"
    )


def in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    """A body whose length nobody told."""

    async def sent() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return sent()


LARGE = b'"' + b"x" * LARGEST_BODY + b'"'
NOT_JSON = b'{"id": '


async def test_the_first_failure_answers(market: Market) -> None:
    """Method, size, signature, headers, JSON: each faulty request is faulty in all that comes later, too."""
    nothing: Headers = {}
    unsigned: Headers = {SIGNATURE: "x"}
    bare: Headers = {SIGNATURE: body_signature(NOT_JSON, ours(market))}
    async with market.unchanged():
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            assert (await deliver(market, LARGE, nothing, method)).status_code == 405, method
        assert (await deliver(market, LARGE, unsigned)).status_code == 413
        assert (await deliver(market, in_parts(LARGE[:-9], LARGE[-9:]), unsigned)).status_code == 413
        assert (await deliver(market, NOT_JSON, unsigned)).status_code == 401
        assert (await deliver(market, in_parts(NOT_JSON), nothing)).status_code == 401
        assert (await deliver(market, NOT_JSON, bare)).status_code == 400
        assert (await deliver(market, NOT_JSON, headers(market, NOT_JSON))).status_code == 400
    assert (await deliver(market, ORDER, headers(market, ORDER))).status_code == 200
    assert [row[4] for row in await inbox(market)] == [ORDER]


@pytest.mark.parametrize("told", ["0", "5", "-1", "x", "", "1e9", "٣", "9" * 18, "9" * 5000, "5242881"])
async def test_a_length_may_be_a_lie(market: Market, told: str) -> None:
    """What is counted is what came; a length beyond all bounds is believed."""
    large = told.isascii() and told.isdigit() and len(told) > 6
    for body, status in ((ORDER, 413 if large else 401), (in_parts(LARGE, b""), 413)):
        given: Headers = {SIGNATURE: "x", "Content-Length": told.encode().decode("latin-1")}
        assert (await deliver(market, body, given)).status_code == status


WRONG = ("", " ", "x", "é", "=" * 44, "A" * 5000, "null", "\x00")


async def test_no_other_signature_is_taken(market: Market) -> None:
    """Whoever it is from, whatever it is of."""
    right = body_signature(ORDER, ours(market))
    hexadecimal = base64.b64decode(right).hex()
    forged = [
        *(None, *WRONG, right.lower(), right[:-1], right + "=", f" {right}x", f"sha256={right}", hexadecimal),
        *(body_signature(ORDER, "another"), body_signature(ORDER, ""), body_signature(b"", ours(market))),
        *(body_signature(ORDER + b" ", ours(market)), body_signature(ORDER, market.shops.world.settings.api_key)),
    ]
    async with market.unchanged():
        for signature in forged:
            answer = await deliver(market, ORDER, headers(market, ORDER, **{SIGNATURE: signature}))
            assert (answer.status_code, answer.content) == (401, b""), signature


async def test_headers_that_are_missing_blank_or_too_long(market: Market) -> None:
    async with market.unchanged():
        for name in NEEDED:
            for value in (None, "", " ", "\t", " \t ", "\x00", "a\x00b"):
                answer = await deliver(market, ORDER, headers(market, ORDER, **{name: value}))
                assert answer.status_code == 400, (name, value)
        for name in ("X-Shopify-Webhook-Id", "X-Shopify-Event-Id"):
            for value in ("x" * 256, "é" * 256, "x" * 20_000):
                answer = await deliver(market, ORDER, headers(market, ORDER, **{name: value}))
                assert answer.status_code == 400, (name, value)


@pytest.mark.parametrize(
    "value", [None, "", "x" * 20_000, "é", "soon", "2026-13-99T99:99:99Z", "'; DROP TABLE stores; --"]
)
async def test_headers_we_can_do_without_may_hold_anything(market: Market, value: str | None) -> None:
    for number, name in enumerate(OPTIONAL):
        if name == "X-Shopify-Event-Id" and value and len(value) > 255:
            continue
        sent = headers(market, ORDER, **{"X-Shopify-Webhook-Id": f"optional {number}", name: value})
        assert (await deliver(market, ORDER, sent)).status_code == 200, name
    await market.shops.work()


STRANGERS = (
    *("nobody.myshopify.com", "evil.example", f"{CORNER}.evil.example", f"evil.example/{CORNER}", f" {CORNER}"),
    *(f"{CORNER}:443", f"{CORNER}\xa0", "é.myshopify.com", "x" * 5000, "*", "%", "'"),
)


@pytest.mark.parametrize("shop", STRANGERS)
async def test_a_delivery_of_a_shop_we_do_not_know_is_stored_under_no_store(market: Market, shop: str) -> None:
    """200, an exception for the owner, and no store is any other than before."""
    before = await market.dump(apart_from=MACHINERY)

    answer = await deliver(market, ORDER, headers(market, ORDER, **{"X-Shopify-Shop-Domain": shop}))

    assert answer.status_code == 200
    assert [(row[0], row[3]) for row in await inbox(market)] == [(shop[:255], None)]
    await market.shops.work()
    assert await market.dump(apart_from=MACHINERY) == before


MACHINERY = frozenset({"inbox_events", "job_runs", "dropped_webhooks", "planned_instants"})


@pytest.mark.parametrize("shop", [CORNER.upper(), CORNER.title()])
async def test_a_shops_name_in_other_letters_is_the_same_shop(market: Market, shop: str) -> None:
    answer = await deliver(market, ORDER, headers(market, ORDER, **{"X-Shopify-Shop-Domain": shop}))

    assert answer.status_code == 200
    assert [(row[0], row[3]) for row in await inbox(market)] == [(CORNER, market.store_ids[CORNER])]


STRANGE_JSON = (
    *(b"null", b"true", b"0", b"-0", b'""', b"[]", b"{}", b'[[{"id": 1}]]', b' \n{"id": 1}\n ', b'{"id": null}'),
    *(
        b'{"id": "1"}',
        b'{"id": -1}',
        b'{"id": 1.5}',
        b'{"id": true}',
        b'{"id": [1]}',
        b'{"id": {"id": 1}}',
        b'{"id": 0}',
    ),
    *(
        b'{"id": 1e999}',
        b'{"id": 1E400, "x": -1e-400}',
        b'{"id": ' + b"9" * 30 + b"}",
        b'{"id": ' + b"9" * 10_000 + b"}",
    ),
    *(
        b'{"id": 1, "note": "\\u0000"}',
        b'{"\\u0000": 1, "id": "\\u0000"}',
        b'{"id": 1, "note": "\\ud800"}',
        b'"\\udfff"',
    ),
    *(
        b'{"id": 1, "id": 2}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"[1" + b",1" * 200_000 + b"]",
    ),
    *(
        b'{"id": 1, "updated_at": "never"}',
        b'{"id": 1, "updated_at": 5}',
        b'{"id": 1, "tags": [null, {}, "ph-1-2026-01-01-1"]}',
    ),
    *(
        '{"id": 1, "note": "١\u202e\ufeff\U0010ffff"}'.encode(),
        b'{"admin_graphql_api_id": "gid://shopify/Order/x", "id": 1}',
    ),
)


@pytest.mark.parametrize("body", STRANGE_JSON, ids=range(len(STRANGE_JSON)))
async def test_any_signed_json_is_stored_and_judged_in_the_job(market: Market, body: bytes) -> None:
    """Under every topic we know: 200 with the very bytes, and no job that falls over for good because of them."""
    before = await market.dump(apart_from=MACHINERY | {"exceptions", "domain_events"})
    for topic in TOPICS_OF_ORDERS:
        answer = await deliver(
            market, body, headers(market, body, **{"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": topic})
        )
        assert answer.status_code == 200, topic

    assert {bytes(row[4]) for row in await inbox(market)} == {body}
    await market.shops.work()
    assert await market.dump(apart_from=MACHINERY | {"exceptions", "domain_events"}) == before


TOPICS_OF_ORDERS = ("orders/create", "orders/updated", "orders/edited", "products/update", "unknown/topic")
BROKEN = (
    *(
        b"",
        b" ",
        b"{",
        b"{}x",
        b"{'id': 1}",
        b'{"id": 01}',
        b'{"id": +1}',
        b'{"id": NaN}',
        b'{"id": -Infinity}',
        b"[1,]",
    ),
    *(
        b"\xef\xbb\xbf{}",
        b'{"id": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"id": "\xed\xa0\x80"}',
        b'"\xc0\x80"',
        b"id=1",
        b"<a/>",
    ),
    *(b'{"a": "\x00"}', b'{"a": "\n"}', b"[" * 200_000, b"[" * 100_000 + b"]" * 99_999, b'"\\x41"', b'"\\u12"', b"tru"),
)


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
async def test_what_is_no_json_is_refused_though_it_is_signed(market: Market, body: bytes) -> None:
    """The exception: what only our parser cannot hold to its end is stored."""
    answer = await deliver(market, body, headers(market, body))

    assert answer.status_code == (200 if body.startswith(b"[" * 1000) else 400)


async def test_a_delivery_is_stored_once_whatever_else_it_says(market: Market) -> None:
    """The id is the delivery's: neither another topic nor another body under it is stored."""
    sent = headers(market, ORDER)
    other = b'{"id": 1}'
    again = headers(market, other, **{"X-Shopify-Topic": "products/update"})

    answers = [
        await deliver(market, ORDER, sent),
        await deliver(market, ORDER, sent),
        await deliver(market, other, again),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert [(row[1], row[4]) for row in await inbox(market)] == [("orders/create", ORDER)]
    assert (
        await deliver(market, ORDER, headers(market, ORDER, **{"X-Shopify-Shop-Domain": SQUARE}))
    ).status_code == 200
    assert len(await inbox(market)) == 2  # ids are each shop's own


JUNK = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=300)
HEADER = st.sampled_from([*NEEDED, *OPTIONAL, SIGNATURE, "Content-Type", "Content-Encoding", "X-Forwarded-Host"])


@st.composite
def mutations(draw: st.DrawFn) -> tuple[bytes, bool, dict[str, str | None]]:
    """A body with a piece replaced, whether it is signed as it is then, and headers that are others."""
    start = draw(st.integers(0, len(ORDER)))
    end = draw(st.integers(start, min(start + 5, len(ORDER))))
    piece = draw(
        st.one_of(st.just(ORDER[start:end]), st.binary(max_size=6), st.sampled_from([b"[" * 5000, b"1e99", b"\\u0000"]))
    )
    changed = draw(st.dictionaries(HEADER, st.one_of(st.none(), JUNK, st.just("x" * 256)), max_size=2))
    return ORDER[:start] + piece + ORDER[end:], draw(st.booleans()), changed


def is_json(body: bytes) -> bool:
    """Whether the standard parser takes it, or fails only because it cannot hold it."""

    def refuse(name: str) -> Any:
        raise json.JSONDecodeError(name, "", 0)

    try:
        json.loads(body.decode("utf-8"), parse_constant=refuse)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return False
    except (RecursionError, ValueError):
        return True
    return True


def due(market: Market, body: bytes, sent: Headers) -> int:
    """The verdict the contract has for it."""
    if sent.get(SIGNATURE) != body_signature(body, ours(market)):
        return 401
    if any(not (sent.get(name) or "").strip() for name in NEEDED):
        return 400
    if any(len(sent.get(name) or "") > 255 for name in ("X-Shopify-Webhook-Id", "X-Shopify-Event-Id")):
        return 400
    if any("\x00" in (sent.get(name) or "") for name in (*NEEDED, *OPTIONAL)):
        return 400
    return 200 if is_json(body) else 400


@settings(
    max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(mutations())
async def test_mutated_deliveries_get_the_verdict_they_are_due(
    market: Market, mutation: tuple[bytes, bool, dict[str, str | None]]
) -> None:
    """Never a failure of ours, and stored only with a right signature."""
    body, is_signed, changed = mutation
    signed = headers(market, body if is_signed else ORDER)
    sent: Headers = {**signed, **changed}

    async with market.undone():
        answer = await deliver(market, body, sent)
        stored = await inbox(market)

    expected = due(market, body, sent)
    assert answer.status_code == expected
    assert [bytes(row[4]) for row in stored] == ([body] if expected == 200 else [])
