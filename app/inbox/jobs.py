"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class HandleInbox(Job):
    """Let the domain that knows its topic handle a received webhook."""

    name: ClassVar[str] = "inbox.handle"
    max_seconds: ClassVar[int] = 300

    inbox_id: int
    store_id: int | None

    @property
    def coalesce_key(self) -> str:
        """A delivery has one job at a time in the queue."""
        return str(self.inbox_id)


@dataclass(frozen=True, slots=True)
class ForgetBodies(Job):
    """Let the bodies of events go that were handled long ago."""

    name: ClassVar[str] = "inbox.forget_bodies"

    @property
    def coalesce_key(self) -> str:
        """There is one inbox."""
        return "all"
