from typing import Any

import pytest

from app.inbox.rules import carries_marker, is_private_business, numeric_tail, resource_in


@pytest.mark.parametrize(
    ("topic", "payload", "found"),
    [
        ("orders/updated", {"id": 77}, ("order", "77")),
        ("orders/edited", {"order_edit": {"order_id": 77}}, ("order", "77")),
        ("fulfillments/create", {"id": 1, "order_id": 77}, ("order", "77")),
        ("draft_orders/delete", {"id": 77}, ("draft_order", "77")),
        ("orders/updated", {"id": "77"}, None),
        ("orders/updated", {"id": True}, None),
        ("orders/updated", {"id": -7}, None),
        ("orders/updated", [77], None),
        ("orders/edited", {"order_edit": 77}, None),
        ("products/update", {"id": 77}, None),
        ("orders/updated", None, None),
    ],
)
def test_the_resource_is_found_by_topic(topic: str, payload: Any, found: tuple[str, str] | None) -> None:
    assert resource_in(topic, payload) == found


@pytest.mark.parametrize(
    ("tags", "ours"),
    [
        ("ph-12-2026-11-06-1", True),
        ("wholesale, ph-12-2026-11-06-1", True),
        (["x", "ph-12-2026-11-06-2"], True),
        ("ph-neutral", False),
        ("ph-12-2026-11-06", False),
        ("xph-12-2026-11-06-1", False),
        (f"ph-{'1' * 21}-2026-11-06-1", False),
        ("", False),
        (None, False),
        (7, False),
        ([7], False),
    ],
)
def test_a_marker_is_recognised_whole(tags: Any, ours: bool) -> None:
    assert carries_marker({"tags": tags}) is ours


@pytest.mark.parametrize(
    ("topic", "private"),
    [
        *(("orders/updated", True), ("draft_orders/delete", True), ("fulfillment_events/create", True)),
        *(("customers/update", True), ("customers/redact", False), ("products/update", False)),
    ],
)
def test_what_may_be_about_a_partners_own_customers(topic: str, private: bool) -> None:
    """INV7: such topics are let in only when they are about something of ours."""
    assert is_private_business(topic) is private


@pytest.mark.parametrize(
    ("gid", "tail"),
    [("gid://shopify/Order/77", "77"), ("gid://shopify/InventoryLevel/5?inventory_item_id=6", "5")],
)
def test_the_tail_of_a_global_id(gid: str, tail: str) -> None:
    assert numeric_tail(gid) == tail
