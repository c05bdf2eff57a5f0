"""Queries Shopify signed: what is accepted, and every way of tampering refused."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.shopify.signed_query import BadQuery, SignedQuery, verify_signed_query

SECRET = "current-secret-of-the-app-for-tests"
PREVIOUS = "previous-secret-of-the-app-for-tests"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TIMESTAMP = str(int(NOW.timestamp()))
PARAMETERS = {
    "code": "0907a61c0c8d55e99db179b68161bc00",
    "host": "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvcm9hc3Rlcg",
    "shop": "roaster.myshopify.com",
    "state": "0.6784241404160823",
    "timestamp": TIMESTAMP,
}


def signed(parameters: dict[str, str], secret: str = SECRET) -> str:
    """Sign as Shopify does, written apart from the code under test."""
    message = "&".join(f"{quote(key, '')}={quote(parameters[key], '')}" for key in sorted(parameters))
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return f"{message}&hmac={digest}"


def verify(raw: str | bytes) -> SignedQuery:
    return verify_signed_query(raw, (SECRET, PREVIOUS), NOW)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_accepts_either_secret(secret: str) -> None:
    accepted = verify(signed(PARAMETERS, secret))

    assert accepted.shop_domain == "roaster.myshopify.com"
    assert accepted.parameters["code"] == PARAMETERS["code"]


def test_accepts_another_order_of_parameters() -> None:
    """A3: reordered but right is accepted."""
    reordered = "&".join(reversed(signed(PARAMETERS).split("&")))

    assert verify(reordered).shop_domain == "roaster.myshopify.com"
    assert verify(reordered.encode()).shop_domain == "roaster.myshopify.com"


@pytest.mark.parametrize("key", ["code", "host", "shop", "state", "timestamp", "hmac"])
def test_refuses_a_changed_parameter(key: str) -> None:
    """A3: a wrong signature is refused."""
    query = signed(PARAMETERS)
    at = query.index(f"{key}=") + len(key) + 1
    changed = query[:at] + ("1" if query[at] != "1" else "2") + query[at + 1 :]

    with pytest.raises(BadQuery):
        verify(changed)


@pytest.mark.parametrize(
    ("timestamp", "accepted"),
    [
        (int(NOW.timestamp()) - 300, True),
        (int(NOW.timestamp()) - 301, False),
        (int(NOW.timestamp()) + 60, True),
        (int(NOW.timestamp()) + 61, False),
        (f"+{TIMESTAMP}", False),
        (f" {TIMESTAMP}", False),
        (f"{TIMESTAMP}.0", False),
        (f"{TIMESTAMP}\n", False),
        ("١٧٦٣٦٢٩٢٠٠", False),
        ("1_763_629_200", False),
        ("9" * 5000, False),
        ("", False),
    ],
)
def test_takes_only_fresh_decimal_timestamps(timestamp: object, accepted: bool) -> None:
    """A3: older than five minutes is refused."""
    query = signed(PARAMETERS | {"timestamp": str(timestamp)})

    if accepted:
        assert verify(query).shop_domain == "roaster.myshopify.com"
    else:
        with pytest.raises(BadQuery):
            verify(query)


@pytest.mark.parametrize("key", ["code", "host", "shop", "state", "timestamp"])
def test_refuses_a_repeated_parameter_even_when_signed_with_it(key: str) -> None:
    pairs = sorted([*PARAMETERS.items(), (key, PARAMETERS[key])])
    message = "&".join(f"{quote(name, '')}={quote(value, '')}" for name, value in pairs)
    digest = hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()

    with pytest.raises(BadQuery, match="not valid"):
        verify(f"{message}&hmac={digest}")


def test_refuses_two_signatures() -> None:
    query = signed(PARAMETERS)

    with pytest.raises(BadQuery):
        verify(f"{query}&hmac={query.rpartition('=')[2]}")
    with pytest.raises(BadQuery):
        verify(f"hmac=0&{query}")


@pytest.mark.parametrize("shop", ["evil.com/x.myshopify.com", "a.myshopify.com.evil.io", "a.myshopify.com\n", ""])
def test_refuses_what_is_no_store_though_it_is_signed(shop: str) -> None:
    """A4: the shop's name is judged after the signature too."""
    with pytest.raises(BadQuery):
        verify(signed(PARAMETERS | {"shop": shop}))


def test_lowers_the_letters_of_the_shop() -> None:
    """A4: `SHOP.MyShopify.com` is accepted and normalised."""
    assert verify(signed(PARAMETERS | {"shop": "SHOP.MyShopify.com"})).shop_domain == "shop.myshopify.com"


def test_is_signed_over_decoded_values_with_spaces_and_delimiters() -> None:
    parameters = PARAMETERS | {"locale": "en & fr=100% + ü", "a=b&c": "x/y?"}

    assert verify(signed(parameters)).parameters["locale"] == "en & fr=100% + ü"
    assert verify(signed(parameters).replace("%20", "+")).parameters["a=b&c"] == "x/y?"


def test_ignores_a_signature_parameter_of_another_kind() -> None:
    assert verify(signed(PARAMETERS) + "&signature=abc").shop_domain == "roaster.myshopify.com"


@pytest.mark.parametrize(
    "raw", ["", "hmac=", "hmac=%ff", "hmac=ü", "&&&", "=", b"\xff\xfe=1&hmac=1", "hmac=" + "é" * 64]
)
def test_refuses_debris_without_failing(raw: str | bytes) -> None:
    with pytest.raises(BadQuery):
        verify(raw)


def test_refuses_signed_bytes_that_are_not_text() -> None:
    message = "&".join(f"{key}={value}" for key, value in sorted(PARAMETERS.items())) + "&x=%FF"
    digest = hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()

    with pytest.raises(BadQuery):
        verify(f"{message}&hmac={digest}")


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(BadQuery):
        verify_signed_query(signed(PARAMETERS, ""), ("", SECRET), NOW)


@given(st.binary(max_size=200))
def test_any_bytes_get_a_verdict(raw: bytes) -> None:
    with pytest.raises(BadQuery):
        verify(raw)


def test_does_not_show_the_code() -> None:
    """A16: the code does not come out by printing."""
    assert PARAMETERS["code"] not in repr(verify(signed(PARAMETERS)))
