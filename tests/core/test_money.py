"""Money: exact, in its currency's smallest unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money, exponent, split


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("10.025", "USD", "10.03"),
        ("-10.025", "USD", "-10.03"),
        ("1633.5", "JPY", "1634"),
        ("1.2345", "KWD", "1.235"),
        ("17.957142", "USD", "17.96"),
    ],
)
def test_rounds_half_up_to_the_currencys_exponent(amount: str, currency: str, rounded: str) -> None:
    assert Money(Decimal(amount), currency).rounded() == Money(Decimal(rounded), currency)


def test_knows_currencies_without_and_with_three_decimals() -> None:
    assert [exponent(currency) for currency in ("USD", "JPY", "KWD")] == [2, 0, 3]


def test_refuses_to_mix_currencies() -> None:
    with pytest.raises(ValueError, match="mix"):
        Money(Decimal(1), "USD") + Money(Decimal(1), "EUR")


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_refuses_what_is_no_amount(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money(amount, "USD")


def test_splits_by_the_largest_remainder() -> None:
    """C18: 10.00 over three equal lines is 3.34, 3.33, 3.33."""
    parts = split(Money(Decimal("10.00"), "USD"), [1, 1, 1])

    assert [str(part.amount) for part in parts] == ["3.34", "3.33", "3.33"]


@given(
    cents=st.integers(min_value=-1_000_000, max_value=1_000_000),
    weights=st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=12).filter(any),
)
def test_a_split_always_sums_to_the_total(cents: int, weights: list[int]) -> None:
    total = Money(Decimal(cents) / 100, "USD")

    parts = split(total, weights)

    assert sum((part.amount for part in parts), Decimal(0)) == total.amount
    assert all(part.amount == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0) or cents


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_refuses_a_split_without_a_share(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Money(Decimal(1), "USD"), weights)


def test_is_written_as_people_read_it() -> None:
    assert Money(Decimal("1234.5"), "USD").formatted() == "$1,234.50"
