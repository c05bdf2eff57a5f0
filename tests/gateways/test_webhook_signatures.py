"""Webhook signatures: over the raw bytes, with either secret, whatever the header holds."""

import base64
import hashlib
import hmac

import pytest

from app.gateways.shopify.webhooks import verify_signature

SECRET = "current-secret-of-the-app-for-tests"
PREVIOUS = "previous-secret-of-the-app-for-tests"
BODY = b'{"id":1,"name":"#1001"}'


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
@pytest.mark.parametrize("body", [BODY, b"", b"\xff\x00", b"[" * 100_000, b'{"n":' + b"9" * 10_000 + b"}"])
def test_accepts_either_secret_over_any_bytes(secret: str, body: bytes) -> None:
    assert verify_signature(body, signature(body, secret), (SECRET, PREVIOUS))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "ä",
        "\udcff",
        signature(BODY, "another-secret"),
        signature(BODY, ""),
        signature(BODY + b" ", SECRET),
        signature(BODY, SECRET)[:-1],
        signature(BODY, SECRET) + "=",
        " " + signature(BODY, SECRET),
        signature(BODY, SECRET).swapcase(),
        hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(),
    ],
)
def test_refuses_every_other_header(header: str | None) -> None:
    assert not verify_signature(BODY, header, (SECRET, PREVIOUS, ""))


def test_without_secrets_nothing_is_signed() -> None:
    assert not verify_signature(BODY, signature(BODY, ""), ())
