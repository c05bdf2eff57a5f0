"""ID tokens: the one kind that is taken, and the verdict on every other."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.gateways.shopify.id_tokens import BadToken, Fault, IdToken, verify_id_token

SECRET = "current-secret-of-the-app-for-tests"
PREVIOUS = "previous-secret-of-the-app-for-tests"
CLIENT_ID = "client-id-of-the-app"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
MISSING = object()


def part(content: Any) -> str:
    """Encode one part of a token."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(secret: str = SECRET, header: Any = None, raw: bytes | None = None, **changes: Any) -> str:
    """Make a token by hand, apart from the library that reads it."""
    claims: dict[str, Any] = {
        "iss": "https://roaster.myshopify.com/admin",
        "dest": "https://roaster.myshopify.com",
        "aud": CLIENT_ID,
        "sub": "42",
        "exp": AT + 60,
        "nbf": AT,
        "iat": AT,
        "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
        "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
    }
    claims = {key: value for key, value in (claims | changes).items() if value is not MISSING}
    message = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(raw or claims)}"
    signature = hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
    return f"{message}.{part(signature)}"


def verify(text: str | None) -> IdToken:
    return verify_id_token(text, (SECRET, PREVIOUS), CLIENT_ID, NOW)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_takes_a_token_signed_with_either_secret(secret: str) -> None:
    taken = verify(token(secret))

    assert taken == IdToken("roaster.myshopify.com", "42", datetime(2026, 11, 20, 9, 1, tzinfo=UTC))


UNSIGNED = [
    None,
    "",
    "a.b.c",
    "ü.ü.ü",
    token("some-other-secret-that-is-not-ours"),
    token(header={"alg": "none"}),
    token(header={"alg": "HS512"}),
    token(header={"alg": "RS256"}),
    token(header={"alg": "HS256", "crit": ["b64"], "b64": False}),
    token() + "x",
    token() + ".x",
    token().rpartition(".")[0] + ".",
    token()[:-6] + "AAAAAA",
    token(raw=b"[1]"),
    token(raw=b"not json"),
    token(raw=b"[" * 3000),
    token(header=b'{"alg":' + b"[" * 3000),
    "x" * 100_000,
]


@pytest.mark.parametrize("text", UNSIGNED, ids=range(len(UNSIGNED)))
def test_a_token_nobody_signed_sends_to_the_bounce_page(text: str | None) -> None:
    with pytest.raises(BadToken) as refused:
        verify(text)

    assert refused.value.kind is Fault.UNSIGNED


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": AT - 10},
        {"exp": AT - 3600},
        {"exp": AT + 601},
        {"exp": MISSING},
        {"exp": str(AT + 60)},
        {"exp": AT + 60.5},
        {"exp": True},
        {"exp": None},
        {"nbf": AT + 11},
        {"nbf": "soon"},
    ],
)
def test_a_token_of_another_time_sends_to_the_bounce_page(changes: dict[str, Any]) -> None:
    with pytest.raises(BadToken) as refused:
        verify(token(**changes))

    assert refused.value.kind is Fault.EXPIRED


@pytest.mark.parametrize(
    "changes", [{"exp": AT - 9}, {"exp": AT + 600}, {"nbf": AT + 10}, {"nbf": MISSING}, {"iat": "?"}]
)
def test_clocks_may_differ_by_ten_seconds(changes: dict[str, Any]) -> None:
    assert verify(token(**changes)).user_id == "42"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"aud": [CLIENT_ID]},
        {"aud": MISSING},
        {"sub": ""},
        {"sub": " "},
        {"sub": 42},
        {"sub": MISSING},
        {"dest": MISSING},
        {"dest": 7},
        {"dest": "http://roaster.myshopify.com"},
        {"dest": "roaster.myshopify.com"},
        {"dest": "https://roaster.myshopify.com/"},
        {"dest": "https://roaster.myshopify.com\n"},
        {"dest": "https://https://roaster.myshopify.com"},
        {"dest": "https://evil.com/x.myshopify.com"},
        {"dest": "https://other.myshopify.com"},
        {"iss": "https://other.myshopify.com/admin"},
        {"iss": "https://roaster.myshopify.com"},
        {"iss": "https://roaster.myshopify.com/admin/"},
        {"iss": MISSING},
        {"iss": {"a": 1}},
    ],
)
def test_a_token_for_somebody_else_is_refused_for_good(changes: dict[str, Any]) -> None:
    with pytest.raises(BadToken) as refused:
        verify(token(**changes))

    assert refused.value.kind is Fault.FOREIGN


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(BadToken):
        verify_id_token(token(""), ("",), CLIENT_ID, NOW)
