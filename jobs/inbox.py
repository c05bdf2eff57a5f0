"""Received webhooks: each goes to the function that hears its topic, and is stamped once."""

from datetime import timedelta

from msgspec import ValidationError

from app.core.errors import Conflict, Unavailable
from app.core.unit_of_work import SYSTEM, UnitOfWork
from app.exceptions.service import NO_STORE, Problem, open_exception
from app.inbox import service
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood, UnknownShop
from app.inbox.jobs import ForgetBodies, HandleInbox
from app.job_runs.errors import LeaseLost
from app.stores.queries import get_store
from jobs.context import JobContext
from jobs.registry import Heard, HeardAbroad, handles, who_hears

BODIES_KEPT = timedelta(days=30)
UNKNOWN_SHOP = "unknown_shop"
COMPARED = "Nothing was lost: the regular comparison with the store makes up for it. Look at what was sent."
ANOTHER_NAME = (
    "If it is a store of ours under a new name, have the app opened there once: it is known again, and what it told"
    " meanwhile is read. Otherwise nothing is left to do."
)
ASK_AGAIN = (
    "A person or a shop asked for their data, and no comparison makes up for that: find the request in the store's"
    " Shopify admin and have it sent again. What was sent is not kept, for it may name a person."
)


@handles(HandleInbox)
async def handle_inbox(context: JobContext, job: HandleInbox) -> None:
    """Handle the event; what nobody understands is stamped and becomes an exception."""
    try:
        await _hear(context, job.inbox_id)
    except UnknownShop as error:
        await _set_aside(context, job.inbox_id, UNKNOWN_SHOP, error.sentence)
    except (NotUnderstood, ValidationError) as error:
        why = error.sentence if isinstance(error, NotUnderstood) else NotUnderstood.sentence
        await _set_aside(context, job.inbox_id, "not_understood", why)
    except Conflict as conflict:
        async with context.open_last(context.actor) as uow:
            await service.mark_handled(uow, job.inbox_id, conflict.sentence)
    except (Unavailable, LeaseLost, TimeoutError):
        raise
    except Exception:
        async with context.open_uow(context.actor) as uow:
            await service.mark_failed(uow, job.inbox_id)
        raise


async def _hear(context: JobContext, inbox_id: int) -> None:
    """Lock the event, leave a handled one alone, and stamp it in the transaction of its effect (architecture §5.2)."""
    async with context.open_uow(context.actor) as uow:
        event = await service.lock_unhandled(uow, inbox_id)
        if event is None:
            return
        heard = await _who_hears(uow, event)
        if isinstance(heard, Heard):
            uow.is_last = True
            await service.mark_handled(uow, event.id, await heard.function(uow, event))
            return
    await heard.function(context, event)
    async with context.open_last(context.actor) as uow:
        await service.mark_handled(uow, event.id)


async def _who_hears(uow: UnitOfWork, event: InboxEvent) -> Heard | HeardAbroad:
    role = None if event.store_id is None else (await get_store(uow, event.store_id)).role
    heard = who_hears(event.topic, role)
    if event.store_id is None and (heard is None or not heard.without_store):
        raise UnknownShop(f"No store is known at {event.shop_domain[:100]}.")
    if heard is None:
        raise NotUnderstood(f"Nobody handles the topic {event.topic[:100]}.")
    return heard


async def _set_aside(context: JobContext, inbox_id: int, kind: str, why: str) -> None:
    owner = SYSTEM.of_store(NO_STORE if context.store_id is None else context.store_id)
    async with context.open_last(owner) as uow:
        is_wish = await service.forget_wish(uow, inbox_id)
        step = ASK_AGAIN if is_wish else ANOTHER_NAME if kind == UNKNOWN_SHOP else COMPARED
        await open_exception(uow, Problem(kind, "job", f"inbox-{inbox_id}", why, step, ends_by_hand=True))
        await service.mark_handled(uow, inbox_id, kind)


@handles(ForgetBodies)
async def forget_bodies(context: JobContext, _job: ForgetBodies) -> None:
    """Empty old bodies, a batch at a time."""
    async with context.open_last(context.actor) as uow:
        await service.forget_bodies(uow, BODIES_KEPT)
