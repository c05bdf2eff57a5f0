"""The internal addresses: only the bearer of the secret is answered, by GET alone."""

import httpx
import pytest

from tests.attacks.addresses import METHODS, Address, addresses
from tests.attacks.forgery import token
from tests.attacks.market import Market
from tests.support.hub import BEARER, INTERNAL_SECRET

pytestmark = pytest.mark.anyio
WRONG: tuple[bytes, ...] = (
    *(b"", b"Bearer", b"Bearer ", b"Bearer  ", b"bearer", b"Bearer null", b"Bearer \xe9", b"Bearer " + b"x" * 9000),
    *(f"{before}{INTERNAL_SECRET}{after}".encode() for before, after in (("", ""), ("Basic ", ""), ("Token ", ""))),
    *(f"Bearer {text}".encode() for text in (INTERNAL_SECRET[:-1], INTERNAL_SECRET + "x", INTERNAL_SECRET + " x")),
    *(f"Bearer {text}".encode() for text in (INTERNAL_SECRET.upper(), f" {INTERNAL_SECRET}", f"{INTERNAL_SECRET},")),
    *(
        f"Bearer\t{INTERNAL_SECRET}".encode(),
        f"Bearer:{INTERNAL_SECRET}".encode(),
        f"Bearer\xa0{INTERNAL_SECRET}".encode(),
    ),
)


def internal(market: Market) -> list[Address]:
    found = [each for each in addresses(market.application) if each.template.startswith("/internal")]
    assert found
    return found


async def test_no_other_secret_is_taken(market: Market) -> None:
    """401 with nothing to read in it; an ID token, a query and a cookie are no secret either."""
    async with market.unchanged():
        for each in internal(market):
            for wrong in WRONG:
                answer = await market.shops.hub.get(each.path, headers=[(b"Authorization", wrong)])
                assert (answer.status_code, answer.content) == (401, b""), wrong
            for answer in (
                await market.shops.hub.get(each.path),
                await market.shops.hub.get(f"{each.path}?token={INTERNAL_SECRET}&secret={INTERNAL_SECRET}"),
                await market.shops.hub.get(each.path, headers={"Cookie": f"secret={INTERNAL_SECRET}"}),
                await market.shops.hub.get(each.path, headers={"X-Internal-Secret": INTERNAL_SECRET}),
                await market.shops.hub.get(each.path, headers={"Authorization": f"Bearer {token(market)}"}),
            ):
                assert (answer.status_code, answer.content) == (401, b"")
                assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_of_two_secrets_the_first_is_judged(market: Market) -> None:
    for each in internal(market):
        right, wrong = (b"Authorization", BEARER["Authorization"].encode()), (b"Authorization", b"Bearer wrong")
        assert (await market.shops.hub.get(each.path, headers=[wrong, right])).status_code == 401


async def test_another_method_is_refused_with_and_without_the_secret(market: Market) -> None:
    async with market.unchanged():
        for each in internal(market):
            for method in (name for name in METHODS if name not in each.methods):
                for headers in ({}, BEARER):
                    answer: httpx.Response = await market.shops.hub.request(method, each.path, headers=headers)
                    assert answer.status_code == 405, (method, each)


async def test_the_bearer_is_told(market: Market) -> None:
    """Written as the scheme may be written: in any letters."""
    for each in internal(market):
        for scheme in ("Bearer", "bearer", "BEARER"):
            async with market.undone():
                answer = await market.shops.hub.get(each.path, headers={"Authorization": f"{scheme} {INTERNAL_SECRET}"})
            assert answer.status_code == 200


async def test_nobody_outside_learns_more_than_that_we_live(market: Market) -> None:
    answer = await market.shops.hub.get("/health", headers={"X-Forwarded-For": "127.0.0.1", "Host": "localhost"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
