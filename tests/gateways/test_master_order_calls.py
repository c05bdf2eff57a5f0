"""A master order's whole life on a partner's store: draft, order, parcels; against the simulator."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from app.core.money import Money
from app.gateways.shopify.draft_content import CentreAddress, DraftContent, DraftLine
from app.gateways.shopify.draft_orders import (
    complete_draft,
    create_draft,
    delete_draft,
    find_drafts_by_tag,
    list_payment_terms_templates,
    read_draft,
    update_draft,
)
from app.gateways.shopify.errors import Refused, UnknownOutcome
from app.gateways.shopify.partner_orders import find_orders_by_tag, list_partner_orders_updated, read_partner_order
from simulator.faults.faults import Rule
from simulator.world.draft_orders import DraftEdit, edit_draft
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Tracking
from tests.gateways.connected import SEARCH_LAG, Connected, partner

pytestmark = pytest.mark.anyio

MARKER = "ph-17-2026-11-27-1"
CENTRE = CentreAddress("Retailer centre", "1 Dock Street", None, "Portland", "OR", "97201", "US")
READY = 10


async def content_for(store: Connected, *quantities: int) -> DraftContent:
    """A draft of one new variant for each quantity, payable in thirty days."""
    templates = await list_payment_terms_templates(store.shopify, store.access)
    (net_30,) = [each for each in templates if each.type == "NET" and each.due_days == 30]
    price = Money(Decimal("12.60"), "USD")
    return DraftContent(
        lines=tuple(
            DraftLine(store.make_variant().gid, quantity, price, (("Grind", "Whole"),)) for quantity in quantities
        ),
        tags=(MARKER, "partner-hub"),
        note="Week 48",
        po_number=MARKER,
        shipping_address=CENTRE,
        payment_terms_template_id=net_30.id,
        terms_issued_at=datetime(2026, 11, 27, tzinfo=UTC),
        marker=MARKER,
    )


async def completed(store: Connected, content: DraftContent) -> str:
    draft_id = await create_draft(store.shopify, store.access, content)
    await store.host.turn(READY)
    return await complete_draft(store.shopify, store.access, draft_id)


async def test_a_draft_says_what_was_written_at_our_price() -> None:
    store = partner()
    content = await content_for(store, 5, 7)

    draft_id = await create_draft(store.shopify, store.access, content)
    await store.host.turn(READY)

    draft = await read_draft(store.shopify, store.access, draft_id)
    assert draft is not None
    assert [(line.variant_id, line.quantity, line.price) for line in draft.lines] == [
        (line.variant_id, line.quantity, line.price) for line in content.lines
    ]
    assert draft.lines[0].attributes == (("Grind", "Whole"),)
    assert MARKER in draft.tags
    assert (draft.status, draft.ready, draft.has_payment_terms, draft.order_id) == ("OPEN", True, True, None)


async def test_writing_a_draft_replaces_all_of_it_however_often() -> None:
    store = partner()
    content = await content_for(store, 5, 7)
    draft_id = await create_draft(store.shopify, store.access, content)
    shorter = replace(content, lines=(replace(content.lines[1], quantity=2),))
    found = await read_draft(store.shopify, store.access, draft_id)
    assert found is not None

    for _ in range(2):
        await update_draft(store.shopify, store.access, found, shorter)

    draft = await read_draft(store.shopify, store.access, draft_id)
    assert draft is not None
    assert [(line.variant_id, line.quantity) for line in draft.lines] == [(content.lines[1].variant_id, 2)]


async def test_reads_a_draft_of_more_lines_than_a_page() -> None:
    store = partner()
    content = await content_for(store, 1)
    long = replace(content, lines=content.lines * 260)

    draft_id = await create_draft(store.shopify, store.access, long)

    draft = await read_draft(store.shopify, store.access, draft_id)
    assert draft is not None
    assert len(draft.lines) == 260


async def test_a_draft_that_was_made_without_an_answer_is_found_by_its_tag() -> None:
    store = partner()
    content = await content_for(store, 5)
    store.fail(Rule(action="drop", phase="after", operation="DraftOrderCreate", nth=1))

    with pytest.raises(UnknownOutcome):
        await create_draft(store.shopify, store.access, content)
    await store.host.turn(SEARCH_LAG)

    (found,) = await find_drafts_by_tag(store.shopify, store.access, MARKER)
    assert found.lines[0].quantity == 5
    assert await find_drafts_by_tag(store.shopify, store.access, "ph-17-2026-11-27-2") == ()


@pytest.mark.parametrize("action", ["drop", "server_error", "garbage"])
async def test_a_draft_that_was_not_made_is_just_as_unknown(action: str) -> None:
    store = partner()
    content = await content_for(store, 5)
    store.fail(Rule(action=action, phase="before", operation="DraftOrderCreate", nth=1))  # type: ignore[arg-type]

    with pytest.raises(UnknownOutcome):
        await create_draft(store.shopify, store.access, content)
    await store.host.turn(SEARCH_LAG)

    assert await find_drafts_by_tag(store.shopify, store.access, MARKER) == ()


async def test_a_throttled_draft_is_made_after_the_wait() -> None:
    store = partner()
    content = await content_for(store, 5)
    store.fail(Rule(action="throttle", operation="DraftOrderCreate", nth=1))

    draft_id = await create_draft(store.shopify, store.access, content)

    assert await read_draft(store.shopify, store.access, draft_id) is not None
    assert len(store.waits) == 1


async def test_a_deleted_draft_is_gone() -> None:
    store = partner()
    draft_id = await create_draft(store.shopify, store.access, await content_for(store, 5))
    found = await read_draft(store.shopify, store.access, draft_id)
    assert found is not None

    await delete_draft(store.shopify, store.access, draft_id)

    assert await read_draft(store.shopify, store.access, draft_id) is None
    with pytest.raises(Refused):
        await update_draft(store.shopify, store.access, found, await content_for(store, 1))


async def test_a_rewrite_leaves_the_partners_note_and_tags_and_puts_back_what_is_ours() -> None:
    """G24: other fields are left alone, but without our tag and the payment terms it would not be ours."""
    store = partner()
    content = await content_for(store, 5)
    draft_id = await create_draft(store.shopify, store.access, content)
    (draft,) = store.host.store.draft_orders.values()
    edit_draft(
        store.host.world,
        store.host.store,
        draft,
        DraftEdit(fields={"tags": ["wholesale"], "note": "Monday", "payment_terms": None}),
    )
    found = await read_draft(store.shopify, store.access, draft_id)
    assert found is not None

    await update_draft(store.shopify, store.access, found, content)

    assert (set(draft.tags), draft.note) == ({"wholesale", *content.tags}, "Monday")
    assert draft.payment_terms is not None


async def test_a_completed_draft_is_an_order_to_be_paid_later() -> None:
    store = partner()
    content = await content_for(store, 5, 7)

    order_id = await completed(store, content)

    order = await read_partner_order(store.shopify, store.access, order_id)
    assert order is not None
    assert [(line.variant_id, line.quantity) for line in order.lines] == [
        (line.variant_id, line.quantity) for line in content.lines
    ]
    assert (order.financial_status, order.has_payment_terms) == ("PENDING", True)
    assert MARKER in order.tags
    (draft,) = await find_drafts_by_tag(store.shopify, store.access, MARKER)
    assert (draft.status, draft.order_id) == ("COMPLETED", order_id)
    with pytest.raises(Refused):
        await complete_draft(store.shopify, store.access, draft.id)


async def test_finds_our_orders_and_only_ours() -> None:
    store = partner()
    store.host.place((store.make_variant().id, 1), tags=["wholesale"])
    order_id = await completed(store, await content_for(store, 5))
    await store.host.turn(SEARCH_LAG)
    long_ago = datetime(2026, 11, 1, tzinfo=UTC)

    found = await find_orders_by_tag(store.shopify, store.access, MARKER)
    listed = await list_partner_orders_updated(store.shopify, store.access, long_ago, [MARKER, "ph-17-2026-12-04-1"])
    none = await list_partner_orders_updated(store.shopify, store.access, long_ago, [])

    assert [order.id for order in found] == [order_id]
    assert listed.items == found
    assert none.items == ()


async def test_sees_what_the_partner_sent_and_in_which_parcel() -> None:
    store = partner()
    order_id = await completed(store, await content_for(store, 5, 7))
    await store.host.turn(60)
    world, inside = store.host.world, store.host.store
    (order,) = [each for each in inside.orders.values() if each.gid == order_id]
    for parts in parts_for(inside, order, [(order.lines[0].id, 5), (order.lines[1].id, 3)]):
        create_fulfillment(world, inside, parts, [Tracking(company="UPS", number="1Z9", url=None)], "staff")

    facts = await read_partner_order(store.shopify, store.access, order_id)

    assert facts is not None
    (parcel,) = facts.fulfillments
    assert [(line.variant_id, line.quantity) for line in parcel.lines] == [
        (facts.lines[0].variant_id, 5),
        (facts.lines[1].variant_id, 3),
    ]
    assert parcel.tracking_numbers == ("1Z9",)
    assert [line.unfulfilled_quantity for line in facts.lines] == [0, 4]


async def test_reads_a_large_order_anew_that_changes_in_between() -> None:
    """H1, G19: what the partner sends while we read is in a parcel, not only gone from what is left."""
    store = partner()
    await completed(store, await content_for(store, *[1] * 110))
    await store.host.turn(60)
    (order,) = store.host.store.orders.values()
    world = store.host.world
    (parts,) = parts_for(store.host.store, order, [(line.id, 1) for line in order.lines[:100]])
    create_fulfillment(world, store.host.store, parts, [], "staff")
    sent: list[int] = []

    async def send_just_before(request: httpx.Request) -> None:
        if b'"PartnerOrderLines"' in request.content and not sent:
            sent.append(1)
            await store.host.turn(5)
            (rest,) = parts_for(store.host.store, order, None)
            create_fulfillment(world, store.host.store, rest, [], "staff")

    store.host.client.event_hooks["request"].append(send_just_before)

    facts = await read_partner_order(store.shopify, store.access, order.gid)

    assert facts is not None
    assert sum(line.unfulfilled_quantity for line in facts.lines) == 0
    assert sum(line.quantity for each in facts.fulfillments for line in each.lines) == 110
