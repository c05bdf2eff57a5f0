"""ID tokens: who is looking at the embedded app, and from which store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jwt
from jwt.types import Options

from app.core.errors import NotAllowed
from app.gateways.shopify.shop_domains import parse_shop_domain

LEEWAY_SECONDS = 10
LONGEST_AHEAD_SECONDS = 600
LONGEST_TOKEN = 8192
SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Fault(StrEnum):
    """Why an ID token is not taken."""

    UNSIGNED = "unsigned"  # missing, damaged, or not signed with one of our secrets
    EXPIRED = "expired"  # signed, but not for this time
    FOREIGN = "foreign"  # signed, but not for us or not from a store


class BadToken(NotAllowed):
    """The ID token is not taken; a fresh one mends all faults but FOREIGN."""

    sentence = "This page can only be opened inside the Shopify admin of your store."

    def __init__(self, kind: Fault, reason: str) -> None:
        super().__init__()
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IdToken:
    """What a verified ID token says."""

    shop_domain: str
    user_id: str
    expires_at: datetime


def verify_id_token(token: str | None, secrets: Sequence[str], client_id: str, now: datetime) -> IdToken:
    """Return what the token says, or raise `BadToken`; `now` is machine time."""
    claims = _signed_claims(token or "", secrets)
    expires_at = _expiry(claims, now.timestamp())
    if claims.get("aud") != client_id:
        raise BadToken(Fault.FOREIGN, "aud")
    user_id = claims.get("sub")
    if not isinstance(user_id, str) or not user_id.strip():
        raise BadToken(Fault.FOREIGN, "sub")
    return IdToken(_shop_domain(claims), user_id, datetime.fromtimestamp(expires_at, UTC))


def _signed_claims(token: str, secrets: Sequence[str]) -> Mapping[str, Any]:
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise BadToken(Fault.UNSIGNED, "missing or malformed")
    for secret in filter(None, secrets):
        try:
            return jwt.decode(token, secret, algorithms=["HS256"], options=SIGNATURE_ONLY)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            continue
    raise BadToken(Fault.UNSIGNED, "the signature")


def _expiry(claims: Mapping[str, Any], now: float) -> int:
    expires_at, not_before = claims.get("exp"), claims.get("nbf", 0)
    if type(expires_at) is not int or not isinstance(not_before, int | float):
        raise BadToken(Fault.EXPIRED, "exp or nbf is no number")
    if expires_at + LEEWAY_SECONDS <= now or expires_at > now + LONGEST_AHEAD_SECONDS:
        raise BadToken(Fault.EXPIRED, "exp")
    if not_before > now + LEEWAY_SECONDS:
        raise BadToken(Fault.EXPIRED, "nbf")
    return expires_at


def _shop_domain(claims: Mapping[str, Any]) -> str:
    destination, issuer = claims.get("dest"), claims.get("iss")
    if not isinstance(destination, str) or not isinstance(issuer, str):
        raise BadToken(Fault.FOREIGN, "dest or iss is no text")
    shop_domain = parse_shop_domain(destination.removeprefix("https://"))
    if shop_domain is None or destination != f"https://{shop_domain}":  # Shopify writes it in lower case
        raise BadToken(Fault.FOREIGN, "dest")
    if issuer != f"{destination}/admin":
        raise BadToken(Fault.FOREIGN, "iss")
    return shop_domain
