"""Draft orders on a partner's store: the running master order, written whole, completed once."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.core.money import Money
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.draft_content import DraftContent, lines_and_address, payment_terms, written_content
from app.gateways.shopify.errors import UnknownOutcome
from app.gateways.shopify.shapes import (
    RawAttribute,
    RawId,
    RawMoney,
    RawMoneyBag,
    RawPage,
    RawUserError,
    quoted,
    refuse,
)

NAMESPACE = "$app"
MARKER_KEY = "marker"


@dataclass(frozen=True, slots=True)
class DraftLineFacts:
    """A line as it stands; without a variant it is free text, or its variant was deleted."""

    id: str
    variant_id: str | None
    is_free_text: bool
    sku: str
    title: str
    quantity: int
    price: Money
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """A draft as it stands on the partner's store."""

    id: str
    name: str
    status: str
    ready: bool
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    invoice_sent: bool
    order_id: str | None
    tags: tuple[str, ...]
    currency: str
    has_payment_terms: bool
    lines: tuple[DraftLineFacts, ...]


@dataclass(frozen=True, slots=True)
class PaymentTermsTemplate:
    """Payment terms a draft can carry."""

    id: str
    name: str
    type: str
    due_days: int | None


class _Line(msgspec.Struct, rename="camel"):
    id: str
    custom: bool
    title: str
    sku: str | None
    quantity: int
    variant: RawId | None
    price_override: RawMoney | None
    original_unit_price_set: RawMoneyBag
    custom_attributes: list[RawAttribute]

    def facts(self) -> DraftLineFacts:
        price = self.price_override.money() if self.price_override else self.original_unit_price_set.money()
        variant_id = self.variant.id if self.variant else None
        attributes = tuple((each.key, each.value or "") for each in self.custom_attributes)
        return DraftLineFacts(
            id=self.id,
            variant_id=variant_id,
            is_free_text=self.custom,
            sku=self.sku or "",
            title=self.title,
            quantity=self.quantity,
            price=price,
            attributes=attributes,
        )


class _Draft(msgspec.Struct, rename="camel"):
    id: str
    name: str
    status: str
    ready: bool
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    invoice_sent_at: datetime | None
    tags: list[str]
    currency_code: str
    order: RawId | None
    payment_terms: RawId | None
    line_items: RawPage[_Line]


class _DraftAnswer(msgspec.Struct, rename="camel"):
    draft_order: _Draft | None


class _Tagged(msgspec.Struct):
    id: str
    tags: list[str]


class _TaggedNodes(msgspec.Struct):
    nodes: list[_Tagged]


class _TaggedAnswer(msgspec.Struct, rename="camel"):
    draft_orders: _TaggedNodes


class _MarkedAnswer(msgspec.Struct, rename="camel"):
    draft_orders: _TaggedNodes
    orders: _TaggedNodes


class _Written(msgspec.Struct, rename="camel"):
    draft_order: RawId | None
    user_errors: list[RawUserError]


class _CreateAnswer(msgspec.Struct, rename="camel"):
    draft_order_create: _Written


class _UpdateAnswer(msgspec.Struct, rename="camel"):
    draft_order_update: _Written


class _CompletedDraft(msgspec.Struct):
    id: str
    order: RawId | None


class _Completed(msgspec.Struct, rename="camel"):
    draft_order: _CompletedDraft | None
    user_errors: list[RawUserError]


class _CompleteAnswer(msgspec.Struct, rename="camel"):
    draft_order_complete: _Completed


class _Deleted(msgspec.Struct, rename="camel"):
    user_errors: list[RawUserError]


class _DeleteAnswer(msgspec.Struct, rename="camel"):
    draft_order_delete: _Deleted


class _Template(msgspec.Struct, rename="camel"):
    id: str
    name: str
    payment_terms_type: str
    due_in_days: int | None


class _TemplatesAnswer(msgspec.Struct, rename="camel"):
    payment_terms_templates: list[_Template]


async def create_draft(shopify: ShopifyClient, access: StoreAccess, content: DraftContent) -> str:
    """Make a draft and return its id; after an unknown outcome look for its tag before making another."""
    marker = {"namespace": NAMESPACE, "key": MARKER_KEY, "type": "single_line_text_field", "value": content.marker}
    variables = {"input": written_content(content) | {"metafields": [marker]}}
    return _written((await shopify.execute(access, "DraftOrderCreate", variables, _CreateAnswer)).draft_order_create)


async def update_draft(shopify: ShopifyClient, access: StoreAccess, found: DraftFacts, content: DraftContent) -> None:
    """Make the draft's lines exactly these and send it to our address; repeating it is harmless.

    Its note and tags are the partner's to change; what we cannot do without is put back: our tag, the payment terms.
    """
    written = lines_and_address(content)
    if not set(content.tags) <= set(found.tags):
        written["tags"] = [*found.tags, *(tag for tag in content.tags if tag not in found.tags)]
    if not found.has_payment_terms:
        written |= payment_terms(content)
    variables = {"id": found.id, "input": written}
    _written((await shopify.execute(access, "DraftOrderUpdate", variables, _UpdateAnswer)).draft_order_update)


async def read_draft(shopify: ShopifyClient, access: StoreAccess, draft_id: str) -> DraftFacts | None:
    """Return the draft with all its lines, or None when it is deleted."""
    lines: list[DraftLineFacts] = []
    after: str | None = None
    while True:
        draft = (
            await shopify.execute(access, "DraftOrder", {"id": draft_id, "after": after}, _DraftAnswer)
        ).draft_order
        if draft is None:
            return None
        lines += [line.facts() for line in draft.line_items.nodes]
        after = draft.line_items.next_cursor()
        if after is None:
            return _facts(draft, tuple(lines))


async def find_drafts_by_tag(shopify: ShopifyClient, access: StoreAccess, tag: str) -> tuple[DraftFacts, ...]:
    """Return the drafts with this tag, newest first; the search may not know the last half minute."""
    answer = await shopify.execute(access, "DraftOrdersByTag", {"query": f"tag:{quoted(tag)}"}, _TaggedAnswer)
    found = [await read_draft(shopify, access, node.id) for node in answer.draft_orders.nodes if tag in node.tags]
    return tuple(draft for draft in found if draft is not None)


async def find_marked(shopify: ShopifyClient, access: StoreAccess, tag: str) -> frozenset[str]:
    """Return the ids of all drafts and orders with this tag; the search may not know the last half minute."""
    answer = await shopify.execute(access, "Marked", {"query": f"tag:{quoted(tag)}"}, _MarkedAnswer)
    return frozenset(node.id for node in (*answer.draft_orders.nodes, *answer.orders.nodes) if tag in node.tags)


async def complete_draft(shopify: ShopifyClient, access: StoreAccess, draft_id: str) -> str:
    """Turn the draft into an order and return the order's id."""
    completed = (
        await shopify.execute(access, "DraftOrderComplete", {"id": draft_id}, _CompleteAnswer)
    ).draft_order_complete
    refuse(completed.user_errors)
    if completed.draft_order is None or completed.draft_order.order is None:
        raise UnknownOutcome()
    return completed.draft_order.order.id


async def delete_draft(shopify: ShopifyClient, access: StoreAccess, draft_id: str) -> None:
    """Take the draft away."""
    variables = {"input": {"id": draft_id}}
    refuse((await shopify.execute(access, "DraftOrderDelete", variables, _DeleteAnswer)).draft_order_delete.user_errors)


async def list_payment_terms_templates(shopify: ShopifyClient, access: StoreAccess) -> tuple[PaymentTermsTemplate, ...]:
    """Return the payment terms the store can give."""
    answer = await shopify.execute(access, "PaymentTermsTemplates", {}, _TemplatesAnswer)
    return tuple(
        PaymentTermsTemplate(each.id, each.name, each.payment_terms_type, each.due_in_days)
        for each in answer.payment_terms_templates
    )


def _written(written: _Written) -> str:
    refuse(written.user_errors)
    if written.draft_order is None:
        raise UnknownOutcome()
    return written.draft_order.id


def _facts(draft: _Draft, lines: tuple[DraftLineFacts, ...]) -> DraftFacts:
    return DraftFacts(
        id=draft.id,
        name=draft.name,
        status=draft.status,
        ready=draft.ready,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        completed_at=draft.completed_at,
        invoice_sent=draft.invoice_sent_at is not None or draft.status == "INVOICE_SENT",
        order_id=draft.order.id if draft.order else None,
        tags=tuple(draft.tags),
        currency=draft.currency_code,
        has_payment_terms=draft.payment_terms is not None,
        lines=lines,
    )
