"""Decisions about a master order: how queued units become lines, and how its draft is compared with what we wrote."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

RECONCILIATION_PATIENCE = timedelta(hours=2)
"""How long a freeze waits for an order reconciliation before it goes ahead with a flag (G34)."""

LOOKS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""Waits before «not found» counts as «not created»: the search index lags (reference §2.9)."""


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
    """A line the partner changed on our draft: ours was `wanted`, theirs is `found`."""

    variant_gid: str
    unit_cost: Decimal
    note: str
    wanted: int
    found: int


def gather(units: Iterable[QueuedUnits]) -> dict[LineKey, list[QueuedUnits]]:
    """Group queued units into lines, in a fixed order."""
    lines: dict[LineKey, list[QueuedUnits]] = defaultdict(list)
    for each in units:
        lines[LineKey(each.partner_variant_id, each.unit_cost, each.currency, each.note)].append(each)
    return dict(sorted(lines.items(), key=lambda item: (item[0].partner_variant_id, item[0].unit_cost, item[0].note)))


def marker(partner_id: int, cutoff_on: date, number: int) -> str:
    """Return the tag that finds our draft and order again (contract §5), within Shopify's 40 characters (G30)."""
    return f"ph-{partner_id}-{cutoff_on.isoformat()}-{number}"


def fingerprint(lines: Sequence[WrittenLine]) -> str:
    """Return a digest that changes exactly when what is written changes."""
    text = "\n".join(f"{line.key}×{line.quantity}" for line in sorted(lines, key=lambda line: line.key))
    return hashlib.sha256(text.encode()).hexdigest()


def partner_edits(written: Sequence[WrittenLine], found: Sequence[WrittenLine]) -> list[PartnerEdit]:
    """Return the lines whose quantity on the draft is not what we wrote there last."""
    ours = {line.key: line for line in written}
    theirs: Mapping[tuple[str, Decimal, str], WrittenLine] = {line.key: line for line in found}
    edits = []
    for key in sorted({*ours, *theirs}):
        wanted = ours[key].quantity if key in ours else 0
        there = theirs[key].quantity if key in theirs else 0
        if wanted != there:
            edits.append(PartnerEdit(key[0], key[1], key[2], wanted, there))
    return edits


def respecting(lines: Sequence[WrittenLine], edits: Sequence[PartnerEdit]) -> list[WrittenLine]:
    """Return what we write: our lines, but those the partner changed stay as the partner left them (contract §5)."""
    changed = {(edit.variant_gid, edit.unit_cost, edit.note): edit.found for edit in edits}
    kept = [
        WrittenLine(line.variant_gid, line.unit_cost, line.note, changed.pop(line.key, line.quantity)) for line in lines
    ]
    kept += [WrittenLine(*key, quantity) for key, quantity in sorted(changed.items())]
    return [line for line in kept if line.quantity > 0]


def may_freeze(now: datetime, cutoff_at: datetime, reconciled_began_at: datetime | None) -> bool:
    """Tell whether a reconciliation that began after the cut-off has succeeded."""
    return reconciled_began_at is not None and cutoff_at <= reconciled_began_at <= now


def patience_is_over(now: datetime, cutoff_at: datetime) -> bool:
    """Tell whether the freeze goes ahead with a flag."""
    return now >= cutoff_at + RECONCILIATION_PATIENCE
