"""Currencies: how many places an amount of each has."""

from decimal import ROUND_HALF_UP, Decimal

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
