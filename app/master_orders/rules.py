"""Decisions about a master order: how queued units become lines, and how its draft is compared with what we wrote."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

from app.partners.rules import Calendar, CutOff, cutoffs_after

RECONCILIATION_PATIENCE = timedelta(hours=2)
"""How long a freeze waits for an order reconciliation before it goes ahead with a flag (G34)."""

MOST_LINES = 499
"""Lines a draft can hold (reference §2.8); what is beyond goes on a second master order of the same week."""

LOOKS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""Waits before «not found» counts as «not created»: the search index lags (reference §2.9)."""

MOST_SENDS = 3
"""Drafts asked for without an answer before a person decides; a double does no harm, it is deleted before the close."""


@dataclass(frozen=True, slots=True)
class QueuedUnits:
    """Units that wait for a master order, as the ledger tells them."""

    lot_id: int
    partner_variant_id: int
    quantity: int
    unit_cost: Decimal
    currency: str
    note: str


@dataclass(frozen=True, slots=True)
class LineKey:
    """What makes two units rows of one line: variant, snapshot cost and note; costs are never averaged (G35)."""

    partner_variant_id: int
    unit_cost: Decimal
    currency: str
    note: str


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line as it stands, or should stand, on the partner's draft."""

    variant_gid: str
    unit_cost: Decimal
    note: str
    quantity: int

    @property
    def key(self) -> tuple[str, Decimal, str]:
        """What identifies the line between two readings."""
        return (self.variant_gid, self.unit_cost.normalize(), self.note)


@dataclass(frozen=True, slots=True)
class PartnerEdit:
    """A variant whose lines the partner changed on our draft, and its lines as the partner left them."""

    variant_gid: str
    lines: tuple[WrittenLine, ...]

    @property
    def found(self) -> int:
        """Units of the variant on the draft."""
        return sum(line.quantity for line in self.lines)


def gather(units: Iterable[QueuedUnits]) -> dict[LineKey, list[QueuedUnits]]:
    """Group queued units into lines, in a fixed order."""
    lines: dict[LineKey, list[QueuedUnits]] = defaultdict(list)
    for each in units:
        lines[LineKey(each.partner_variant_id, each.unit_cost, each.currency, each.note)].append(each)
    return dict(sorted(lines.items(), key=lambda item: (item[0].partner_variant_id, item[0].unit_cost, item[0].note)))


def oldest(units: Sequence[QueuedUnits], quantity: int) -> list[QueuedUnits]:
    """Return the first of these units, as many as there are places for."""
    taken = []
    for each in units:
        count = min(each.quantity, quantity)
        if count:
            taken.append(replace(each, quantity=count))
            quantity -= count
    return taken


def marker(partner_id: int, cutoff_on: date, number: int) -> str:
    """Return the tag that finds our draft and order again (contract §5), within Shopify's 40 characters (G30)."""
    return f"ph-{partner_id}-{cutoff_on.isoformat()}-{number}"


def fingerprint(lines: Sequence[WrittenLine]) -> str:
    """Return a digest that changes exactly when what is written changes."""
    text = "\n".join(f"{line.key}×{line.quantity}" for line in sorted(lines, key=lambda line: line.key))
    return hashlib.sha256(text.encode()).hexdigest()


def partner_edits(known: Sequence[Sequence[WrittenLine]], found: Sequence[WrittenLine]) -> list[PartnerEdit]:
    """Return the variants that stand on the draft otherwise than we left them.

    `known` is every state we may have left it in: what we wrote last, and what was sent since without an answer.
    """
    theirs = _by_variant(found)
    ours = [_by_variant(lines) for lines in known]
    variants = sorted({*theirs, *(variant for lines in ours for variant in lines)})
    return [
        PartnerEdit(variant, tuple(theirs.get(variant, ())))
        for variant in variants
        if all(not _same(theirs.get(variant, ()), lines.get(variant, ())) for lines in ours)
    ]


def respecting(lines: Sequence[WrittenLine], edits: Sequence[PartnerEdit]) -> list[WrittenLine]:
    """Return what we write: our lines, but of variants the partner changed their lines, as they left them."""
    changed = {edit.variant_gid for edit in edits}
    kept = [line for line in lines if line.variant_gid not in changed]
    return [*kept, *(line for edit in edits for line in edit.lines)]


def share_out(ours: Sequence[WrittenLine], found: Sequence[WrittenLine]) -> list[int]:
    """Return how many units of an order's lines belong to each of our lines: those of its cost and note first.

    A price the partner changed makes no other line of it; what exceeds all our lines of a variant is the first one's.
    """
    shares = [0] * len(ours)
    left = [line.quantity for line in found]
    for fits, is_filled_up in ((_is_equal, False), (_has_note, True), (_has_variant, True), (_has_variant, False)):
        for place, number in product(range(len(found)), range(len(ours))):
            if fits(ours[number], found[place]):
                room = max(ours[number].quantity - shares[number], 0) if is_filled_up else left[place]
                units = min(room, left[place])
                shares[number] += units
                left[place] -= units
    return shares


def _by_variant(lines: Iterable[WrittenLine]) -> Mapping[str, list[WrittenLine]]:
    grouped: dict[str, list[WrittenLine]] = defaultdict(list)
    for line in lines:
        grouped[line.variant_gid].append(line)
    return grouped


def _same(one: Sequence[WrittenLine], other: Sequence[WrittenLine]) -> bool:
    return fingerprint(one) == fingerprint(other)


def _is_equal(one: WrittenLine, other: WrittenLine) -> bool:
    return one.key == other.key


def _has_note(one: WrittenLine, other: WrittenLine) -> bool:
    return (one.variant_gid, one.note) == (other.variant_gid, other.note)


def _has_variant(one: WrittenLine, other: WrittenLine) -> bool:
    return one.variant_gid == other.variant_gid


def wait_before_look(looks: int) -> timedelta | None:
    """Return how long to wait before an unanswered draft is looked for again; None: «not found» counts now."""
    turn = looks % (len(LOOKS) + 1)
    return LOOKS[turn] if turn < len(LOOKS) else None


def look_counts_from(asked_at: datetime, looks: int) -> datetime:
    """Return the instant before which a look cannot know more than the one before it did."""
    return asked_at + sum(LOOKS[: looks % (len(LOOKS) + 1)], timedelta())


def may_send_again(looks: int) -> bool:
    """Tell whether a draft that was looked for so often, and not found, may be asked for without a person."""
    return looks // (len(LOOKS) + 1) + 1 < MOST_SENDS


def is_reconciled(cutoff_at: datetime, began_at: datetime | None) -> bool:
    """Tell whether an order reconciliation that began after the cut-off has succeeded."""
    return began_at is not None and began_at >= cutoff_at


def patience_is_over(now: datetime, cutoff_at: datetime) -> bool:
    """Tell whether the freeze goes ahead with a flag."""
    return now >= cutoff_at + RECONCILIATION_PATIENCE


def next_cutoff(calendar: Calendar, since: datetime, last_on: date | None) -> CutOff:
    """Return the first cut-off after an instant; a calendar that changed gives no day a second one (G10)."""
    first, second = cutoffs_after(calendar, since, 2)
    return second if first.on == last_on else first
