"""Money as Shopify writes it: bags of shop and presentment money, and plain amounts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_WITHOUT_CENTS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THREE_PLACES = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def exponent(currency: str) -> int:
    """How many decimal places an amount in the currency has."""
    return 0 if currency in _WITHOUT_CENTS else 3 if currency in _THREE_PLACES else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's places, half up."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_UP)


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
