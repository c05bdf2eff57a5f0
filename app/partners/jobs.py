"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job, PartnerStoreJob


@dataclass(frozen=True, slots=True)
class CheckPartnerStore(PartnerStoreJob):
    """Make the pre-flight check of a partner's store, for every retailer it works with."""

    name: ClassVar[str] = "partners.check_store"
    max_seconds: ClassVar[int] = 600
    interactive: ClassVar[bool] = True
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one waiting check is enough
    lane_by: ClassVar[tuple[str, str]] = ("checked", "partner_store_id")  # what was found later is kept later

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class EndPartnerships(Job):
    """End every partnership of a store that removed the app, on whichever side it was."""

    name: ClassVar[str] = "partners.end_partnerships"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # once is enough

    store_id: int


@dataclass(frozen=True, slots=True)
class FollowName(PartnerStoreJob):
    """Let invitations find a store that waits for them under its new name."""

    name: ClassVar[str] = "partners.follow_name"

    partner_store_id: int
    before: str
    shop_domain: str


@dataclass(frozen=True, slots=True)
class TellOfAccess(PartnerStoreJob):
    """Tell every retailer of a partner's store that it no longer lets us in, or does again."""

    name: ClassVar[str] = "partners.tell_of_access"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # how it stands when the job runs is told
    lane_by: ClassVar[tuple[str, str]] = ("access", "partner_store_id")  # what was read later is said later

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class TellOfWork(PartnerStoreJob):
    """Tell every retailer of a partner's store which work for it failed or waits for long, and which no longer does."""

    name: ClassVar[str] = "partners.tell_of_work"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # how it stands when the job runs is told
    lane_by: ClassVar[tuple[str, str]] = ("told", "partner_store_id")  # what was read later is said later

    partner_store_id: int
