"""Tables of background work: the ledger of job runs, and the instants at which work is planned."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import Machinery
from app.job_runs.errors import NotRetryable
from app.job_runs.states import TRANSITIONS, JobState, Missed

_STATES = ", ".join(f"'{state}'" for state in JobState)
_MISSED = ", ".join(f"'{each}'" for each in Missed)


class JobRun(Machinery, Base):
    """One request to do a job, with its attempts and its result."""

    __tablename__ = "job_runs"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        Index("ix_job_runs_next", "priority", "run_at", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_job_runs_due", "run_at", postgresql_where=text("state = 'queued'")),
        Index("ix_job_runs_running", "id", postgresql_where=text("state = 'running'")),
        Index("ix_job_runs_failed", "id", postgresql_where=text("state = 'failed'")),
        Index("ix_job_runs_ended", "finished_at", postgresql_where=text("state IN ('done', 'cancelled')")),
        Index("uq_job_runs_coalesce", "coalesce_key", unique=True, postgresql_where=text("state = 'queued'")),
        Index("uq_job_runs_lane", "lane", unique=True, postgresql_where=text("state = 'running'")),
        # What fences and heartbeats change is not indexed, and pages have room: such updates touch no index.
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    store_id: Mapped[int | None]
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    coalesce_key: Mapped[str | None]
    lane: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    # 0: somebody waits for it, 2: it follows from much that is going on
    state: Mapped[str] = mapped_column(server_default=JobState.QUEUED)
    run_at: Mapped[datetime]  # business time
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    lapses: Mapped[int] = mapped_column(server_default=text("0"))  # leases that ran out: crashes, not refusals
    leased_until: Mapped[datetime | None]  # machine time
    worker: Mapped[str | None]
    request_id: Mapped[str | None]
    progress_done: Mapped[int | None]
    progress_total: Mapped[int | None]
    note: Mapped[str | None]  # why it waits, failed or was not needed
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    def begin_again(self, at: datetime) -> None:
        """Be queued for a new series of attempts."""
        self._become(JobState.QUEUED)
        self.run_at, self.lapses, self.note, self.finished_at = at, 0, None, None

    def join(self, other_id: int, at: datetime) -> None:
        """End, because a run queued under the same key stands for this one."""
        self._become(JobState.CANCELLED)
        self.note, self.finished_at = f"Joined run {other_id}.", at

    def _become(self, state: JobState) -> None:
        if state not in TRANSITIONS[JobState(self.state)]:
            raise NotRetryable
        self.state = state


class PlannedInstant(Machinery, Base):
    """Work planned for an instant, once or repeating; the sweeper turns it into job runs."""

    __tablename__ = "planned_instants"
    __table_args__ = (
        CheckConstraint(f"missed IN ({_MISSED})", name="missed"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_planned_instants_due", "at"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[int | None]
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    coalesce_key: Mapped[str | None]
    lane: Mapped[str | None]
    at: Mapped[datetime]  # business time
    minutes: Mapped[int | None]  # repeats every so many; none: once
    missed: Mapped[str]
