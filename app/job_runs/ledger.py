"""The worker's side of the ledger: single statements that claim, keep and end job runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg.errors
from sqlalchemy import text

from app.core.direct import Direct
from app.core.unit_of_work import UnitOfWork, run_plainly
from app.job_runs.errors import LeaseLost
from app.job_runs.states import JobState

LEASE_SECONDS = 30.0
_LEASE = f"now() + interval '{LEASE_SECONDS} seconds'"

# A lane is free when nothing of it runs; of several that were found in one lane the first is taken. Of one store a
# worker takes only so many, so that one that answers slowly leaves hands for the others.
_CLAIM = f"""
WITH busy AS MATERIALIZED (
    SELECT * FROM unnest(%(stores)s::bigint[], %(hands)s::bigint[]) AS held (store_id, hands)
), lapsed AS MATERIALIZED (
    SELECT id, store_id, lane, priority, run_at FROM job_runs
    WHERE state = 'running' AND leased_until < now()
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), due AS MATERIALIZED (
    SELECT id, store_id, lane, priority, run_at FROM job_runs AS waiting
    WHERE state = 'queued' AND run_at <= %(now)s AND (lane IS NULL OR NOT EXISTS (
        SELECT 1 FROM job_runs AS ahead WHERE ahead.lane = waiting.lane AND ahead.state = 'running'))
        AND (store_id IS NULL OR store_id <> ALL (%(crowded)s::bigint[]))
    ORDER BY priority, run_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), free AS (
    SELECT DISTINCT ON (coalesce(lane, '#' || id)) id, store_id, priority, run_at
    FROM (SELECT * FROM lapsed UNION ALL SELECT * FROM due) AS found
    ORDER BY coalesce(lane, '#' || id), priority, run_at, id
), placed AS (
    SELECT id, free.store_id, priority, run_at, coalesce(hands, 0)
        + row_number() OVER (PARTITION BY free.store_id ORDER BY priority, run_at, id) AS place
    FROM free LEFT JOIN busy ON busy.store_id = free.store_id
), chosen AS (
    SELECT id FROM placed WHERE store_id IS NULL OR place <= %(most)s
    ORDER BY priority, run_at, id LIMIT %(limit)s
)
UPDATE job_runs SET
    lapses = lapses + (state = 'running')::int, state = 'running', attempt = attempt + 1,
    leased_until = {_LEASE}, worker = %(worker)s, started_at = %(now)s
FROM chosen WHERE job_runs.id = chosen.id
RETURNING job_runs.id, attempt, lapses, store_id, name, arguments, coalesce_key, request_id, run_at
"""

_RENEW = f"""
UPDATE job_runs SET leased_until = {_LEASE}
FROM unnest(%(ids)s::bigint[], %(attempts)s::bigint[]) AS held (id, attempt)
WHERE job_runs.id = held.id AND job_runs.attempt = held.attempt AND state = 'running'
RETURNING job_runs.id
"""

_INHERIT = """
UPDATE job_runs SET leased_until = least(leased_until, now() + %(wait)s)
WHERE worker = %(worker)s AND state = 'running'
"""

# What had failed under the same key when this run began is over with it, if it did its work: no note says that it was
# not needed.
_END = """
WITH ended AS (
    UPDATE job_runs SET state = 'done', note = %(note)s, finished_at = %(now)s, leased_until = NULL
    WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'running' RETURNING coalesce_key, started_at, note
), superseded AS (
    UPDATE job_runs SET state = 'cancelled', note = 'A later run succeeded.' FROM ended
    WHERE job_runs.state = 'failed' AND job_runs.coalesce_key = ended.coalesce_key
        AND job_runs.finished_at <= ended.started_at AND ended.note IS NULL
    RETURNING job_runs.id
)
SELECT array(SELECT id FROM superseded) FROM ended
"""

# Back in the queue it may meet a later wish under its key, which then stands for both. A handler that came to its end
# took no worker down with it: what waits for months is not set aside for every crash of those months.
_RETURN = """
WITH sibling AS (
    UPDATE job_runs SET run_at = least(run_at, %(run_at)s), note = %(note)s
    WHERE coalesce_key = %(coalesce_key)s AND state = 'queued' RETURNING id
)
UPDATE job_runs SET
    state = CASE WHEN EXISTS (SELECT 1 FROM sibling) THEN 'cancelled' ELSE 'queued' END,
    finished_at = CASE WHEN EXISTS (SELECT 1 FROM sibling) THEN %(now)s END,
    run_at = %(run_at)s, note = %(note)s, leased_until = NULL,
    lapses = CASE WHEN %(has_ended)s THEN 0 ELSE lapses END
WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'running' RETURNING state
"""

_PROGRESS = """
UPDATE job_runs SET progress_done = %(done)s, progress_total = %(total)s
WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'running' RETURNING id
"""

_FENCE = "UPDATE job_runs SET attempt = attempt WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'running'"
_FENCE_AND_FAIL = text(
    "UPDATE job_runs SET state = :state, note = :note, finished_at = :now, leased_until = NULL"
    " WHERE id = :id AND attempt = :attempt AND state = 'running'"
)
# Its end moves on, so that only a run that begins after the newest failure ends it.
_FAILED_AGAIN = text(
    "UPDATE job_runs SET finished_at = :now WHERE id ="
    " (SELECT id FROM job_runs WHERE state = 'failed' AND coalesce_key = :key ORDER BY id LIMIT 1 FOR UPDATE)"
    " RETURNING id"
)


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that is ours as long as its lease lasts."""

    id: int
    attempt: int
    lapses: int
    store_id: int | None
    name: str
    arguments: dict[str, Any]
    coalesce_key: str | None
    request_id: str | None
    run_at: datetime

    @property
    def order(self) -> tuple[datetime, int]:
        """Earlier wishes go first."""
        return (self.run_at, self.id)


@dataclass(frozen=True, slots=True)
class Share:
    """How many runs of one store a worker may hold, and how many of each it holds."""

    most: int
    held: Mapping[int, int]

    def crowded(self) -> list[int]:
        """Return the stores of which nothing more is taken."""
        return [store_id for store_id, hands in self.held.items() if hands >= self.most]


ANY_SHARE = Share(1_000_000, {})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The job runs as one worker claims, keeps and ends them."""

    direct: Direct
    worker: str

    async def claim(self, now: datetime, limit: int, share: Share = ANY_SHARE) -> list[ClaimedRun]:
        """Take up to so many due runs, or those of dead workers, each under a fresh lease."""
        parameters = {
            **{"now": now, "limit": limit, "worker": self.worker, "most": share.most, "crowded": share.crowded()},
            **{"stores": list(share.held), "hands": list(share.held.values())},
        }
        for _ in range(5):
            try:
                rows = await self.direct.rows(_CLAIM, parameters)
            except psycopg.errors.UniqueViolation:
                continue  # another worker took the lane in the same instant
            return sorted((ClaimedRun(*row) for row in rows), key=lambda run: run.order)
        return []

    async def inherit(self, wait: timedelta) -> None:
        """Let the leases of whoever had this worker's name before end after the wait at the latest."""
        await self.direct.rows(_INHERIT, {"worker": self.worker, "wait": wait})

    async def renew(self, held: Sequence[ClaimedRun]) -> frozenset[int]:
        """Renew the leases; returns the ids of the runs that are still ours."""
        parameters = {"ids": [run.id for run in held], "attempts": [run.attempt for run in held]}
        return frozenset(row[0] for row in await self.direct.rows(_RENEW, parameters))

    async def end(self, run: ClaimedRun, now: datetime, note: str | None = None) -> list[int]:
        """Record that the run is done; return the runs of its key that had failed, and are over with it."""
        parameters = {"id": run.id, "attempt": run.attempt, "now": now, "note": note}
        rows = await self.direct.rows(_END, parameters)
        if not rows:
            raise LeaseLost(run.name)
        superseded: list[int] = rows[0][0]
        return superseded

    async def put_back(
        self, run: ClaimedRun, now: datetime, run_at: datetime, note: str | None, *, has_ended: bool = False
    ) -> JobState | None:
        """Queue the run again, or end it as joined to the one queued under its key; None: it was no longer ours.

        `has_ended`: its handler came to its end, so that leases which ran out before count no more.
        """
        parameters = {
            **{"id": run.id, "attempt": run.attempt, "coalesce_key": run.coalesce_key},
            **{"now": now, "run_at": run_at, "note": note, "has_ended": has_ended},
        }
        for _ in range(5):
            try:
                rows = await self.direct.rows(_RETURN, parameters)
            except psycopg.errors.UniqueViolation:
                continue  # a wish under its key came in the same instant
            return JobState(rows[0][0]) if rows else None
        return None

    async def retry(self, run: ClaimedRun, now: datetime, wait: timedelta, why: str) -> JobState | None:
        """Queue the run again for later, as `put_back` does."""
        return await self.put_back(run, now, now + wait, why, has_ended=True)

    async def show_progress(self, run: ClaimedRun, done: int, total: int) -> None:
        """Let pages see how far the run has come; raise `LeaseLost` when it is no longer ours."""
        parameters = {"id": run.id, "attempt": run.attempt, "done": done, "total": total}
        if not await self.direct.rows(_PROGRESS, parameters):
            raise LeaseLost(run.name)


async def check_fence(uow: UnitOfWork, run: ClaimedRun) -> None:
    """Refuse the commit of a worker that slept through its lease."""
    mine = await run_plainly(uow.session, _FENCE, {"id": run.id, "attempt": run.attempt})
    if mine.rowcount != 1:
        raise LeaseLost(run.name)


async def end_in(uow: UnitOfWork, run: ClaimedRun) -> list[int]:
    """Record in this transaction, together with its effect, that the run is done; return what is over with it.

    `LeaseLost` when it is no longer ours.
    """
    parameters = {"id": run.id, "attempt": run.attempt, "now": uow.now, "note": None}
    superseded: list[int] | None = (await run_plainly(uow.session, _END, parameters)).scalar()
    if superseded is None:
        raise LeaseLost(run.name)
    return superseded


async def fail_in(uow: UnitOfWork, run: ClaimedRun, why: str) -> int:
    """End the run as failed in this transaction, or as joined to the one of its key that failed before; return which.

    So a lasting fault of hourly work stands on the list once, since it began.
    """
    before: int | None = await uow.session.scalar(_FAILED_AGAIN, {"key": run.coalesce_key, "now": uow.now})
    state, note = JobState.FAILED, why
    if before is not None:
        state, note = JobState.CANCELLED, f"Joined run {before}, which failed before: {why}"
    parameters = {"id": run.id, "attempt": run.attempt, "state": state.value, "now": uow.now, "note": note}
    mine = await uow.session.execute(_FENCE_AND_FAIL, parameters)
    if mine.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(run.name)
    return run.id if before is None else before
