"""Received webhooks: each goes to the function that hears its topic, and is stamped once."""

from datetime import timedelta

from msgspec import ValidationError

from app.core.errors import Conflict, Unavailable
from app.core.unit_of_work import SYSTEM
from app.exceptions.service import NO_STORE, Problem, open_exception
from app.inbox import service
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood
from app.inbox.jobs import ForgetBodies, HandleInbox
from app.job_runs.errors import LeaseLost
from app.stores.queries import get_store
from jobs.context import JobContext
from jobs.registry import handles, topic_handler

BODIES_KEPT = timedelta(days=30)


@handles(HandleInbox)
async def handle_inbox(context: JobContext, job: HandleInbox) -> None:
    """Handle the event; what nobody understands is stamped and becomes an exception."""
    try:
        async with context.open_uow(context.actor) as uow:
            event = await service.find_unhandled(uow, job.inbox_id)
            role = (await get_store(uow, event.store_id)).role if event and event.store_id else None
        if event is not None:
            await _give(context, event, role)
    except (NotUnderstood, ValidationError) as error:
        why = error.sentence if isinstance(error, NotUnderstood) else NotUnderstood.sentence
        await _set_aside(context, job.inbox_id, "not_understood", why)
    except Conflict as conflict:
        async with context.open_uow(context.actor) as uow:
            await service.settle_handled(uow, job.inbox_id, conflict.sentence)
    except (Unavailable, LeaseLost, TimeoutError):
        raise
    except Exception:
        async with context.open_uow(context.actor) as uow:
            await service.mark_failed(uow, job.inbox_id)
        raise


async def _give(context: JobContext, event: InboxEvent, role: str | None) -> None:
    handler = topic_handler(event.topic, role)
    if event.store_id is None and (handler is None or not handler.without_store):
        return await _set_aside(context, event.id, "unknown_shop", f"No store is known at {event.shop_domain[:100]}.")
    if handler is None:
        raise NotUnderstood(f"Nobody handles the topic {event.topic[:100]}.")
    await handler.function(context, event)
    if not context.ended.by_handler:
        async with context.open_last(context.actor) as uow:
            await service.settle_handled(uow, event.id)


async def _set_aside(context: JobContext, inbox_id: int, kind: str, why: str) -> None:
    step = "Nothing was lost: the regular comparison with the store makes up for it. Look at what was sent."
    owner = SYSTEM.of_store(NO_STORE if context.store_id is None else context.store_id)
    async with context.open_last(owner) as uow:
        await open_exception(uow, Problem(kind, "job", f"inbox-{inbox_id}", why, step))
        await service.settle_handled(uow, inbox_id, kind)


@handles(ForgetBodies)
async def forget_bodies(context: JobContext, _job: ForgetBodies) -> None:
    """Empty old bodies, a batch at a time."""
    async with context.open_last(context.actor) as uow:
        await service.forget_bodies(uow, BODIES_KEPT)
