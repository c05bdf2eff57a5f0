"""The sum behind one number of the stock page, term by term."""

from dataclasses import dataclass

from app.inventory.queries import OfferFacts
from app.inventory.rules import Source

MINUS, PLUS = "−", "+"


@dataclass(frozen=True, slots=True)
class Term:
    """One number of the sum, its sign, and what it is."""

    sign: str
    value: int
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Equation:
    """A sum as people read it: 20 − 5 − 0 − 2 + 0 = 13."""

    terms: tuple[Term, ...]
    result: int
    text: str
    note: str


def equation(offer: OfferFacts, units_per: int, source: Source) -> Equation:
    """Return the sum of an offer; other sellers appear as one number, never who they are."""
    total = offer.sum
    is_counted = source is Source.SOLD or total.partner_available > 0
    where = "Available at the locations the partner shares." if is_counted else f"None of theirs counts: {source}."
    taken = (
        Term(MINUS, total.unseen + total.provisional, "you sold", "Sold in your shop, not yet in the partner's count."),
        Term(MINUS, total.unseen_others, "others sold", "Sold by other shops, not yet in the partner's count."),
        Term(MINUS, total.buffer, "buffer", "Left to the partner, as set on the partner's page."),
    )
    pool = total.partner_available - sum(term.value for term in taken)
    held_back = Term(MINUS, total.withheld, "held back", "The partner's stock could not be read for hours.")
    terms = (
        Term("", total.partner_available, "partner has", where),
        *taken,
        *([held_back] if total.withheld else []),
        Term(PLUS, total.surplus, "at your centre", "Here already, and no order waits for it."),
    )
    left = " ".join(f"{term.sign} {term.value}".strip() for term in terms[:-1])
    text = f"{left} {PLUS} {total.surplus} = {total.sellable}"
    notes = []
    if pool < 0:
        text = f"({left} → 0) {PLUS} {total.surplus} = {total.sellable}"
        notes.append("What others may take from the partner's stock never makes an offer less than 0.")
    if units_per > 1:
        notes.append(f"One of yours is {units_per} of the partner's: {total.sellable} ÷ {units_per} = {offer.wanted}.")
    return Equation(terms, total.sellable, text, " ".join(notes))
