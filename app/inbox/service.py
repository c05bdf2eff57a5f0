"""The verbs of the inbox: read an event, stamp it, know what is ours, let old bodies go."""

from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.inbox import repository
from app.inbox.declaration import InboxEvent
from app.inbox.jobs import ForgetBodies, HandleInbox
from app.inbox.reading import read_payload
from app.inbox.rules import COMPLIANCE, numeric_tail
from app.job_runs.service import enqueue


async def lock_unhandled(uow: UnitOfWork, inbox_id: int) -> InboxEvent | None:
    """Return the event if it still has to be handled, ours alone; raise `NotUnderstood` if its body cannot be read."""
    async with uow.machinery() as session:
        row = await repository.lock_row(session, inbox_id)
    if row is None or row.handled_at is not None or row.body is None:
        return None
    return InboxEvent(
        id=row.id,
        source=row.source,
        store_id=row.store_id,
        shop_domain=row.shop_domain,
        topic=row.topic,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        triggered_at=row.triggered_at,
        received_at=row.received_at,
        payload=read_payload(row.body),
    )


async def mark_handled(uow: UnitOfWork, inbox_id: int, note: str | None = None) -> None:
    """Stamp the event with what came of it; one that is stamped keeps its first stamp."""
    async with uow.machinery() as session:
        await repository.stamp_handled(session, inbox_id, uow.now, note)


async def mark_failed(uow: UnitOfWork, inbox_id: int) -> None:
    """Set the event aside: its job failed, and the job's exception tells what to do."""
    async with uow.machinery() as session:
        await repository.stamp_failed(session, inbox_id, uow.now)


async def requeue_orphans(uow: UnitOfWork, older_than: timedelta) -> int:
    """Queue the events again that nobody handles and no job stands for; returns how many."""
    async with uow.machinery() as session:
        orphans = await repository.list_orphans(session, uow.now - older_than)
    for inbox_id, store_id in orphans:
        await enqueue(uow, HandleInbox(inbox_id, store_id))
    return len(orphans)


async def remember_resource(uow: UnitOfWork, shop_domain: str, kind: str, resource_gid: str) -> None:
    """Know this order or draft order (`kind`: order, draft_order) as ours, so that webhooks about it are let in."""
    async with uow.machinery() as session:
        await repository.insert_known(session, shop_domain, kind, numeric_tail(resource_gid))


async def follow_name(uow: UnitOfWork, before: str, now: str) -> None:
    """Know what is ours in a shop under the shop's new name too."""
    async with uow.machinery() as session:
        await repository.rename_known(session, before, now)


async def forget_body(uow: UnitOfWork, inbox_id: int) -> None:
    """Let the body of one event go at once, because a person stands in it."""
    async with uow.machinery() as session:
        await repository.drop_body(session, inbox_id)


async def forget_wish(uow: UnitOfWork, inbox_id: int) -> bool:
    """Let the body of one event go if it asks something for a person's sake; tell whether it does."""
    async with uow.machinery() as session:
        row = await repository.lock_row(session, inbox_id)
    is_wish = row is not None and row.topic.lower() in COMPLIANCE
    if is_wish:
        await forget_body(uow, inbox_id)
    return is_wish


async def forget_shop(uow: UnitOfWork, shop_domain: str) -> int:
    """Let the bodies of all handled events of a shop go; returns how many."""
    async with uow.machinery() as session:
        return await repository.drop_bodies_of(session, shop_domain)


async def forget_bodies(uow: UnitOfWork, keep: timedelta) -> int:
    """Let a batch of bodies go that were handled longer ago than this, and the next one after it; returns how many."""
    async with uow.machinery() as session:
        gone = await repository.drop_bodies(session, uow.now - keep)
    if gone == repository.BATCH:
        await enqueue(uow, ForgetBodies())
    return gone
