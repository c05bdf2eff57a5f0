"""Every SELECT and stamp on the inbox's tables; machinery rows, so the caller stands inside `uow.machinery()`."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.inbox.models import InboxRow, KnownResource

BATCH = 5000
_EVENTS = cast(Table, InboxRow.__table__)  # stamped past the ORM: what was loaded of a row is not looked at again
_STAMP = update(_EVENTS).where(_EVENTS.c.id == bindparam("event"), _EVENTS.c.handled_at.is_(None))


async def lock_row(session: AsyncSession, inbox_id: int) -> InboxRow | None:
    """Return the row as it stands now, waiting for whoever holds it."""
    return await session.get(InboxRow, inbox_id, populate_existing=True, with_for_update=True)


async def stamp_handled(session: AsyncSession, inbox_id: int, at: datetime, note: str | None) -> None:
    """Stamp the row unless it is stamped."""
    await session.execute(_STAMP.values(handled_at=at, outcome=note), {"event": inbox_id})


async def stamp_failed(session: AsyncSession, inbox_id: int, at: datetime) -> None:
    """Stamp an unhandled row as failed."""
    await session.execute(_STAMP.values(failed_at=at), {"event": inbox_id})


_ORPHANS = text("""
    SELECT id, store_id FROM inbox_events AS event
    WHERE handled_at IS NULL AND failed_at IS NULL AND received_at < :before
      AND NOT EXISTS (SELECT 1 FROM job_runs WHERE state = 'queued' AND coalesce_key = 'inbox.handle|' || event.id)
      AND NOT EXISTS (SELECT 1 FROM job_runs WHERE state = 'running' AND coalesce_key = 'inbox.handle|' || event.id)
      AND NOT EXISTS (SELECT 1 FROM job_runs WHERE state = 'failed' AND coalesce_key = 'inbox.handle|' || event.id)
    ORDER BY id LIMIT 200
""")


async def list_orphans(session: AsyncSession, before: datetime) -> list[tuple[int, int | None]]:
    """Return id and store of unhandled events received before the instant that no job stands for, live or failed."""
    return [(row.id, row.store_id) for row in await session.execute(_ORPHANS, {"before": before})]


async def insert_known(session: AsyncSession, shop_domain: str, kind: str, resource_id: str) -> None:
    """Add the resource unless it is there."""
    fresh = insert(KnownResource).values(shop_domain=shop_domain, kind=kind, resource_id=resource_id)
    await session.execute(fresh.on_conflict_do_nothing())


async def rename_known(session: AsyncSession, before: str, now: str) -> None:
    """Add what is known of one shop under another name; what is on its way under the old one is still let in."""
    theirs = select(literal(now), KnownResource.kind, KnownResource.resource_id).where(
        KnownResource.shop_domain == before
    )
    fresh = insert(KnownResource).from_select(["shop_domain", "kind", "resource_id"], theirs)
    await session.execute(fresh.on_conflict_do_nothing())


async def drop_bodies(session: AsyncSession, before: datetime) -> int:
    """Empty a batch of bodies of events handled before the instant; returns how many."""
    old = select(InboxRow.id).where(InboxRow.handled_at < before, InboxRow.body.is_not(None)).limit(BATCH)
    emptied = await session.execute(
        update(InboxRow).where(InboxRow.id.in_(old)).values(body=None, headers={}).returning(InboxRow.id)
    )
    return len(emptied.all())


async def drop_body(session: AsyncSession, inbox_id: int) -> None:
    """Empty the body of one event."""
    await session.execute(update(InboxRow).where(InboxRow.id == inbox_id).values(body=None, headers={}))


async def drop_bodies_of(session: AsyncSession, shop_domain: str) -> int:
    """Empty the bodies of a shop's handled events; returns how many."""
    theirs = (InboxRow.shop_domain == shop_domain) & InboxRow.handled_at.is_not(None) & InboxRow.body.is_not(None)
    emptied = await session.execute(update(InboxRow).where(theirs).values(body=None, headers={}).returning(InboxRow.id))
    return len(emptied.all())
