"""Forged requests by the thousand, drawn by seed: `python -m tests.attacks.forge --count 30000 --seed 1`.

Each begins as something Shopify could have sent and is then spoilt, so that it must be refused: webhooks, ID tokens,
callbacks, signed loads, names of shops, return addresses. Nothing of it may be accepted, and nothing stored.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import random
import string
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from app.core.clock import machine_now
from app.core.db import create_engine
from app.core.log import configure_logging
from tests.attacks.addresses import READING, filled
from tests.attacks.forgery import NOBODY, Ahead, body_signature, encoded, signature, token
from tests.attacks.market import CORNER, NEWCOMER, OAK, SQUARE, Market, open_market
from tests.support.database import cloned_database, hold_session_folder, start_server

PATCH = "/auth/patch-id-token"
TOPICS = (
    "orders/create",
    "orders/updated",
    "app/uninstalled",
    "shop/redact",
    "customers/redact",
    "fulfillments/create",
)
ODD = "\x00\x01\t\n\r\x7f %&=+#?/\\:;@.,-_~'\"<>[]{}|^`éſİ\u2024\u2028\U0001f600"
LETTERS = string.ascii_letters + string.digits
NAMES = (CORNER, OAK, SQUARE)
RENEW = 1000


@dataclass(frozen=True)
class Forged:
    """A request nobody may accept, and how a refusal of it looks."""

    kind: str
    about: str
    method: str
    path: str
    is_refused: Callable[[httpx.Response], bool]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def mutated(draw: random.Random, text: str, odd: str = ODD) -> str:
    """The text with one to three small changes; never the text itself."""
    result = text
    while result == text:
        for _ in range(draw.randint(1, 3)):
            at, new = draw.randrange(len(result) + 1), draw.choice(odd + LETTERS)
            changes = (
                result[:at] + new + result[at:],
                result[:at] + result[at + 1 :],
                result[:at] + new + result[at + 1 :],
                result[:at] + result[at:][::-1],
                result[:at],
                result.swapcase(),
                result + result,
            )
            result = draw.choice(changes)
    return result


def any_secret(draw: random.Random, market: Market) -> str:
    """A secret that is not ours, nor ours with zeros behind it, which is the same key."""
    ours = market.shops.world.settings
    strange = "".join(draw.choices(LETTERS, k=draw.randint(1, 64)))
    close = mutated(draw, ours.api_secret).rstrip("\0")
    candidate = draw.choice((strange, ours.api_key, ours.api_secret[:-1], ours.api_secret + " ", close))
    return strange if candidate in ("", ours.api_secret) else candidate


def webhook(draw: random.Random, market: Market) -> Forged:
    """A delivery whose body, signature or secret is another one."""
    body = json.dumps(
        {"id": draw.randrange(10**12), "shop_domain": draw.choice(NAMES), "note": "x" * draw.randrange(99)}
    )
    right = body_signature(body.encode(), market.shops.world.settings.api_secret)
    way = draw.choice(("body", "signature", "secret", "none", "of nothing", "hex", "twice"))
    sent = mutated(draw, body) if way == "body" else body
    signed = {
        "body": right,
        "signature": mutated(draw, right, "+/=_-"),
        "secret": body_signature(body.encode(), any_secret(draw, market)),
        "none": "",
        "of nothing": body_signature(b"", market.shops.world.settings.api_secret),
        "hex": base64.b64decode(right).hex(),
        "twice": f"{right},{right}",
    }[way]
    headers = {
        "X-Shopify-Topic": draw.choice(TOPICS),
        "X-Shopify-Shop-Domain": draw.choice(NAMES),
        "X-Shopify-Webhook-Id": str(draw.getrandbits(64)),
        **({} if way == "none" else {"X-Shopify-Hmac-Sha256": signed}),
    }
    raw = sent.encode("utf-8", "surrogatepass")
    return Forged("webhook", way, "POST", "/webhooks/shopify", lambda answer: answer.status_code == 401, headers, raw)


def bad_claims(draw: random.Random) -> dict[str, Any]:
    """Claims that are not for us, not of a store, or not of this time."""
    other = draw.choice((OAK, SQUARE, "evil.example", mutated(draw, CORNER)))
    odd_shop = draw.choice((f"{CORNER}:443", f"{CORNER}/", CORNER.upper(), f"x@{CORNER}", f"{CORNER}.evil.example", ""))
    choices: tuple[dict[str, Any], ...] = (
        {"aud": mutated(draw, "an-app")},
        {"aud": ["an-app"]},
        {"dest": f"https://{other}"},
        {"iss": f"https://{other}/admin"},
        {"dest": f"https://{odd_shop}", "iss": f"https://{odd_shop}/admin"},
        {"exp": Ahead(-draw.randint(11, 10**6))},
        {"exp": Ahead(draw.randint(660, 80_000))},
        {"exp": draw.choice((None, "", 1.5, True, str(2**31), 2**80, [], {}))},
        {"nbf": Ahead(draw.randint(30, 80_000))},
        {"sub": draw.choice((None, "", " ", 42, [], {"a": 1}))},
        {"dest": draw.choice((None, 1, [f"https://{CORNER}"], f"http://{CORNER}"))},
    )
    return draw.choice(choices)


def bad_token(draw: random.Random, market: Market) -> tuple[str, str]:
    """A token that is no token of Corner for us now, and what is wrong with it."""
    good = token(market)
    head, claims, signed = good.split(".")
    way = draw.choice(("claims", "secret", "algorithm", "text", "none", "parts", "digest"))
    if way == "claims":
        return token(market, **bad_claims(draw)), way
    if way == "secret":
        return token(market, any_secret(draw, market)), way
    if way == "algorithm":
        named = draw.choice(("none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "", mutated(draw, "HS256")))
        return token(market, header={"alg": named, "typ": "JWT"}, digest=draw.choice(("sha256", "sha512"))), way
    if way == "digest":
        return token(market, digest=draw.choice(("sha1", "sha384", "sha512", "md5"))), way
    if way == "none":
        return f"{encoded({'alg': 'none'})}.{claims}.", way
    if way == "parts":
        parts = [head, claims, signed, "", encoded({"dest": f"https://{CORNER}"})]
        return ".".join(draw.choices(parts, k=draw.choice((1, 2, 4, 5)))), way
    spoilt = good
    while _means_the_same(good, spoilt):
        spoilt = mutated(draw, good, "._-=")
    return spoilt, way


def _means_the_same(good: str, spoilt: str) -> bool:
    """Whether only bits changed that no byte of the signature is made of."""
    one, other = good.rpartition("."), spoilt.rpartition(".")
    if one[0] != other[0]:
        return False
    with contextlib.suppress(ValueError):
        return base64.urlsafe_b64decode(one[2] + "==") == base64.urlsafe_b64decode(other[2] + "==")
    return False


def id_token(draw: random.Random, market: Market) -> Forged:
    """A page asked for with a token that is none, in each way a request can carry one."""
    given, about = bad_token(draw, market)
    path = filled(draw.choice(READING).path)

    def is_refused(answer: httpx.Response) -> bool:
        bounced = answer.status_code == 302 and answer.headers["Location"].startswith(PATCH)
        return answer.status_code in (400, 401) or bounced

    if draw.random() < 0.3:
        asked = f"{path}?shop={CORNER}&embedded=1&id_token={quote(given, safe='')}"
        return Forged("id_token", f"{about}, document", "GET", asked, is_refused)
    method = draw.choice(("GET", "GET", "POST", "DELETE"))
    bearer = {"Authorization": f"Bearer {given}"}
    return Forged("id_token", f"{about}, {method}", method, path, lambda answer: answer.status_code == 401, bearer)


def spoilt_query(draw: random.Random, market: Market, good: dict[str, str]) -> tuple[str, str]:
    """A query that is not what was signed, or not signed by Shopify, or not now."""
    ours = market.shops.world.settings.api_secret
    way = draw.choice(("value", "name", "added", "missing", "signature", "secret", "time", "repeated"))
    pairs, secret = list(good.items()), ours
    digest = signature(pairs, ours)
    at = draw.randrange(len(pairs))
    if way == "value":
        pairs[at] = (pairs[at][0], mutated(draw, pairs[at][1]))
    elif way == "name":
        pairs[at] = (mutated(draw, pairs[at][0]), pairs[at][1])
    elif way == "added":
        pairs.append((draw.choice(("scope", "x", "Shop", "id")), "1"))
    elif way == "missing":
        pairs.pop(at)
    elif way == "signature":
        digest = draw.choice((mutated(draw, digest, "0123456789"), digest.upper(), ""))
    elif way == "secret":
        secret = any_secret(draw, market)
        digest = signature(pairs, secret)
    elif way == "repeated":
        pairs.append(pairs[at])
    else:
        away = draw.choice((-1, 1)) * draw.randint(400, 10**7)
        pairs = [(name, str(int(value) + away) if name == "timestamp" else value) for name, value in pairs]
        digest = signature(pairs, ours)
    written = [*pairs, ("hmac", digest)]
    draw.shuffle(written)
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in written), way


def _stamp() -> str:
    return str(int(machine_now().timestamp()))


def callback(draw: random.Random, market: Market) -> Forged:
    """The way back from the grant screen, spoilt; unspoilt it would be taken."""
    query, about = spoilt_query(draw, market, {**GRANTED, "timestamp": _stamp()})
    return Forged("callback", about, "GET", f"/auth/callback?{query}", lambda answer: answer.status_code == 401)


GRANTED: dict[str, str] = {}
"""What the grant screen sent back for the newcomer, but for its signature; renewed before it is too old."""


async def renew_grant(market: Market) -> None:
    """Let the newcomer's staff grant access, and keep what the browser would bring back."""
    screen = (await market.shops.hub.get(f"{market.links[NEWCOMER]}/authorize")).headers["Location"]
    sent = parse_qsl(urlsplit(market.shops.approve(screen)).query)
    GRANTED.update({name: value for name, value in sent if name not in ("hmac", "timestamp")})


def load(draw: random.Random, market: Market) -> Forged:
    """The load of a page with a good token, in a query that was not signed so."""
    good = {"embedded": "1", "id_token": token(market), "shop": CORNER, "timestamp": _stamp(), "locale": "en"}
    query, about = spoilt_query(draw, market, good)

    def is_refused(answer: httpx.Response) -> bool:
        bounced = answer.status_code == 302 and not answer.headers["Location"].startswith("//")
        return answer.status_code in (400, 401) or (bounced and "evil" not in answer.headers["Location"])

    return Forged("load", about, "GET", f"{filled(draw.choice(READING).path)}?{query}", is_refused)


def shop_name(draw: random.Random, market: Market) -> Forged:
    """A name that is no shop's, where it decides who may frame a page."""
    hostile = (
        *(f"{CORNER}.evil.example", f"evil.example/{CORNER}", f"{CORNER}/@evil.example", f"evil.example#{CORNER}"),
        *(f"{CORNER};script-src *", f"{CORNER} https://evil.example", f"{CORNER}\nX: y", f"*.{CORNER}", "*", "'self'"),
    )
    name = draw.choice((mutated(draw, CORNER), draw.choice(hostile), mutated(draw, draw.choice(hostile))))
    while _is_a_name(name):
        name = mutated(draw, name)
    path = draw.choice((filled(draw.choice(READING).path), PATCH))
    more = "&shopify-reload=/app" if path == PATCH else "&embedded=1"

    def is_refused(answer: httpx.Response) -> bool:
        return answer.status_code == 400 and answer.headers["Content-Security-Policy"] == NOBODY

    return Forged("shop", ascii(name), "GET", f"{path}?shop={quote(name, safe='')}{more}", is_refused)


def _is_a_name(name: str) -> bool:
    head, dot, rest = name.partition(".")
    allowed = set(LETTERS + "-")
    return bool(head) and set(head) <= allowed and head[0] != "-" and f"{dot}{rest}".lower() == ".myshopify.com"


def return_address(draw: random.Random, market: Market) -> Forged:
    """An address that leads away from us, where a page sends the browser back."""
    away = draw.choice(
        ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil.example")
    )
    inside = draw.choice(("/app", "/app/orders", "/app/settings"))
    back = draw.choice(
        (
            *(away, away + inside, inside + away.replace("https:", "//"), f"{inside}/..{away}", f"{inside}/../../etc"),
            *(f"{inside}{draw.choice(chr(0) + chr(9) + chr(10) + chr(13))}{away}", f" {inside}", f"@{inside}"),
            *(f"/apps{inside}", inside[1:], f"{inside}\u2024\u2024/{away}", mutated(draw, "//evil.example", "/\\")),
        )
    )
    if back.startswith("/app/") and not any(
        sign in back for sign in ("//", "\\", "..", "\x00", "\t", "\n", "\r", "\u2024")
    ):
        back = "//" + back
    path, name = draw.choice(((PATCH, "shopify-reload"), ("/auth/exit-iframe", "exitIframe")))

    def is_refused(answer: httpx.Response) -> bool:
        return answer.status_code == 400 and answer.headers["Content-Security-Policy"] == NOBODY

    return Forged("return", ascii(back), "GET", f"{path}?shop={CORNER}&{name}={quote(back, safe='')}", is_refused)


KINDS = (webhook, webhook, id_token, id_token, callback, load, shop_name, return_address)


async def forge(market: Market, count: int, seed: int) -> list[str]:
    """Send so many forged requests; return those that were not refused, each with the number that repeats it."""
    accepted = []
    sent: Counter[str] = Counter()
    for number in range(count):
        if number % RENEW == 0:
            await renew_grant(market)
        draw = random.Random(f"{seed}:{number}")
        forged = draw.choice(KINDS)(draw, market)
        sent[forged.kind] += 1
        answer = await market.shops.hub.request(
            forged.method, forged.path, headers=_raw(forged.headers), content=forged.body
        )
        if not forged.is_refused(answer):
            accepted.append(f"{number}: {forged.kind} ({forged.about}) -> {answer.status_code}")
    assert len(sent) == len(set(KINDS)) or count < 100
    return accepted


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]


@asynccontextmanager
async def nothing_stored(market: Market) -> AsyncIterator[None]:
    """See that no row is another one afterwards, but for authorisations that were begun, and none of those was used."""
    used = "SELECT count(*) FROM oauth_states WHERE used_at IS NOT NULL"
    before = await market.dump({"oauth_states"}), await market.rows(used)
    yield
    assert (await market.dump({"oauth_states"}), await market.rows(used)) == before


async def attack(url: str, count: int, seed: int) -> list[str]:
    """Open a market on this database, send the forged requests, and see that nothing of it was stored."""
    engine = create_engine(url)
    async with open_market(engine, url) as market, nothing_stored(market):
        accepted = await forge(market, count, seed)
    await engine.dispose()
    return accepted


def main() -> int:
    """Attack as often as asked; 1 when anything was accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    configure_logging("critical")
    lease = hold_session_folder()
    try:
        with cloned_database(start_server(lease)) as database:
            began = time.monotonic()
            accepted = asyncio.run(attack(database.url, options.count, options.seed))
    finally:
        lease.give_back()
    took = time.monotonic() - began
    sys.stdout.write("\n".join([*accepted, f"{options.count} forged, {len(accepted)} accepted, in {took:.0f} s\n"]))
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
