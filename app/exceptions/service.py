"""The verbs of what cannot proceed: open it, once per kind and subject; resolve it; end it; try a failed job again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.events import ExceptionMarkedDone, about
from app.exceptions.models import ExceptionRecord
from app.exceptions.queries import ExceptionFacts, open_exceptions
from app.job_runs.queries import states_of
from app.job_runs.service import retry_job
from app.job_runs.states import JobState

_TOLD = cast(Table, ExceptionRecord.__table__)  # resolved past the ORM: no record of them is held meanwhile
NO_STORE = 0
"""The store of exceptions that belong to none, such as a webhook of a shop nobody knows."""
JOB_FAILED = "job_failed"
JOB_WAITING = "job_waiting"
TROUBLED: Mapping[str, frozenset[JobState]] = {
    JOB_FAILED: frozenset({JobState.FAILED}),
    JOB_WAITING: frozenset({JobState.QUEUED, JobState.RUNNING}),
}
"""What is told of jobs, and in which states of them it is so."""


class EndsByItself(Conflict):
    """What waits for something is over when that happened."""

    sentence = "This ends by itself as soon as nothing waits any more."


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot proceed, why, and who should do what next; `units` are partner units it holds up.

    `ends_by_hand`: it holds up nothing, and perhaps nothing else ends it: somebody may say that it is done.
    """

    kind: str
    subject_kind: str
    subject_id: str
    cause: str
    next_step: str
    units: int = 0
    partner_id: int | None = None
    ends_by_hand: bool = False


async def open_exception(uow: UnitOfWork, problem: Problem) -> int:
    """Have the problem stand open, with its newest cause and units; returns its id."""
    fresh = insert(ExceptionRecord).values(
        store_id=uow.store_id,
        kind=problem.kind,
        subject_kind=problem.subject_kind,
        subject_id=str(problem.subject_id),
        partner_id=problem.partner_id or uow.actor.partner_id,
        cause=problem.cause,
        next_step=problem.next_step,
        units=problem.units,
        ends_by_hand=problem.ends_by_hand,
        opened_at=uow.now,
        changed_at=uow.now,
    )
    newest = {name: fresh.excluded[name] for name in ("cause", "next_step", "units", "ends_by_hand", "changed_at")}
    once = fresh.on_conflict_do_update(
        index_elements=["store_id", "kind", "subject_kind", "subject_id"],
        index_where=ExceptionRecord.resolved_at.is_(None),
        set_=newest,
    )
    exception_id: int = (await uow.session.execute(once.returning(ExceptionRecord.id))).scalar_one()
    return exception_id


async def resolve_exceptions(
    uow: UnitOfWork, subject_kind: str, subject_id: object, kinds: Collection[str] | None = None
) -> int:
    """Resolve what stands open about the subject, all of it or some kinds; returns how many."""
    return await resolve_of_each(uow, subject_kind, [subject_id], kinds)


async def resolve_of_partner(
    uow: UnitOfWork, partner_id: int, kinds: Collection[str], but: Collection[object] = ()
) -> int:
    """Resolve what stands open about a partner, of these kinds and but for some subjects; returns how many."""
    subject_is_left = _TOLD.c.subject_id.not_in([str(each) for each in but])
    return await _resolve(uow, _TOLD.c.partner_id == partner_id, _TOLD.c.kind.in_(kinds), subject_is_left)


async def resolve_of_each(
    uow: UnitOfWork, subject_kind: str, subject_ids: Collection[object] | None, kinds: Collection[str] | None = None
) -> int:
    """Resolve what stands open about any of the subjects (None: any at all), all of it or some kinds; returns how
    many.
    """
    chosen = [_TOLD.c.subject_kind == subject_kind]
    if subject_ids is not None:
        chosen.append(_TOLD.c.subject_id.in_([str(each) for each in subject_ids]))
    if kinds is not None:
        chosen.append(_TOLD.c.kind.in_(kinds))
    return await _resolve(uow, *chosen)


async def _resolve(uow: UnitOfWork, *chosen: ColumnElement[bool]) -> int:
    is_open = (_TOLD.c.store_id == uow.store_id, _TOLD.c.resolved_at.is_(None))
    resolved = update(_TOLD).where(*is_open, *chosen).values(resolved_at=uow.now).returning(_TOLD.c.id)
    return len((await uow.session.execute(resolved)).all())


async def end_by_hand(uow: UnitOfWork, exception_id: int) -> None:
    """Take somebody's word that nothing is left to do about it, and note whose; what ends by itself is refused."""
    chosen = select(ExceptionRecord).where(ExceptionRecord.store_id == uow.store_id, ExceptionRecord.id == exception_id)
    found = (await uow.session.scalars(chosen.with_for_update())).one_or_none()
    if found is None:
        raise NotFound
    if not found.ends_by_hand:
        raise EndsByItself
    if found.resolved_at is not None:
        return  # said before, or over
    found.resolved_at = uow.now
    subject = about(found.subject_kind, found.subject_id)
    await record_event(uow, ExceptionMarkedDone(subject, found.id, found.kind, found.cause))


async def retry_failed(uow: UnitOfWork, run_id: int, also_of: Collection[int] = ()) -> int | None:
    """Have a failed job tried again; what stood open about it is over, and told anew should it fail once more.

    It acts for the actor's store, or for another one the actor's works with; returns which.
    """
    store_id = await retry_job(uow, run_id, also_of)
    await resolve_exceptions(uow, "job", run_id)
    return store_id


async def look_at_jobs(uow: UnitOfWork) -> list[ExceptionFacts]:
    """Resolve what is told of jobs of the actor's store and is not so any more; return what is still so.

    The rows are locked before the ledger is read: a job that ends meanwhile has its word written after this one.
    """
    # What is told of work for a partner's store is of a partner, and ends as that store's own entry does.
    is_own = ExceptionRecord.partner_id.is_(None)
    told = (ExceptionRecord.subject_kind == "job") & ExceptionRecord.kind.in_(TROUBLED) & is_own
    chosen = select(ExceptionRecord.kind, ExceptionRecord.subject_id).where(
        ExceptionRecord.store_id == uow.store_id, ExceptionRecord.resolved_at.is_(None), told
    )
    found = (await uow.session.execute(chosen.order_by(ExceptionRecord.id).with_for_update())).all()
    states = await states_of(uow, [int(each.subject_id) for each in found])
    for kind, troubled in TROUBLED.items():
        of_kind = [each.subject_id for each in found if each.kind == kind]
        over = [run_id for run_id in of_kind if states.get(int(run_id)) not in troubled]
        await resolve_of_each(uow, "job", over, [kind])
    return await open_exceptions(uow.session, *TROUBLED)
