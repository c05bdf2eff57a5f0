"""Sellable stock: what is offered of a variant, and the sum that explains it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol, TypeVar

from app.partners.states import LIVE, PartnerState

PATIENCE = timedelta(minutes=10)
"""How long a drop in the store counts as a sale whose order is still to come (D4)."""


HALF_AFTER, NOTHING_AFTER = timedelta(hours=2), timedelta(hours=6)
"""How old a reading may be before half of what it showed is offered, and before none of it is (D18)."""


T = TypeVar("T")


def in_batches(groups: Iterable[Sequence[T]], most: int) -> list[list[T]]:
    """Share out over batches of at most so many; what belongs together is parted only if no batch holds it all."""
    batches: list[list[T]] = []
    for group in groups:
        parts = [group[start : start + most] for start in range(0, len(group), most)]
        for part in parts:
            if not batches or len(batches[-1]) + len(part) > most:
                batches.append([])
            batches[-1].extend(part)
    return batches


@dataclass(frozen=True, slots=True)
class StockSum:
    """The arithmetic of one number on the stock page, in partner units."""

    partner_available: int
    unseen: int  # units this retailer sold that the partner cannot see yet
    unseen_others: int  # the same of other retailers; shown as one number, never whose
    provisional: int  # sales the store shows that no captured order explains yet
    buffer: int
    surplus: int  # free units at the centre
    withheld: int = 0  # of what is left of the partner's stock, since nobody could read it for hours

    @property
    def left(self) -> int:
        """What the partner's stock leaves: max(0, P − U − B)."""
        return max(0, self.partner_available - self.unseen - self.unseen_others - self.provisional - self.buffer)

    @property
    def sellable(self) -> int:
        """What is left, but for what is withheld, and the surplus."""
        return self.left - self.withheld + self.surplus


def decayed(total: StockSum, read_at: datetime, now: datetime) -> StockSum:
    """Withhold what an old reading cannot vouch for: of what is left half after two hours, all after six (D18)."""
    age = now - read_at
    if age < HALF_AFTER:
        return replace(total, withheld=0)
    return replace(total, withheld=total.left if age >= NOTHING_AFTER else total.left - total.left // 2)


def decays_at(total: StockSum, read_at: datetime, now: datetime) -> datetime | None:
    """Return when more would be withheld if nothing is read until then; None: there is nothing more to withhold."""
    ahead = [read_at + each for each in (HALF_AFTER, NOTHING_AFTER) if read_at + each > now]
    return ahead[0] if ahead and total.left else None


def whole_units(available: Decimal | float | int | None, *, untracked_cap: int) -> int:
    """Return the partner's stock as whole units: negative is 0, fractions are cut, untracked follows the cap (D5)."""
    if available is None:
        return untracked_cap
    return max(0, math.floor(Fraction(available)))


def offered(total: StockSum, units_per: int) -> int:
    """Return how many of the retailer's units one pool supports: a pack of 2 from a pool of 3 is 1 (B21)."""
    return total.sellable // units_per


@dataclass(frozen=True, slots=True)
class Unexplained:
    """What lies between the store's number and the captured orders, in partner units.

    Positive: the store shows sales that no captured order explains yet. Negative: sales were captured that the store
    does not show yet.
    """

    units: int = 0
    since: datetime | None = None


def explain(was: Unexplained, dropped: int, captured: int, now: datetime) -> Unexplained:
    """Return what is unexplained after the store's number dropped by some units and others were captured (D4).

    A rise takes back a sale that was seen (it was cancelled) and explains nothing else. What no order explains for as
    long as our patience lasts was no sale.
    """
    units = was.units if was.since is not None and now < was.since + PATIENCE else 0
    units = units + dropped if dropped > 0 else max(min(units, 0), units + dropped)
    units -= captured
    goes_on = was.since is not None and was.units * units > 0 and now < was.since + PATIENCE
    return Unexplained(units, (was.since if goes_on else now) if units else None)


def stood_before(seen: int, asked_for: int, there: int) -> int:
    """Return from which number the store came to what is there, if nobody heard what became of what was asked for.

    It stood as it was seen last, or as it was asked to be; sales lower it, so the lowest that is not below what is
    there leaves the fewest of them unexplained.
    """
    return min((each for each in (seen, asked_for) if each >= there), default=max(seen, asked_for))


class Source(StrEnum):
    """How a variant stands where it comes from, in a few words; only what is sold there is offered."""

    SOLD = "sold by the partner"
    WITHDRAWN = "taken off sale by the partner"  # its product is archived there, or a draft (B16)
    DELETED = "deleted by the partner"  # B13
    MISSED = "not found at the partner"  # a reading showed nothing of theirs, and nobody knows yet why (B10)
    PAUSED = "partner paused"
    ENDED = "partnership ended"


class Listed(Protocol):
    """What is known of a partner's variant."""

    @property
    def is_deleted(self) -> bool:
        """Whether it is gone."""

    @property
    def is_on_sale(self) -> bool:
        """Whether it is there, and its product neither a draft nor archived."""

    @property
    def missed_at(self) -> datetime | None:
        """When a reading of the products began that did not show it."""


def judge_source(state: PartnerState, variant: Listed | None, snapshot_at: datetime) -> Source:
    """Decide how a variant stands; what a reading of the products missed is there if its stock was seen since."""
    if state not in LIVE:
        return Source.ENDED
    if state is PartnerState.PAUSED:
        return Source.PAUSED
    if variant is None or (variant.missed_at is not None and snapshot_at <= variant.missed_at):
        return Source.MISSED
    if variant.is_deleted:
        return Source.DELETED
    return Source.SOLD if variant.is_on_sale else Source.WITHDRAWN


def change_reason(total: StockSum, source: Source = Source.SOLD) -> str:
    """Say in a few words why nothing is offered, or an empty text."""
    if total.sellable > 0:
        return ""
    if total.partner_available <= 0:
        return "sold out at the partner" if source is Source.SOLD else source
    if total.withheld:
        return "not read for hours"
    if total.unseen + total.unseen_others + total.provisional >= total.partner_available:
        return "already sold"
    return "buffer"
