"""Forged and foreign ID tokens on every page of the embedded app, in every way a request can carry one."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from embedded_ui.addresses import PATCH_PATH
from tests.attacks.addresses import CHANGES, Address, addresses
from tests.attacks.forgery import NOBODY, RETRY, foreign, token, unsigned
from tests.attacks.market import CORNER, OAK, STAFF, Market

pytestmark = pytest.mark.anyio
NAMED = f"shop={CORNER}&embedded=1"
Verdict = tuple[int, bool, str]  # status, whether a fresh token is asked for, who may frame it


def pages(market: Market) -> list[Address]:
    """The addresses behind the ID token, and one of nothing."""
    found = [each for each in addresses(market.application) if each.is_page]
    return [*found, Address("/app/{rest}", "/app/of/nothing", frozenset(), True)]


def verdict(answer: httpx.Response) -> Verdict:
    return answer.status_code, RETRY in answer.headers, framed_by(answer)


def framed_by(answer: httpx.Response) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return "nobody" if policy == NOBODY else "corner" if f" https://{CORNER} " in policy else policy


async def fetch(market: Market, method: str, path: str, given: str) -> httpx.Response:
    return await market.shops.hub.request(method, path, headers={"Authorization": f"Bearer {given}"})


def bounces_to(answer: httpx.Response) -> str:
    """Where a bounce will come back to."""
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", PATCH_PATH)
    (back,) = parse_qs(parts.query)["shopify-reload"]
    return back


async def refusals(market: Market, page: Address, given: str, *, in_all_ways: bool) -> dict[str, Verdict]:
    """What the ways get in which a request can carry a token, but for the document with the shop's name."""
    hub, bare, named = market.shops.hub, page.path, f"{page.path}?{NAMED}"
    answers = {"fetch": await fetch(market, "GET", bare, given), "change": await fetch(market, "POST", named, given)}
    if in_all_ways:
        answers |= {
            "fetch, named": await fetch(market, "GET", named, given),
            "change, unnamed": await fetch(market, "PUT", bare, given),
            "document, unnamed": await hub.get(f"{bare}?id_token={given}"),
            "token in the query": await hub.post(f"{named}&id_token={given}"),
            "token in the form": await hub.post(named, data={"id_token": given, "shop": CORNER}),
        }
    assert not any("Location" in answer.headers for answer in answers.values()), page
    return {way: verdict(answer) for way, answer in answers.items()}


def is_as_due(found: dict[str, Verdict], *, mends: bool, unnamed: int) -> bool:
    """Whether every way got what it is due; `mends`: a fresh token would be taken."""
    due = {
        "fetch": (401, mends, "nobody"),
        "fetch, named": (401, mends, "corner"),
        "change": (401, mends, "corner"),
        "change, unnamed": (401, mends, "nobody"),
        "document, unnamed": (unnamed, False, "nobody"),
        "token in the query": (401, False, "corner"),
        "token in the form": (401, False, "corner"),
    }
    return found == {way: due[way] for way in found}


async def test_a_token_nobody_signed_or_of_another_time(market: Market) -> None:
    """A document comes back with a fresh token, a fetch is told to try again, a change is never redirected."""
    async with market.unchanged():
        for name, given in unsigned(market).items():
            for page in pages(market):
                document = await market.shops.hub.get(f"{page.path}?{NAMED}&id_token={given}")
                found = await refusals(market, page, given, in_all_ways=name in ("another key", "alg none", "expired"))

                assert bounces_to(document) == f"{page.path}?{NAMED}", (name, page)
                assert is_as_due(found, mends=True, unnamed=400), (name, page, found)


async def test_a_token_that_is_not_for_us_or_not_for_this_shop(market: Market) -> None:
    """One 401 page without a bounce: a fresh token would be no better."""
    async with market.unchanged():
        for name, given in foreign(market).items():
            for page in pages(market):
                document = await market.shops.hub.get(f"{page.path}?{NAMED}&id_token={given}")
                found = await refusals(market, page, given, in_all_ways=name in ("another app", "iss of another shop"))

                assert verdict(document) == (401, False, "corner"), (name, page)
                assert is_as_due(found, mends=False, unnamed=401), (name, page, found)


async def test_another_shops_token_under_this_shops_name(market: Market) -> None:
    """The token decides who visits; a name beside it that is another one refuses it for good."""
    given = token(market, dest=f"https://{OAK}", iss=f"https://{OAK}/admin")
    async with market.unchanged():
        for page in pages(market):
            document = await market.shops.hub.get(f"{page.path}?{NAMED}&id_token={given}")
            answers = [document, *[await fetch(market, method, f"{page.path}?{NAMED}", given) for method in METHODS]]

            assert {verdict(answer) for answer in answers} == {(401, False, "corner")}, page


METHODS = ("GET", "HEAD", "POST", "DELETE")


async def test_no_token_at_all(market: Market) -> None:
    """A document bounces if it names its shop; anything but a read is refused, whether the method is there or not."""
    async with market.unchanged():
        for page in pages(market):
            unnamed = await market.shops.hub.get(page.path)
            named = await market.shops.hub.get(f"{page.path}?{NAMED}")
            head = await market.shops.hub.head(f"{page.path}?{NAMED}")

            assert verdict(unnamed) == (400, False, "nobody"), page
            assert bounces_to(named) == bounces_to(head) == f"{page.path}?{NAMED}", page
            for method in CHANGES:
                answer = await market.shops.hub.request(method, f"{page.path}?{NAMED}")
                assert verdict(answer) == (401, False, "corner"), (method, page)
                assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic Y29ybmVyOg==", "Token x", "bearer\tx", "Bearer x y"]
)
async def test_a_header_that_holds_no_token(market: Market, header: str) -> None:
    async with market.unchanged():
        for page in pages(market):
            for method in ("GET", "POST"):
                answer = await market.shops.hub.request(method, page.path, headers={"Authorization": header})
                assert verdict(answer) == (401, True, "nobody"), page


async def test_a_token_without_its_scheme(market: Market) -> None:
    """A good token is taken as a bearer's only."""
    given = token(market)
    async with market.unchanged():
        for page in pages(market):
            for header in (given, f"Token {given}", f"Bearer{given}"):
                answer = await market.shops.hub.get(page.path, headers={"Authorization": header})
                assert verdict(answer) == (401, True, "nobody"), (page, header[:6])


async def test_a_token_in_the_query_does_not_mend_a_bad_one_in_the_header(market: Market) -> None:
    good, bad = token(market), "x.y.z"
    for page in pages(market):
        for method in ("GET", "POST"):
            answer = await fetch(market, method, f"{page.path}?id_token={good}", bad)
            assert verdict(answer) == (401, True, "nobody"), page


@pytest.mark.parametrize(
    "name", ["", "oak", "oak.myshopify.com.evil.example", "evil.example/oak.myshopify.com", "oak.myshopify.com%0a"]
)
async def test_a_name_beside_a_good_token_that_is_no_shops_name(market: Market, name: str) -> None:
    """Nobody may frame the answer, and the name stands nowhere in it."""
    async with market.unchanged():
        for page in pages(market):
            for method in ("GET", "POST"):
                answer = await fetch(market, method, f"{page.path}?shop={name}", token(market))
                assert verdict(answer) == (400, False, "nobody"), page
                assert "evil" not in answer.text


async def test_good_tokens_are_let_in(market: Market) -> None:
    """The tests above refuse because of what they forge: with nothing forged every page answers its visitor."""
    async with market.undone():
        for shop in STAFF:
            given = token(market, dest=f"https://{shop}", iss=f"https://{shop}/admin")
            for page in pages(market):
                fetched = await fetch(market, "GET", page.path, given)
                assert fetched.status_code in (200, 404, 405), page
                assert f" https://{shop} " in fetched.headers["Content-Security-Policy"]
        for page in pages(market):
            document = await market.shops.hub.get(f"{page.path}?{NAMED}&id_token={token(market)}")
            assert document.status_code in (200, 404, 405), page
