"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class LookAtJobs(Job):
    """Take off a store's list what is told of jobs and is not so any more."""

    name: ClassVar[str] = "exceptions.look_at_jobs"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # how it stands when the job runs counts

    store_id: int
