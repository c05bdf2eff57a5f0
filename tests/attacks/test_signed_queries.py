"""Signed queries under attack: the callback of the grant screen, the load of a page, and the addresses they lead to."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from app.core.clock import machine_now
from tests.attacks.addresses import READING, filled
from tests.attacks.forgery import NOBODY, STRANGE_SECRET, signature, signed_query, token
from tests.attacks.market import CORNER, NEWCOMER, OAK, Market
from tests.support.shops import ADMIN, HUB

pytestmark = pytest.mark.anyio
CALLBACK = "/auth/callback"
Query = dict[str, str]


def stamp(ahead: int = 0) -> str:
    return str(int(machine_now().timestamp()) + ahead)


async def granted(market: Market) -> Query:
    """What the grant screen would send back for the newcomer, its signature apart."""
    screen = (await market.shops.hub.get(f"{market.links[NEWCOMER]}/authorize")).headers["Location"]
    sent = urlsplit(market.shops.approve(screen))
    return {name: value for name, value in parse_qsl(sent.query) if name != "hmac"}


def tokens(market: Market) -> int:
    return len(market.shops.store(NEWCOMER).app.tokens)


def secret(market: Market) -> str:
    return market.shops.world.settings.api_secret


def forgeries(market: Market, good: Query) -> Mapping[str, str]:
    """Callbacks that Shopify did not send, or not for us, or not now."""
    ours = secret(market)
    written = signed_query(good, ours)
    digest = written.rpartition("=")[2]

    joined = [("code", f"{good['code']}&host={good['host']}"), *[each for each in good.items() if each[0] > "host"]]

    def changed(**values: str | None) -> str:
        return signed_query({name: value for name, value in {**good, **values}.items() if value is not None}, ours)

    return {
        "nothing": "",
        "no signature": written.rpartition("&")[0],
        "empty signature": f"{written.rpartition('&')[0]}&hmac=",
        "another secret": signed_query(good, STRANGE_SECRET),
        "the client id as secret": signed_query(good, market.shops.world.settings.api_key),
        "no secret": signed_query(good, ""),
        "signature in capitals": written.replace(digest, digest.upper()),
        "half a signature": written[:-32],
        "signature not ASCII": written.replace(digest, "é" * 64),
        "code changed": written.replace(good["code"], "0" * 32),
        "shop changed": written.replace(f"shop={NEWCOMER}", f"shop={OAK}"),
        "a parameter added": f"{written}&scope=write_all",
        "a parameter taken away": written.replace(f"code={good['code']}&", ""),
        "joined otherwise": f"{written.rpartition('&')[0]}&hmac={signature(joined, ours)}",
        **{f"{name} twice": f"{written}&{name}={quote(value)}" for name, value in [*good.items(), ("hmac", digest)]},
        **{
            f"{name} twice, signed": signed_query(good, ours, (name, value))
            for name, value in good.items()
            if name in SINGLE
        },
        **{
            f"{name} twice, spelt otherwise": f"{written}&%{ord(name[0]):02x}{name[1:]}=x"
            for name in good
            if name in SINGLE
        },
        "old": changed(timestamp=stamp(-305)),
        "ahead": changed(timestamp=stamp(+75)),
        **{f"timestamp {text!r:.20}": changed(timestamp=text) for text in STRANGE_STAMPS},
        "no timestamp": changed(timestamp=None),
        **{f"shop {text!r:.40}": changed(shop=text) for text in NO_SHOPS},
        "no shop": changed(shop=None),
        "unknown state": changed(state="x" * 43),
        "no state": changed(state=None),
        "empty state": changed(state=""),
        "state with a NUL": changed(state="\x00"),
        "very long state": changed(state="x" * 20_000),
        "state of another shop": changed(shop=OAK),
        "not UTF-8": "hmac=%ff&shop=%ff&state=%c3%28",
    }


SINGLE = ("code", "host", "shop", "state", "timestamp")
STRANGE_STAMPS = ("", "now", "-1", "0", "1e9", "+1", " 1", "1\n", "٣", "9" * 13, "9" * 5000, "0x10", "1_000", "nan")
NO_SHOPS = (
    *("", "newcomer", "evil.example", "newcomer.myshopify.com.evil.example", "evil.example/newcomer.myshopify.com"),
    *("newcomer.myshopify.com\n", " newcomer.myshopify.com", "newcomer.myshopify.com:443", "newcomer.myshopify.com/"),
    *("ｎewcomer.myshopify.com", "newcomer。myshopify。com", "newcomer\u2024myshopify\u2024com", "-x.myshopify.com"),
    *("x@newcomer.myshopify.com", "newcomer.myshopify.com\x00", "x" * 300 + ".myshopify.com", "newcomer.myshopıfy.com"),
)


async def test_every_refused_callback_is_one_page(market: Market) -> None:
    """401, the same words for all, no token asked for, and the state can still be used by whom it was made for."""
    good, before = await granted(market), tokens(market)
    async with market.unchanged():
        pages = {}
        for name, query in forgeries(market, good).items():
            answer = await market.shops.hub.get(f"{CALLBACK}?{query}")
            assert answer.status_code == 401, name
            assert answer.headers["Content-Security-Policy"] == NOBODY
            assert "Location" not in answer.headers
            pages[name] = answer.text

    assert len(set(pages.values())) == 1
    assert not re.search("hmac|signature|timestamp|state|secret|expired", pages["old"], re.IGNORECASE)
    assert tokens(market) == before
    right = await market.shops.hub.get(f"{CALLBACK}?{signed_query(good, secret(market))}")
    assert right.status_code == 302


async def test_a_right_callback_in_any_writing_is_taken_once(market: Market) -> None:
    """Another order, other escapes, more parameters that are signed: the same message."""
    ours = secret(market)

    def pieces(query: str) -> list[str]:
        return query.split("&")

    def escaped(query: str) -> str:
        return "&".join(f"{name}={''.join(f'%{ord(each):02X}' for each in text)}" for name, text in parse_qsl(query))

    for write in (
        lambda query: query,
        lambda query: "&".join(reversed(pieces(query))),
        escaped,
        lambda query: f"&&{query}&",
    ):
        async with market.undone():
            good = await granted(market)
            query = write(signed_query({**good, "locale": "en & fr"}, ours))
            first = await market.shops.hub.get(f"{CALLBACK}?{query}")
            again = await market.shops.hub.get(f"{CALLBACK}?{query}")
            late = await market.shops.hub.get(f"{CALLBACK}?{signed_query({**good, 'timestamp': stamp()}, ours)}")

        assert (first.status_code, again.status_code, late.status_code) == (302, 401, 401)
        assert first.headers["Location"] == f"{ADMIN}/admin/store/newcomer/apps/{market.shops.world.settings.api_key}"


@pytest.mark.parametrize(("ahead", "status"), [(-290, 302), (-302, 401), (55, 302), (80, 401)])
async def test_a_callback_is_good_for_five_minutes(market: Market, ahead: int, status: int) -> None:
    good = await granted(market)
    query = signed_query({**good, "timestamp": stamp(ahead)}, secret(market))

    assert (await market.shops.hub.get(f"{CALLBACK}?{query}")).status_code == status


async def test_a_load_whose_query_is_signed_wrongly_is_refused_on_every_page(market: Market) -> None:
    """A good ID token does not mend it: 401 without a bounce."""
    async with market.unchanged():
        for row in READING:
            good = {"shop": CORNER, "embedded": "1", "id_token": token(market), "timestamp": stamp()}
            for name, query in {
                "another secret": signed_query(good, STRANGE_SECRET),
                "changed": signed_query(good, secret(market)).replace("embedded=1", "embedded=1&x=1"),
                "old": signed_query({**good, "timestamp": stamp(-305)}, secret(market)),
                "no timestamp": signed_query({n: v for n, v in good.items() if n != "timestamp"}, secret(market)),
                "empty": f"shop={CORNER}&embedded=1&id_token={good['id_token']}&hmac=",
                "twice": signed_query(good, secret(market)) + "&hmac=0",
            }.items():
                answer = await market.shops.hub.get(f"{filled(row.path)}?{query}")
                assert answer.status_code == 401, (row, name)
                assert "Location" not in answer.headers


async def test_a_load_that_names_two_shops_is_refused_on_every_page(market: Market) -> None:
    async with market.unchanged():
        for row in READING:
            for names in ((CORNER, OAK), (OAK, CORNER), (CORNER, CORNER), (CORNER, "")):
                named = "&".join(f"shop={name}" for name in names)
                answer = await market.shops.hub.get(f"{filled(row.path)}?{named}&embedded=1&id_token={token(market)}")
                assert answer.status_code == 400
                assert answer.headers["Content-Security-Policy"] == NOBODY


HOSTS = ("", "eA", "%00", "*", "é", "ZXZpbC5leGFtcGxl", "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvb2Fr", "A" * 5000)


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
async def test_a_host_that_is_not_this_shops_admin_leads_nowhere(market: Market, host: str) -> None:
    for row in READING:
        answer = await market.shops.hub.get(f"{filled(row.path)}?shop={CORNER}&host={quote(host, safe='%')}")

        assert answer.status_code == 400, row
        assert answer.headers["Content-Security-Policy"] == NOBODY


HOSTILE = (
    *("", "/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/%5Cevil.example"),
    *(
        "https:evil.example",
        "https://evil.example",
        "https:/app",
        "HTTPS://hub.example.com/app",
        "//hub.example.com/app",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "%2f%2fevil.example",
        "/app%2f%2fevil.example",
        "/app/%2f/evil.example",
    ),
    *(
        "/app//evil.example",
        "/app/..//evil.example",
        "/app/../evil",
        "/app/%2e%2e/evil",
        "/app/%2E%2e%2fevil",
        "/app/．．/x",
    ),
    *(
        "/app\t",
        "\t/app",
        " /app",
        "/app ",
        "/app\n",
        "/app\r\nX: y",
        "/app%0a",
        "/app%0d%0aX:y",
        "/app\x00",
        "/app%00",
    ),
    *(
        "/app\x7f",
        "/app\x85",
        "/app\u2028",
        "/app/\u2024\u2024/x",
        "/\u2215evil.example",
        "/app@evil.example",
        "@evil.example",
    ),
    *(
        "/apple",
        "/APP",
        "/app;x",
        "/auth/callback",
        "/auth/patch-id-token",
        "/internal/quiet",
        "/webhooks/shopify",
        "app",
    ),
    *("///app", "///app/orders?x=1", "%2fapp", "%2Fapp/orders"),  # to a browser the host `app`, or beside our pages
    *("/app:80", "http:app", "/app/%", "/app/%zz", "/app/é", "?x", "#x", "/app/<script>", "/app/'x"),
)


@pytest.mark.parametrize("back", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_return_address_that_is_no_path_of_ours_is_refused(market: Market, back: str) -> None:
    """400, framed by nobody, and the address stands nowhere on the page; escaped once more it is no better."""
    for path, name in (("/auth/patch-id-token", "shopify-reload"), ("/auth/exit-iframe", "exitIframe")):
        for spelling in (quote(back, safe=""), quote(quote(back, safe="/"), safe="")):
            answer = await market.shops.hub.get(f"{path}?shop={CORNER}&{name}={spelling}")
            assert answer.status_code == 400, spelling
            assert answer.headers["Content-Security-Policy"] == NOBODY
            assert "evil" not in answer.text


async def test_a_return_address_is_given_once(market: Market) -> None:
    for path, name in (("/auth/patch-id-token", "shopify-reload"), ("/auth/exit-iframe", "exitIframe")):
        for query in (
            f"{name}=/app&{name}=//evil.example",
            f"{name}=//evil.example&{name}=/app",
            f"{name}=/app&{name}=/app",
        ):
            assert (await market.shops.hub.get(f"{path}?shop={CORNER}&{query}")).status_code == 400
        assert (await market.shops.hub.get(f"{path}?shop={CORNER}")).status_code == 400
        assert (await market.shops.hub.get(f"{path}?shop={CORNER}&{name}=/app&shop={OAK}")).status_code == 400


async def test_every_page_of_ours_is_a_return_address(market: Market) -> None:
    """The pages refuse what is hostile, not what is long or has a query."""
    for row in READING:
        back = quote(f"{filled(row.path)}?shop={CORNER}&search=a+b&page=2", safe="")
        for path, name in (("/auth/patch-id-token", "shopify-reload"), ("/auth/exit-iframe", "exitIframe")):
            answer = await market.shops.hub.get(f"{path}?shop={CORNER}&{name}={back}")
            assert answer.status_code == 200


async def test_a_bounce_carries_nothing_that_was_signed_and_comes_back_to_a_page_of_ours(market: Market) -> None:
    """Even where the query holds a return address of its own."""
    signed = "hmac=1&timestamp=2&session=3&signature=4&id_token=x.y.z"
    for row in READING:
        lure = quote("//evil.example", safe="")
        asked = f"{filled(row.path)}?shop={CORNER}&embedded=1&{signed}&shopify-reload={lure}&page=2"
        bounced = (await market.shops.hub.get(asked)).headers["Location"]

        assert not any(name in bounced for name in ("hmac", "timestamp", "session", "signature", "id_token=", "evil"))
        assert (await market.shops.hub.get(f"{HUB}{bounced}")).status_code == 200
