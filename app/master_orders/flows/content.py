"""What is written on a draft, and what one says, in the words of the partner's store and in ours."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from app.core.dates import in_words
from app.core.money import Money
from app.gateways.shopify.draft_content import CentreAddress, DraftContent, DraftLine
from app.gateways.shopify.draft_orders import DraftFacts
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders.rules import WrittenLine
from app.master_orders.service import DraftPlan, SentOrder

NOTE = "Note"


def content_of(plan: DraftPlan, lines: Sequence[WrittenLine], found: DraftFacts | None) -> DraftContent:
    """Return the draft as it is to stand there; free text of the partner stays in it."""
    free_text = [line for line in found.lines if line.is_free_text] if found else []
    return DraftContent(
        lines=(
            *(_draft_line(line, plan.currency) for line in lines),
            *(DraftLine(None, line.quantity, line.price, line.attributes, line.title) for line in free_text),
        ),
        tags=(plan.marker,),
        note=f"Weekly master order of {plan.retailer_name}, cut-off {in_words(plan.cutoff_on)}."
        " While it is a draft, its lines follow what is sold; please ship it once it has become an order.",
        po_number=plan.marker,
        shipping_address=_address(plan),
        payment_terms_template_id=plan.terms_template_id,
        terms_issued_at=plan.planned_at,
        marker=plan.marker,
    )


def _draft_line(line: WrittenLine, currency: str) -> DraftLine:
    attributes = ((NOTE, line.note),) if line.note else ()
    return DraftLine(line.variant_gid, line.quantity, Money(line.unit_cost, currency), attributes)


def _address(plan: DraftPlan) -> CentreAddress | None:
    """Return the centre's address and name, never a customer's (G20)."""
    if plan.centre_address is None:
        return None
    return CentreAddress(company=f"{plan.retailer_name} – {plan.centre_name}", **plan.centre_address)


def address_of(plan: DraftPlan) -> str:
    """Return a digest that changes exactly when the draft is to go elsewhere: the address itself is kept nowhere."""
    return hashlib.sha256(repr(_address(plan)).encode()).hexdigest()


def written_lines(draft: DraftFacts) -> tuple[WrittenLine, ...]:
    """Return the draft's lines in our terms; lines without a variant are no order of ours."""
    return tuple(
        WrittenLine(line.variant_id, line.price.amount, dict(line.attributes).get(NOTE, ""), line.quantity)
        for line in draft.lines
        if line.variant_id
    )


def sent_order(plan: DraftPlan, order: PartnerOrderFacts, draft: DraftFacts | None) -> SentOrder:
    """Return the order as we record it; its prices and notes are those of the draft it was made from."""
    if draft is not None and draft.order_id == order.id:
        lines = written_lines(draft)
    else:
        # The order tells no agreed price: such lines are spread over ours of the variant.
        lines = tuple(
            WrittenLine(line.variant_id, Decimal(0), "", line.quantity) for line in order.lines if line.variant_id
        )
    return SentOrder(order.id, order.name, order.financial_status, lines)
