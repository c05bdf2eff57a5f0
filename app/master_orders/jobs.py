"""The work this domain asks for; what touches one partnership's master orders runs one after the other."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class OpenCycle(Job):
    """Give a connected partner its running week."""

    name: ClassVar[str] = "master_orders.open_cycle"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # once per partnership
    lane_by: ClassVar[tuple[str, str]] = ("master_orders", "partner_id")

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class EndWeeks(Job):
    """Bring the weeks of a partner who went to their end."""

    name: ClassVar[str] = "master_orders.end_weeks"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # one pass ends all
    lane_by: ClassVar[tuple[str, str]] = ("master_orders", "partner_id")

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class RewriteDraft(Job):
    """Bring the draft on the partner's store to what is ordered so far."""

    name: ClassVar[str] = "master_orders.rewrite_draft"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # changes of five minutes are one rewrite
    lane_by: ClassVar[tuple[str, str]] = ("master_orders", "partner_id")

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class FollowDrafts(Job):
    """Compare the running drafts with what stands on the partners' stores, whether or not a webhook told of it."""

    name: ClassVar[str] = "master_orders.follow_drafts"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one comparison is enough

    store_id: int


@dataclass(frozen=True, slots=True)
class CloseCycle(Job):
    """Freeze the week and make it the partner's order."""

    name: ClassVar[str] = "master_orders.close_cycle"
    max_seconds: ClassVar[int] = 600
    coalesce_by: ClassVar[tuple[str, ...]] = ("cycle_id",)  # a cycle closes once
    lane_by: ClassVar[tuple[str, str]] = ("master_orders", "partner_id")

    store_id: int
    partner_id: int
    cycle_id: int


@dataclass(frozen=True, slots=True)
class NoteRelease(Job):
    """Write to the change ledger that units of a sealed master order are not needed any more."""

    name: ClassVar[str] = "master_orders.note_release"

    store_id: int
    partner_id: int
    master_line_id: int
    order_id: int
    quantity: int
