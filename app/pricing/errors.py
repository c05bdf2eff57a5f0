"""What keeps a price from being made."""

from app.core.errors import Invalid

NOTHING = "With this discount and markup nothing is left of its price."


class NoPrice(Invalid):
    """The partner asks nothing for it; we never sell at 0 by accident (C6)."""

    sentence = "The partner has no price for it."


class OtherCurrency(Invalid):
    """The partner's currency is not the retailer's."""

    sentence = "The partner sells in another currency than your store."
