"""Money: a decimal amount with its currency, exact to the currency's smallest unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from babel.numbers import format_currency, get_currency_precision


def exponent(currency: str) -> int:
    """Return how many decimals the currency has: USD 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def round_half_up(amount: Decimal, places: int) -> Decimal:
    """Return the amount with that many decimals, halves going away from zero."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of one currency; arithmetic between currencies is refused."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError("money needs a finite Decimal")

    def rounded(self) -> "Money":
        """Return the amount at the currency's exponent, half-up."""
        return Money(round_half_up(self.amount, exponent(self.currency)), self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        return Money(self.amount * factor, self.currency)

    def formatted(self, locale: str = "en") -> str:
        """Return the amount as people of the locale read it."""
        return format_currency(self.amount, self.currency, locale=locale)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")


def split(total: Money, weights: Sequence[int | Decimal]) -> list[Money]:
    """Return parts by weight that sum exactly to the total; what rounding leaves goes to the largest remainders."""
    whole = sum((Decimal(weight) for weight in weights), Decimal(0))
    if whole <= 0 or any(Decimal(weight) < 0 for weight in weights):
        raise ValueError("a split needs weights that are not negative and do not sum to zero")
    unit = Decimal(1).scaleb(-exponent(total.currency))
    exact = [total.amount * Decimal(weight) / whole for weight in weights]
    floors = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
    step = unit if total.amount >= 0 else -unit
    missing = int((total.amount - sum(floors, Decimal(0))) / step)
    order = sorted(range(len(exact)), key=lambda at: (-abs(exact[at] - floors[at]), at))
    for at in order[:missing]:
        floors[at] += step
    return [Money(amount, total.currency) for amount in floors]
