"""Recording what became true, and asking for the work that follows from it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Table, update
from sqlalchemy.dialects.postgresql import insert

from app.core.unit_of_work import ActorKind, UnitOfWork
from app.events.declaration import Event, details_of
from app.events.models import DomainEvent
from app.job_runs.declaration import Job
from app.job_runs.service import enqueue

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Later:
    """A job that follows an event after a while, so that several events are gathered in one run."""

    job: Job
    after: timedelta


Answer = Job | Later | Iterable[Job | Later] | None


@dataclass(frozen=True, slots=True)
class News(Generic[E]):
    """An event as subscribers hear it: with the store it happened in."""

    event: E
    store_id: int


Subscriber = Callable[[News[Any]], Answer]
"""What follows from an event."""


_EVENTS = cast(Table, DomainEvent.__table__)
_INSERT = insert(_EVENTS)
_INSERT_ONCE = _INSERT.on_conflict_do_nothing(
    index_elements=["store_id", "name", "subject_id", "cause"], index_where=_EVENTS.c.cause.is_not(None)
).returning(_EVENTS.c.id)


async def record_event(uow: UnitOfWork, event: Event) -> None:
    """Record the event in this transaction, with the jobs that follow from it; once for each cause."""
    details = details_of(event)
    row = {
        "store_id": uow.store_id,
        "name": event.name,
        "subject": event.subject,
        "subject_id": event.subject_id(),
        "partner_id": details.get("partner_id") or uow.actor.partner_id,
        "details": details,
        "sentence": event.told(),
        "cause": details.get("cause"),
        "actor": uow.actor.kind,
        "staff": uow.actor.staff,
        "request_id": uow.request_id,
        "happened_at": uow.now,
    }
    if row["cause"] is None:
        uow.at_commit(_write, row)
    elif not await _write_once(uow, row):
        return
    for subscriber in uow.subscribers.get(event.name, ()):
        for answer in _answers(subscriber(News(event, uow.store_id))):
            await _follow(uow, answer)


async def _write(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await uow.session.execute(_INSERT, rows)


async def _write_once(uow: UnitOfWork, row: dict[str, Any]) -> bool:
    """Write an event and what was recorded before it, in their order; tell whether its cause had not done it yet."""
    await _write(uow, uow.gathered.pop(_write, ()))
    return (await uow.session.execute(_INSERT_ONCE, row)).first() is not None


def _answers(answer: Answer) -> Iterable[Job | Later]:
    if answer is None:
        return ()
    return (answer,) if isinstance(answer, Job | Later) else answer


async def _follow(uow: UnitOfWork, answer: Job | Later) -> None:
    if isinstance(answer, Later):
        await enqueue(uow, answer.job, run_at=uow.now + answer.after)
    else:
        await enqueue(uow, answer)


async def forget_staff(uow: UnitOfWork, partner_id: int | None = None) -> int:
    """Let no event of the store say which of its staff acted, or of a partner's; returns how many said it."""
    told = update(DomainEvent).where(DomainEvent.store_id == uow.store_id, DomainEvent.staff.is_not(None))
    if partner_id is not None:
        told = told.where(DomainEvent.actor == ActorKind.PARTNER.value, DomainEvent.partner_id == partner_id)
    return len((await uow.session.execute(told.values(staff=None).returning(DomainEvent.id))).all())


async def retell(uow: UnitOfWork, event: type[Event], sentence: str, without: str, ids: Collection[int] | None) -> int:
    """Tell events of a kind in other words and without a detail, about some subjects or all; returns how many."""
    told = update(DomainEvent).where(
        DomainEvent.store_id == uow.store_id, DomainEvent.name == event.name, DomainEvent.details.has_key(without)
    )
    if ids is not None:
        told = told.where(DomainEvent.subject_id.in_([str(each) for each in ids]))
    values = {"sentence": sentence, "details": DomainEvent.details.op("-")(without)}
    return len((await uow.session.execute(told.values(values).returning(DomainEvent.id))).all())
