"""Tokens, queries and bodies as an attacker makes them, and as Shopify does: written apart from the code under test."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from app.core.clock import machine_now
from tests.attacks.market import CORNER, OAK, Market

STRANGE_SECRET = "the-secret-of-somebody-else-altogether"
RETRY = "X-Shopify-Retry-Invalid-Session-Request"
NOBODY = "frame-ancestors 'none'"


def encoded(content: Any) -> str:
    """One part of a token."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(market: Market, secret: str = "", header: Any = None, digest: str = "sha256", **changes: Any) -> str:
    """A token of Corner's owner, with other claims (None removes one), another header, another signature."""
    at = int(machine_now().timestamp())
    settings = market.shops.world.settings
    claims = {
        **{"iss": f"https://{CORNER}/admin", "dest": f"https://{CORNER}", "aud": settings.api_key, "sub": "42"},
        **{"exp": at + 500, "nbf": at - 1, "iat": at - 1, "jti": "f8912129", "sid": "aaea182f"},
        **{name: at + value.seconds if isinstance(value, Ahead) else value for name, value in changes.items()},
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    message = f"{encoded(header or {'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims)}"
    signed = hmac.new((secret or settings.api_secret).encode(), message.encode(), getattr(hashlib, digest))
    return f"{message}.{encoded(signed.digest())}"


class Ahead:
    """So many seconds from now on, in a claim."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds


def unsigned(market: Market) -> dict[str, str]:
    """Tokens nobody signed for us, or of another time: a fresh one would mend them."""
    good = token(market)
    head, body, signature = good.split(".")
    claims_of_oak = encoded({"dest": f"https://{OAK}", "iss": f"https://{OAK}/admin"})
    return {
        "debris": "x.y.z",
        "no token": "null",
        "very long": "x" * 9000,
        "another key": token(market, STRANGE_SECRET),
        "the public client id as key": token(market, market.shops.world.settings.api_key),
        "alg none": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "alg None, signed": token(market, header={"alg": "None"}),
        "alg HS512 in the header": token(market, header={"alg": "HS512", "typ": "JWT"}),
        "alg HS512, signed so": token(market, header={"alg": "HS512", "typ": "JWT"}, digest="sha512"),
        "alg RS256": token(market, header={"alg": "RS256", "typ": "JWT"}),
        "a key of its own": token(market, STRANGE_SECRET, {"alg": "HS256", "jwk": {"kty": "oct", "k": "eA"}}),
        "a key id that is a path": token(market, STRANGE_SECRET, {"alg": "HS256", "kid": "../../dev/null"}),
        "without signature": f"{head}.{body}.",
        "cut": good[:-4],
        "another body": f"{head}.{claims_of_oak}.{signature}",
        "expired": token(market, exp=Ahead(-11)),
        "too far ahead": token(market, exp=Ahead(660)),
        "not yet": token(market, nbf=Ahead(400)),
        "without exp": token(market, exp=None),
        "exp as text": token(market, exp="4102444800"),
        "exp without end": token(market, exp=2**70),
        "exp infinite": token(market, exp=float("inf")),
    }


def foreign(market: Market) -> dict[str, str]:
    """Tokens rightly signed, but not for us or not for Corner."""
    return {
        "another app": token(market, aud="another-app"),
        "a list of apps": token(market, aud=[market.shops.world.settings.api_key]),
        "no sub": token(market, sub=None),
        "empty sub": token(market, sub=""),
        "blank sub": token(market, sub="  "),
        "sub a number": token(market, sub=42),
        "dest in capitals": token(market, dest=f"https://{CORNER.upper()}"),
        "dest and iss in capitals": token(
            market, dest=f"https://{CORNER.upper()}", iss=f"https://{CORNER.upper()}/admin"
        ),
        "dest with a slash": token(market, dest=f"https://{CORNER}/", iss=f"https://{CORNER}//admin"),
        "dest with a port": token(market, dest=f"https://{CORNER}:443", iss=f"https://{CORNER}:443/admin"),
        "dest with a user": token(market, dest=f"https://x@{CORNER}", iss=f"https://x@{CORNER}/admin"),
        "dest by http": token(market, dest=f"http://{CORNER}", iss=f"http://{CORNER}/admin"),
        "dest elsewhere": token(market, dest="https://evil.example", iss="https://evil.example/admin"),
        "dest with an end of line": token(market, dest=f"https://{CORNER}\n", iss=f"https://{CORNER}\n/admin"),
        "dest not text": token(market, dest=[f"https://{CORNER}"]),
        "iss of another shop": token(market, iss=f"https://{OAK}/admin"),
        "iss without admin": token(market, iss=f"https://{CORNER}"),
        "no iss": token(market, iss=None),
    }


def signature(pairs: Sequence[tuple[str, str]], secret: str) -> str:
    """The hex signature of a query, as Shopify makes it."""
    message = "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def signed_query(values: Mapping[str, str], secret: str, *more: tuple[str, str]) -> str:
    """A query with its signature; `more` is repeated after the values and signed with them."""
    pairs = [*values.items(), *more]
    written = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return f"{written}&hmac={signature(pairs, secret)}"


def body_signature(body: bytes, secret: str) -> str:
    """The signature of a webhook's body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
