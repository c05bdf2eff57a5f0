"""What people type into fields, and what it is taken for."""

from datetime import time

import pytest
from starlette.datastructures import FormData

from embedded_ui.forms.entered import Reader
from embedded_ui.forms.partners import read_shop


@pytest.mark.parametrize(
    ("typed", "shop"),
    [
        ("oak", "oak.myshopify.com"),
        (" Oak-Hill ", "oak-hill.myshopify.com"),
        ("oak.myshopify.com", "oak.myshopify.com"),
        ("https://OAK.myshopify.com/admin/orders", "oak.myshopify.com"),
        ("https://admin.shopify.com/store/oak", "oak.myshopify.com"),
        ("admin.shopify.com/store/oak/products?page=2#top", "oak.myshopify.com"),
        ("https://admin.shopify.com/store/", None),
        ("https://admin.shopify.com.evil.io/store/oak", None),
        ("https://evil.io/admin.shopify.com/store/oak", None),
        ("https://admin.shopify.com/store/oak.evil.io", None),
        ("https://admin.shopify.com/store/oak@evil.io", None),
        ("https://oak", None),
        ("oak/evil", None),
        ("oak.com", None),
        ("evil.com/oak.myshopify.com", None),
        ("oak.myshopify.com.evil.io", None),
        ("oak.myshopify.com@evil.io", None),
        ("oak.myshopify.com:443", None),
        ("a.b.myshopify.com", None),
        ("-oak", None),
        ("oak\nelm", None),
        ("oa\u212a", None),
        ("a" * 300, None),
        ("", None),
    ],
)
def test_a_store_is_known_by_its_name_its_address_or_its_admins(typed: str, shop: str | None) -> None:
    """A4: foreign hosts dressed up as stores are refused."""
    assert read_shop(typed) == shop


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("18:00", time(18)),
        ("7:05", time(7, 5)),
        (" 07:05 ", time(7, 5)),
        *((typed, None) for typed in ("7:5", "18", "18:", "24:00", "18:60", "018:00", "18:00:00", "1８:00", "")),
    ],
)
def test_a_time_of_day_is_never_guessed(typed: str, found: time | None) -> None:
    """G10: 7:5 may be five past seven or half past."""
    reader = Reader(FormData({"at": typed}))

    read = reader.time("at", "Enter a time such as 18:00.")

    assert (read if not reader.faults else None) == found
