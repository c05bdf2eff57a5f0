"""Which texts are names of Shopify stores."""

import pytest

from app.gateways.shopify.shop_domains import parse_shop_domain


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("roaster.myshopify.com", "roaster.myshopify.com"),
        ("SHOP.MyShopify.com", "shop.myshopify.com"),
        ("two-words-2.myshopify.com", "two-words-2.myshopify.com"),
        ("evil.com/x.myshopify.com", None),
        ("a.myshopify.com.evil.io", None),
        ("a.b.myshopify.com", None),
        ("-a.myshopify.com", None),
        (".myshopify.com", None),
        ("a.myshopify.com\n", None),
        (" a.myshopify.com", None),
        ("https://a.myshopify.com", None),
        ("a.myshopify.com:443", None),
        ("a@b.myshopify.com", None),
        ("a\x00.myshopify.com", None),
        ("a.myſhopify.com", None),
        ("a.mysho\u212aify.com", None),
        ("ä.myshopify.com", None),
        ("a" * 300 + ".myshopify.com", None),
        ("", None),
        (None, None),
    ],
)
def test_takes_only_the_plain_name_in_any_letter_case(text: str | None, parsed: str | None) -> None:
    """A4: foreign hosts dressed up as stores are refused, letter case is normalised, nothing is repaired."""
    assert parse_shop_domain(text) == parsed
