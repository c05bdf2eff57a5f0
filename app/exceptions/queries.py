"""What stands open, and what once did, for pages and books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Select, case, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import Page, Place, read_page
from app.events.queries import Subject
from app.exceptions.events import ExceptionMarkedDone, about
from app.exceptions.models import ExceptionRecord


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """Something that cannot or could not proceed."""

    id: int
    kind: str
    subject_kind: str
    subject_id: str
    partner_id: int | None
    cause: str
    next_step: str
    units: int
    ends_by_hand: bool  # somebody says that it is done
    opened_at: datetime
    resolved_at: datetime | None


_OPEN = select(ExceptionRecord).where(ExceptionRecord.resolved_at.is_(None))


async def open_exceptions(session: AsyncSession, *kinds: str) -> list[ExceptionFacts]:
    """Return what stands open in the actor's store, oldest first: all of it, or some kinds."""
    return await _read(session, _OPEN.where(ExceptionRecord.kind.in_(kinds)) if kinds else _OPEN)


async def open_exceptions_of(session: AsyncSession, subject_kind: str, *subject_ids: object) -> list[ExceptionFacts]:
    """Return what stands open about these subjects, oldest first."""
    return await open_exceptions_about(session, [(subject_kind, each) for each in subject_ids])


async def open_exceptions_about(session: AsyncSession, subjects: Iterable[Subject]) -> list[ExceptionFacts]:
    """Return what stands open about subjects of any kinds, oldest first."""
    named = tuple_(ExceptionRecord.subject_kind, ExceptionRecord.subject_id).in_(
        [(kind, str(each)) for kind, each in subjects]
    )
    return await _read(session, _OPEN.where(named))


async def page_of_open(session: AsyncSession, place: Place) -> Page[ExceptionFacts]:
    """Return one page of what stands open in the actor's store, oldest first."""
    page = await read_page(session, _OPEN, ExceptionRecord.id, place, oldest_first=True)
    return page.of(_facts)


async def list_exceptions(session: AsyncSession) -> list[ExceptionFacts]:
    """Return every exception of the actor's store, open or resolved, oldest first."""
    return await _read(session, select(ExceptionRecord))


async def subjects_ever(session: AsyncSession, kind: str) -> set[str]:
    """Return about which subjects something of a kind stands open in the actor's store, or once did."""
    return set(await session.scalars(select(ExceptionRecord.subject_id).where(ExceptionRecord.kind == kind)))


def open_subjects(store_id: int, subject_kind: str) -> Select[int]:
    """Return the question about which rows of a kind something stands open, to be asked inside another one."""
    is_id = ExceptionRecord.subject_id.regexp_match("^[0-9]{1,18}$")
    return select(case((is_id, cast(ExceptionRecord.subject_id, BigInteger)))).where(
        ExceptionRecord.store_id == store_id,
        ExceptionRecord.subject_kind == subject_kind,
        ExceptionRecord.resolved_at.is_(None),
    )


async def count_open(session: AsyncSession) -> int:
    """Return how many stand open in the actor's store."""
    counted = select(func.count()).select_from(ExceptionRecord).where(ExceptionRecord.resolved_at.is_(None))
    return (await session.execute(counted)).scalar_one()


def done_about(subject_kind: str, subject_ids: Iterable[object]) -> list[Subject]:
    """Return under which subjects a timeline has what staff marked as done about these."""
    return [(ExceptionMarkedDone.subject, about(subject_kind, each)) for each in subject_ids]


async def _read(session: AsyncSession, chosen: Select[ExceptionRecord]) -> list[ExceptionFacts]:
    return [_facts(row) for row in await session.scalars(chosen.order_by(ExceptionRecord.id))]


def _facts(row: ExceptionRecord) -> ExceptionFacts:
    return ExceptionFacts(
        id=row.id,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        partner_id=row.partner_id,
        cause=row.cause,
        next_step=row.next_step,
        units=row.units,
        ends_by_hand=row.ends_by_hand,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
    )
