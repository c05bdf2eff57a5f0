"""What stands open, and what once did, for pages and books."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Select, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

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


async def open_exceptions(session: AsyncSession) -> list[ExceptionFacts]:
    """Return what stands open in the actor's store, oldest first."""
    return await _read(session, select(ExceptionRecord).where(ExceptionRecord.resolved_at.is_(None)))


async def open_exceptions_of(session: AsyncSession, subject_kind: str, subject_id: object) -> list[ExceptionFacts]:
    """Return what stands open about one subject, oldest first."""
    about = (ExceptionRecord.subject_kind == subject_kind) & (ExceptionRecord.subject_id == str(subject_id))
    return await _read(session, select(ExceptionRecord).where(ExceptionRecord.resolved_at.is_(None), about))


async def list_exceptions(session: AsyncSession) -> list[ExceptionFacts]:
    """Return every exception of the actor's store, open or resolved, oldest first."""
    return await _read(session, select(ExceptionRecord))


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


async def _read(session: AsyncSession, chosen: Select[ExceptionRecord]) -> list[ExceptionFacts]:
    rows = (await session.scalars(chosen.order_by(ExceptionRecord.id))).all()
    return [
        ExceptionFacts(
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
        for row in rows
    ]
