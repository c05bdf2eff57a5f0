"""The report of an import as its page shows it: what was refused comes first, each with what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.errors import PartnerNotConnected
from app.catalog.queries import ImportRow
from app.catalog.states import ItemState
from app.pricing.errors import NOTHING, NoPrice

STEPS: tuple[tuple[str, str], ...] = (
    (NoPrice.sentence, "Ask the partner to set a price, then try again."),
    (NOTHING, "Import it with a larger markup, or agree on a smaller discount with the partner."),
    ("The partner sells in ", "It cannot be sold while the two stores use different currencies."),
    (PartnerNotConnected.sentence, "Invite the partner again; once they accept, try again."),
    ("It has no variant", "Ask the partner to complete the product, then try again."),
    ("It is not shipped", "Only goods that are shipped go through the centre. Leave it out."),
    ("It is a bundle", "Import the products it is made of instead."),
    ("It is a gift card", "Gift cards stay with the store that sells them. Leave it out."),
    ("The partner no longer sells it", "Nothing is to be done. Choose another product."),
    ("Shopify did not accept it", "Mend what Shopify names, or ask the partner to; then try again."),
)
OTHERWISE = "Try again. If it is refused once more, ask the partner to look at the product."
ORDER = (ItemState.REFUSED, ItemState.WAITING, ItemState.IMPORTED)


@dataclass(frozen=True, slots=True)
class Reported:
    """One product of an import."""

    row: ImportRow

    @property
    def step(self) -> str:
        """What to do about a refusal; nothing for anything else."""
        if not self.row.reason:
            return ""
        return next((step for reason, step in STEPS if self.row.reason.startswith(reason)), OTHERWISE)


def reported(rows: Sequence[ImportRow]) -> list[Reported]:
    """Return the report in the order a reader wants it."""
    return [Reported(row) for row in sorted(rows, key=lambda row: ORDER.index(row.state))]
