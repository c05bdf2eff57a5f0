"""What a draft order says, and how Shopify is told."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.money import Money


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to write: our price replaces the partner's own; without a variant it is free text of this title."""

    variant_id: str | None
    quantity: int
    price: Money
    attributes: tuple[tuple[str, str], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class CentreAddress:
    """Where the goods go: the retailer's centre, never a customer."""

    company: str
    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code: str


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that a draft says; writing it replaces what stood there."""

    lines: tuple[DraftLine, ...]
    tags: tuple[str, ...]
    note: str
    po_number: str
    shipping_address: CentreAddress | None
    payment_terms_template_id: str | None
    terms_issued_at: datetime | None
    marker: str


def written_content(content: DraftContent) -> dict[str, object]:
    """Return all of it, for a draft that is made."""
    named = {"tags": list(content.tags), "note": content.note, "poNumber": content.po_number}
    return named | lines_and_address(content) | payment_terms(content)


def lines_and_address(content: DraftContent) -> dict[str, object]:
    """Return what each writing says anew."""
    written: dict[str, object] = {
        "acceptAutomaticDiscounts": False,
        "allowDiscountCodesInCheckout": False,
        "lineItems": [_line(line) for line in content.lines],
    }
    if content.shipping_address is not None:
        written["shippingAddress"] = _address(content.shipping_address)
    return written


def payment_terms(content: DraftContent) -> dict[str, object]:
    """Return the agreed terms: a draft completed without any is booked as paid (reference §2.8)."""
    if content.payment_terms_template_id is None:
        return {}
    issued_at = content.terms_issued_at
    schedules = [{"issuedAt": issued_at.astimezone(UTC).isoformat()}] if issued_at else []
    return {
        "paymentTerms": {
            "paymentTermsTemplateId": content.payment_terms_template_id,
            "paymentSchedules": schedules,
        }
    }


def _line(line: DraftLine) -> dict[str, object]:
    price = {"amount": format(line.price.amount, "f"), "currencyCode": line.price.currency}
    what = (
        {"variantId": line.variant_id, "priceOverride": price}
        if line.variant_id
        else {"title": line.title, "originalUnitPriceWithCurrency": price}
    )
    attributes = [{"key": key, "value": value} for key, value in line.attributes]
    return {**what, "quantity": line.quantity, "customAttributes": attributes}


def _address(address: CentreAddress) -> dict[str, str | None]:
    return {
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "provinceCode": address.province_code,
        "zip": address.zip,
        "countryCode": address.country_code,
    }
