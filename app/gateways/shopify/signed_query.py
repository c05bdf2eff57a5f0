"""Queries that Shopify signed: the OAuth callback and the load of the app's home."""

import hmac
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote_to_bytes

from app.core.errors import NotAllowed
from app.gateways.shopify.shop_domains import parse_shop_domain

SINGLE = ("code", "hmac", "host", "shop", "state", "timestamp")
UNSIGNED = (b"hmac", b"signature")
OLDEST_SECONDS = 300
AHEAD_SECONDS = 60
DIGITS = re.compile(rb"[0-9]{1,12}")


class BadQuery(NotAllowed):
    """The query is not what Shopify signed for us, now; `reason` is for the log, never for the page."""

    sentence = "This link is not valid."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignedQuery:
    """A query that Shopify signed; it may hold a code, so it is never shown."""

    shop_domain: str
    parameters: Mapping[str, str] = field(repr=False)


def verify_signed_query(raw: bytes | str, secrets: Sequence[str], now: datetime) -> SignedQuery:
    """Return the store and the parameters, or raise `BadQuery`; `now` is machine time."""
    pairs = _pairs(raw)
    counts = Counter(key for key, _ in pairs)
    if any(counts[key.encode()] > 1 for key in SINGLE):
        raise BadQuery("a repeated parameter")
    values = dict(pairs)
    if not _is_signed(pairs, values.get(b"hmac", b""), secrets):
        raise BadQuery("the signature")
    if not _is_timely(values.get(b"timestamp", b""), now):
        raise BadQuery("the timestamp")
    try:
        parameters = {key.decode(): value.decode() for key, value in values.items()}
    except UnicodeDecodeError as error:
        raise BadQuery("not UTF-8") from error
    shop_domain = parse_shop_domain(parameters.get("shop"))
    if shop_domain is None:
        raise BadQuery("the shop's name")
    return SignedQuery(shop_domain, parameters)


def signature_of(pairs: Sequence[tuple[bytes, bytes]], secret: str) -> str:
    """Return the signature of decoded parameters: percent-encoded, sorted, joined."""
    encoded = sorted((quote(key, safe=""), quote(value, safe="")) for key, value in pairs if key not in UNSIGNED)
    message = "&".join(f"{key}={value}" for key, value in encoded)
    return hmac.digest(secret.encode(), message.encode(), "sha256").hex()


def _pairs(raw: bytes | str) -> list[tuple[bytes, bytes]]:
    text = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    split = [part.partition(b"=") for part in text.split(b"&") if part]
    return [(_decoded(key), _decoded(value)) for key, _, value in split]


def _decoded(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _is_signed(pairs: Sequence[tuple[bytes, bytes]], given: bytes, secrets: Sequence[str]) -> bool:
    matches = [hmac.compare_digest(given, signature_of(pairs, secret).encode()) for secret in secrets if secret]
    return any(matches)


def _is_timely(timestamp: bytes, now: datetime) -> bool:
    if not DIGITS.fullmatch(timestamp):
        return False
    age = now.timestamp() - int(timestamp)
    return -AHEAD_SECONDS <= age <= OLDEST_SECONDS
