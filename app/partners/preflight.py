"""The pre-flight check as decisions: what a partner's store must have before goods can flow, each point in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.stores.scopes import WHAT_FOR

PERMISSIONS = "Permissions"


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the pre-flight check, in words."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms the partner's store can give."""

    id: str
    name: str
    type: str
    due_days: int | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read from the partner's store."""

    skus: Sequence[str]
    active_locations: Sequence[tuple[str, str]]  # id, name
    currency: str
    missing_scopes: Sequence[str]
    terms: Sequence[Terms]
    all_read: bool = True


def check(found: Findings, retailer_currency: str) -> list[Check]:
    """Return every point, passed or not, in the order a reader wants them."""
    return [
        _permissions(found.missing_scopes),
        _skus(found.skus, found.all_read),
        _locations(found.active_locations),
        _currency(found.currency, retailer_currency),
        _terms(choose_terms(found.terms), found.missing_scopes),
    ]


def result_of(checks: Sequence[Check]) -> str:
    """Return what a check found, in a few words."""
    points = sum(not each.passed for each in checks)
    if not points:
        return "everything is in order"
    return "1 point to look at" if points == 1 else f"{points} points to look at"


def choose_terms(offered: Sequence[Terms]) -> Terms | None:
    """Return what a master order carries: net 30, else the shortest net term, else on fulfilment or receipt."""
    net = sorted(
        (terms for terms in offered if terms.type == "NET" and terms.due_days), key=lambda terms: terms.due_days or 0
    )
    thirty = [terms for terms in net if terms.due_days == 30]
    rest = [terms for terms in offered if terms.type in ("FULFILLMENT", "RECEIPT")]
    return next(iter([*thirty, *net, *rest]), None)


def _permissions(missing: Sequence[str]) -> Check:
    if not missing:
        return Check(PERMISSIONS, True, "Everything needed was granted.")
    lacking = "; to ".join(WHAT_FOR[scope] for scope in missing)
    return Check(PERMISSIONS, False, f"Not granted yet: to {lacking}. One click on the partner desk allows it.")


def _skus(skus: Sequence[str], all_read: bool) -> Check:
    if not skus:
        return Check("SKUs", True, "There is no product yet.")
    counted = Counter(sku.strip() for sku in skus)
    blank = counted.pop("", 0)
    doubled = sum(count for count in counted.values() if count > 1)
    variants = "1 variant" if len(skus) == 1 else f"{len(skus)} variants"
    read = variants if all_read else f"the first {variants}"
    if not blank and not doubled:
        says = "The only variant has a SKU." if len(skus) == 1 else f"All of {read} have a SKU of their own."
        return Check("SKUs", True, says)
    parts = [f"{blank} without a SKU"] * bool(blank) + [f"{doubled} share a SKU with another"] * bool(doubled)
    return Check("SKUs", False, f"Of {read}: {', '.join(parts)}. They can be sold, and get a SKU from us.")


def _locations(active: Sequence[tuple[str, str]]) -> Check:
    if not active:
        return Check("Locations", False, "No active location that holds stock was found.")
    return Check("Locations", True, f"Stock is read at {', '.join(name for _, name in active)}.")


def _currency(partner: str, retailer: str) -> Check:
    if partner == retailer:
        return Check("Currency", True, f"Both stores sell in {partner}.")
    return Check(
        "Currency",
        False,
        f"The two stores sell in different currencies, {partner} and {retailer}: products cannot be imported yet.",
    )


def _terms(chosen: Terms | None, missing: Sequence[str]) -> Check:
    if chosen:
        return Check("Payment terms", True, f"Master orders are placed with “{chosen.name}”.")
    if "write_payment_terms" in missing:
        return Check("Payment terms", False, "Cannot be read before the permission is granted.")
    return Check(
        "Payment terms", False, "The store offers no payment terms; a master order would count as paid at once."
    )
