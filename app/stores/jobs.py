"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class RegisterTopics(Job):
    """Make the store's webhook subscriptions those of its role, no more and no fewer."""

    name: ClassVar[str] = "stores.register_topics"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one waiting check is enough
    lane_by: ClassVar[tuple[str, str]] = ("topics", "store_id")  # so that two never subscribe one topic twice

    store_id: int
    by_poll: bool = False  # nobody changed what is wanted: what is not there was lost, and is counted


@dataclass(frozen=True, slots=True)
class CheckInstallation(Job):
    """Read what the store granted and what it is called; a token used daily never runs out."""

    name: ClassVar[str] = "stores.check_installation"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one waiting check is enough

    store_id: int
    by_poll: bool = False  # nobody told of a change: what has changed all the same is counted


@dataclass(frozen=True, slots=True)
class SweepTokens(Job):
    """Find the tokens nobody used for long or that are tied to an earlier client secret, and have them renewed."""

    name: ClassVar[str] = "stores.sweep_tokens"
    coalesce_by: ClassVar[tuple[str, ...]] = ()  # one waiting sweep is enough


@dataclass(frozen=True, slots=True)
class RenewToken(Job):
    """Get the store a new token."""

    name: ClassVar[str] = "stores.renew_token"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # once is enough

    store_id: int


@dataclass(frozen=True, slots=True)
class ForgetAuthorizations(Job):
    """Remove the authorisations that were begun long ago; their states let nobody in any more."""

    name: ClassVar[str] = "stores.forget_authorizations"
    coalesce_by: ClassVar[tuple[str, ...]] = ()  # once is enough
