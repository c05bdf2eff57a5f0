"""The timeline: what happened to one thing, as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.unit_of_work import ActorKind
from app.events.declaration import Event
from app.events.models import DomainEvent

# Timelines are read by the retailer.
BY = {
    ActorKind.SYSTEM: "Partner Hub",
    ActorKind.RETAILER: "your staff",
    ActorKind.PARTNER: "the partner's staff",
    ActorKind.VISITOR: "the store's staff",
}


Subject = tuple[str, object]
"""A kind of thing, and which one."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One sentence of a timeline: what happened, or happened so often with nothing else between."""

    at: datetime
    sentence: str
    by: str
    times: int = 1
    first_at: datetime | None = None  # where it happened more than once


async def timeline(
    session: AsyncSession, subject: str, subject_id: object, also: Sequence[Subject] = (), limit: int = 100
) -> list[TimelineEntry]:
    """Return what happened to the subject, and to others that belong to it, newest first, as far as the actor may
    see it.
    """
    subjects = [(kind, str(each)) for kind, each in ((subject, subject_id), *also)]
    chosen = select(DomainEvent).where(tuple_(DomainEvent.subject, DomainEvent.subject_id).in_(subjects))
    return await _told(session, chosen.order_by(DomainEvent.id.desc()).limit(limit))


async def timeline_of_part(
    session: AsyncSession, subject: str, subject_id: object, part: tuple[str, object], limit: int = 100
) -> list[TimelineEntry]:
    """Return what happened to a part of the subject, named by one of its events' details, newest first."""
    detail, value = part
    chosen = select(DomainEvent).where(
        DomainEvent.subject == subject,
        DomainEvent.subject_id == str(subject_id),
        DomainEvent.details[detail].astext == str(value),
    )
    return await _told(session, chosen.order_by(DomainEvent.id.desc()).limit(limit))


async def latest(session: AsyncSession, event: type[Event], since: datetime, limit: int = 100) -> list[TimelineEntry]:
    """Return each time the event happened since an instant, newest first, as far as the actor may see it."""
    chosen = select(DomainEvent).where(
        DomainEvent.subject == event.subject, DomainEvent.name == event.name, DomainEvent.happened_at >= since
    )
    return await _told(session, chosen.order_by(DomainEvent.id.desc()).limit(limit))


async def _told(session: AsyncSession, chosen: Select[DomainEvent]) -> list[TimelineEntry]:
    events = groupby(await session.scalars(chosen), key=lambda event: (event.sentence, event.actor))
    return [_entry(sentence, actor, [event.happened_at for event in alike]) for (sentence, actor), alike in events]


def _entry(sentence: str, actor: str, times: Sequence[datetime]) -> TimelineEntry:
    first_at = times[-1] if len(times) > 1 else None
    return TimelineEntry(times[0], sentence, BY[ActorKind(actor)], len(times), first_at)


async def count_since(session: AsyncSession, event: type[Event], subject_id: object, since: datetime) -> int:
    """Return how often the event happened to the subject since an instant."""
    chosen = select(func.count()).where(
        DomainEvent.subject == event.subject,
        DomainEvent.subject_id == str(subject_id),
        DomainEvent.name == event.name,
        DomainEvent.happened_at >= since,
    )
    return (await session.execute(chosen)).scalar_one()


async def last_times(session: AsyncSession, event: type[Event], subject_id: object, detail: str) -> dict[str, datetime]:
    """Return when the event last happened to the subject, for each value of one of its details."""
    value = DomainEvent.details[detail].astext
    chosen = (
        select(value, func.max(DomainEvent.happened_at))
        .where(
            DomainEvent.subject == event.subject,
            DomainEvent.subject_id == str(subject_id),
            DomainEvent.name == event.name,
            value.is_not(None),
        )
        .group_by(value)
    )
    return {found: at for found, at in await session.execute(chosen)}
