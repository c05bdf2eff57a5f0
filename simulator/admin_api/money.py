"""Money as Shopify writes it: bags of shop and presentment money, and plain amounts."""

from decimal import Decimal
from typing import Any

from simulator.world.currencies import rounded


def plain_money(amount: Decimal | None, currency: str) -> str | None:
    """The scalar Money: an amount in the store's currency with all its places."""
    return None if amount is None else str(rounded(amount, currency))


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """The object MoneyV2."""
    return {"amount": rounded(amount, currency), "currencyCode": currency}


def money_bag(amount: Decimal, currency: str) -> dict[str, Any]:
    """The object MoneyBag; simulated stores sell in their own currency."""
    return {"shopMoney": money(amount, currency), "presentmentMoney": money(amount, currency)}


def decimal_text(value: Decimal) -> str:
    """The scalar Decimal: trailing zeros gone, but always one place."""
    text = format(value.normalize(), "f")
    return text if "." in text else f"{text}.0"
