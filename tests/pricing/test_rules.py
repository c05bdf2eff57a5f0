"""Costs and prices to the cent: tables of cases."""

from decimal import Decimal

import pytest

from app.core.errors import Invalid
from app.core.money import Money
from app.pricing.errors import NoPrice, OtherCurrency
from app.pricing.rules import apply_markup, cost_from_retail, import_price


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("retail", "discount", "cost"),
    [
        ("14.00 USD", "0.3", "9.80 USD"),
        ("14.35 USD", "0.3", "10.05 USD"),  # 10.045: half-up
        ("0.01 USD", "0.5", "0.01 USD"),  # 0.005: half-up
        ("14.00 USD", "0", "14.00 USD"),
        ("0.00 USD", "0.3", "0.00 USD"),
        ("1999 JPY", "0.25", "1499 JPY"),  # 1499.25
        ("1001 JPY", "0.5", "501 JPY"),  # 500.5: half-up
        ("1.005 KWD", "0.1", "0.905 KWD"),  # 0.9045: half-up
        ("19.99 USD", "0.333333", "13.33 USD"),
    ],
)
def test_what_the_partner_is_paid(retail: str, discount: str, cost: str) -> None:
    """Contract §5: their retail price less the accepted discount, half-up to the currency's exponent (C1)."""
    assert cost_from_retail(money(retail), Decimal(discount)) == money(cost)


@pytest.mark.parametrize("discount", ["-0.01", "1", "1.5"])
def test_a_discount_that_is_none(discount: str) -> None:
    with pytest.raises(Invalid):
        cost_from_retail(money("14.00 USD"), Decimal(discount))


@pytest.mark.parametrize(
    ("cost", "markup", "price"),
    [
        ("70.00 USD", "0.3", "91.00 USD"),
        ("100.00 USD", "0.4", "140.00 USD"),
        ("9.80 USD", "0", "9.80 USD"),
        ("9.99 USD", "0.335", "13.34 USD"),  # 13.33665
        ("0.05 USD", "0.1", "0.06 USD"),  # 0.055: half-up
        ("501 JPY", "0.4", "701 JPY"),  # 701.4
        ("10.00 USD", "-0.5", "5.00 USD"),
    ],
)
def test_a_markup_is_a_share_of_the_cost(cost: str, markup: str, price: str) -> None:
    """C2"""
    assert apply_markup(money(cost), Decimal(markup)) == money(price)


def test_a_markup_that_gives_it_away() -> None:
    with pytest.raises(Invalid):
        apply_markup(money("10.00 USD"), Decimal(-1))


def test_the_price_of_an_import_comes_from_the_rounded_cost() -> None:
    assert import_price(money("14.35 USD"), Decimal("0.3"), Decimal("0.4"), "USD") == money("14.07 USD")


@pytest.mark.parametrize(("retail", "refusal"), [("14.00 EUR", OtherCurrency), ("0.00 USD", NoPrice)])
def test_no_price_can_be_made(retail: str, refusal: type[Invalid]) -> None:
    """C6: another currency, or no price at all; we never sell at 0 by accident."""
    with pytest.raises(refusal) as told:
        import_price(money(retail), Decimal("0.3"), Decimal("0.4"), "USD")

    assert len(told.value.sentence) > 20


@pytest.mark.parametrize(
    ("retail", "discount", "markup"),
    [
        ("0.01 USD", "0.6", "0.4"),  # the partner would be paid 0.00
        ("1 JPY", "0.6", "10"),
        ("0.01 USD", "0", "-0.99"),  # the customer would pay 0.00
        ("1 JPY", "0", "-0.6"),
    ],
)
def test_what_is_rounded_to_nothing_is_no_price(retail: str, discount: str, markup: str) -> None:
    """C6: neither the cost nor the price may end at 0."""
    price = money(retail)

    with pytest.raises(NoPrice):
        import_price(price, Decimal(discount), Decimal(markup), price.currency)
