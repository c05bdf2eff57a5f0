"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class RegisterTopics(Job):
    """Make the store's webhook subscriptions those of its role, no more and no fewer."""

    name: ClassVar[str] = "stores.register_topics"

    store_id: int

    @property
    def coalesce_key(self) -> str:
        """One waiting check is enough."""
        return str(self.store_id)

    @property
    def lane(self) -> str:
        """One at a time, so that two never subscribe the same topic twice."""
        return f"topics:{self.store_id}"


@dataclass(frozen=True, slots=True)
class CheckInstallation(Job):
    """Read what the store granted and what it is called; a token used daily never runs out."""

    name: ClassVar[str] = "stores.check_installation"

    store_id: int

    @property
    def coalesce_key(self) -> str:
        """One waiting check is enough."""
        return str(self.store_id)
