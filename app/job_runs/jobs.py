"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class ForgetEnded(Job):
    """Remove job runs that ended long ago."""

    name: ClassVar[str] = "job_runs.forget_ended"
    coalesce_by: ClassVar[tuple[str, ...]] = ()  # there is one ledger
