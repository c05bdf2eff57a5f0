"""From a partner's retail price to the agreed cost, and from cost to the price in the retailer's store."""

from decimal import Decimal

from app.core.errors import Invalid
from app.core.money import Money
from app.pricing.errors import NOTHING, NoPrice, OtherCurrency


def cost_from_retail(retail: Money, discount: Decimal) -> Money:
    """Return the wholesale cost: the partner's retail price less the accepted discount, half-up (contract §5)."""
    if not 0 <= discount < 1:
        raise Invalid("A discount is at least 0\N{NO-BREAK SPACE}% and less than 100\N{NO-BREAK SPACE}%.")
    return (retail * (1 - discount)).rounded()


def apply_markup(cost: Money, markup: Decimal) -> Money:
    """Return cost × (1 + markup), half-up: cost 70.00 with 30 % sells at 91.00 (C2)."""
    if markup <= -1:
        raise Invalid(
            "A markup is more than −100\N{NO-BREAK SPACE}%.",
            {"markup": "Enter a markup above −100\N{NO-BREAK SPACE}%."},
        )
    return (cost * (1 + markup)).rounded()


def import_price(retail: Money, discount: Decimal, markup: Decimal, currency: str) -> Money:
    """Return what an imported variant sells at; another currency or no price is refused with the reason."""
    if retail.currency != currency:
        raise OtherCurrency(f"The partner sells in {retail.currency}, your store in {currency}.")
    if retail.amount <= 0:
        raise NoPrice()
    cost = cost_from_retail(retail, discount)
    price = apply_markup(cost, markup)
    if cost.amount <= 0 or price.amount <= 0:
        raise NoPrice(NOTHING)
    return price
