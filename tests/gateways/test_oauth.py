"""The grant page's address, and what becomes of the three ways to a token."""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.core.errors import Unavailable
from app.gateways.shopify import oauth
from app.gateways.shopify.errors import GrantRefused, TokenDead
from app.gateways.shopify.oauth import AppCredentials, TokenGrant, permission_url, scopes_url

pytestmark = pytest.mark.anyio

SHOP = "roaster.myshopify.com"
APP = AppCredentials("client-id", "shpss_0123456789abcdef0123456789abcdef")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRETS = ("shpat_first", "shprt_second", "the-code", "the-id-token", "held-refresh-token", APP.client_secret)
GRANTED = {
    "access_token": "shpat_first",
    "scope": "read_products,read_inventory",
    "expires_in": 3600,
    "refresh_token": "shprt_second",
    "refresh_token_expires_in": 7776000,
}
Way = Callable[[httpx.AsyncClient], Awaitable[TokenGrant]]


async def by_code(http: httpx.AsyncClient) -> TokenGrant:
    return await oauth.exchange_code(http, APP, SHOP, "the-code", NOW)


async def by_id_token(http: httpx.AsyncClient) -> TokenGrant:
    return await oauth.exchange_id_token(http, APP, SHOP, "the-id-token")


async def by_refresh(http: httpx.AsyncClient) -> TokenGrant:
    return await oauth.refresh(http, APP, SHOP, "held-refresh-token")


WAYS = [by_code, by_id_token, by_refresh]
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: str(way.__name__))


async def run(way: Way, *answers: httpx.Response | Exception) -> tuple[TokenGrant, list[httpx.Request]]:
    """Ask one way; the last answer is given again and again."""
    requests: list[httpx.Request] = []
    left = list(answers)

    async def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        step = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(step, Exception):
            raise step
        return step

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await way(http), requests


def test_the_grant_page_is_the_stores_own() -> None:
    link = urlsplit(permission_url(SHOP, "client-id", "https://hub.example.com/auth/callback", "the state"))

    assert (link.scheme, link.netloc, link.path) == ("https", SHOP, "/admin/oauth/authorize")
    assert parse_qs(link.query) == {
        "client_id": ["client-id"],
        "redirect_uri": ["https://hub.example.com/auth/callback"],
        "state": ["the state"],
    }


def test_a_browser_in_the_local_world_is_led_to_its_address() -> None:
    local = "http://127.0.0.1:4000/shops/{shop}"

    assert permission_url(SHOP, "c", "https://h.example.com", "s", local).startswith(
        f"http://127.0.0.1:4000/shops/{SHOP}/admin/oauth/authorize?"
    )
    assert scopes_url(SHOP, "c", ["read_orders", "write_products"], local) == (
        f"http://127.0.0.1:4000/shops/{SHOP}/admin/oauth/install?client_id=c&optional_scopes=read_orders%2Cwrite_products"
    )


@each_way
async def test_a_grant_says_what_it_is_good_for(way: Way) -> None:
    grant, (request,) = await run(way, httpx.Response(200, json=GRANTED))

    sent = json.loads(request.content)
    assert str(request.url) == f"https://{SHOP}/admin/oauth/access_token"
    assert sent["client_id"] == APP.client_id
    assert grant.access_token == "shpat_first"
    assert grant.refresh_token == "shprt_second"
    assert grant.scopes == {"read_products", "read_inventory"}
    assert grant.expires_at is not None
    assert grant.refresh_expires_at is not None
    assert grant.refresh_expires_at - grant.expires_at == timedelta(seconds=7776000 - 3600)


async def test_codes_and_id_tokens_are_exchanged_for_expiring_tokens() -> None:
    for way in (by_code, by_id_token):
        _, (request,) = await run(way, httpx.Response(200, json=GRANTED))

        assert str(json.loads(request.content)["expiring"]) == "1"


@each_way
@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(503, text="<html>busy</html>"),
        httpx.Response(200, text="<html>hello</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"scope": "read_products", "expires_in": 1, "refresh_token_expires_in": 1}),
        httpx.Response(200, json=GRANTED | {"expires_in": "soon"}),
    ],
    ids=range(8),
)
async def test_without_a_valid_answer_one_asks_again_later(way: Way, answer: httpx.Response | Exception) -> None:
    with pytest.raises(Unavailable):
        await run(way, answer)


@each_way
async def test_a_refused_grant_is_not_asked_for_again(way: Way) -> None:
    with pytest.raises(GrantRefused):
        await run(way, httpx.Response(400, json={"error": "invalid_request"}))


async def test_a_dead_refresh_token_needs_the_merchant() -> None:
    with pytest.raises(TokenDead):
        await run(by_refresh, httpx.Response(400, json={"error": "invalid_grant"}))


@each_way
@pytest.mark.parametrize(
    "answer", [httpx.Response(200, json=GRANTED), httpx.Response(400, json={"error": "invalid_client"})]
)
async def test_neither_logs_nor_prints_hold_a_secret(
    way: Way, answer: httpx.Response, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A16: logs contain neither token nor code."""
    caplog.set_level(logging.DEBUG)

    try:
        shown = repr((await run(way, answer))[0])
    except GrantRefused as refused:
        shown = repr(refused) + str(refused)

    written = caplog.text + "".join(capfd.readouterr()) + shown + repr(APP)
    assert [secret for secret in SECRETS if secret in written] == []
