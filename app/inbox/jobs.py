"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class HandleInbox(Job):
    """Let the domain that knows its topic handle a received webhook."""

    name: ClassVar[str] = "inbox.handle"
    max_seconds: ClassVar[int] = 300
    coalesce_by: ClassVar[tuple[str, ...]] = ("inbox_id",)  # a delivery has one job at a time in the queue

    inbox_id: int
    store_id: int | None


@dataclass(frozen=True, slots=True)
class ForgetBodies(Job):
    """Let the bodies of events go that were handled long ago."""

    name: ClassVar[str] = "inbox.forget_bodies"
    coalesce_by: ClassVar[tuple[str, ...]] = ()  # there is one inbox
