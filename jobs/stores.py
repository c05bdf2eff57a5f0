"""The stores' jobs and the news they listen to."""

from app.core.unit_of_work import system_for
from app.inbox.declaration import InboxEvent
from app.inbox.service import mark_handled
from app.job_runs.service import enqueue
from app.stores import flows, service
from app.stores.jobs import CheckInstallation, RegisterTopics, RenewToken, SweepTokens
from jobs.context import JobContext
from jobs.registry import handles, hears


@handles(RegisterTopics)
async def register_topics(context: JobContext, job: RegisterTopics) -> None:
    """Make the store's subscriptions those of its role."""
    await flows.register_topics(context.shopify, job.store_id)


@handles(CheckInstallation)
async def check_installation(context: JobContext, job: CheckInstallation) -> None:
    """Read what the store grants and says of itself."""
    await flows.refresh_installation(context.shopify, job.store_id)


@handles(SweepTokens)
async def sweep_tokens(context: JobContext, _job: SweepTokens) -> None:
    """Have tokens renewed in time."""
    await flows.sweep_tokens(context.shopify)


@handles(RenewToken)
async def renew_token(context: JobContext, job: RenewToken) -> None:
    """Get the store a new token."""
    await context.shopify.renew(job.store_id)


@hears("app/scopes_update", "shop/update")
async def store_changed(context: JobContext, event: InboxEvent) -> None:
    """Have the store read again; the payload is only a hint."""
    assert event.store_id is not None
    async with context.open_last(system_for(event.store_id)) as uow:
        await enqueue(uow, CheckInstallation(event.store_id))
        await mark_handled(uow, event.id)


@hears("app/uninstalled")
async def store_left(context: JobContext, event: InboxEvent) -> None:
    """End the installation, unless the news is older than it or the store still lets us in."""
    assert event.store_id is not None
    await flows.end_installation(context.shopify, event.store_id, event.triggered_at)


@hears("customers/data_request", "customers/redact", without_store=True)
async def customer_asked(context: JobContext, event: InboxEvent) -> None:
    """Note that we hold nothing of a customer: no name, no address, no e-mail is ever stored."""
    async with context.open_last(context.actor) as uow:
        await mark_handled(uow, event.id, "no personal data of customers is stored")


@hears("shop/redact", without_store=True)
async def store_erased(context: JobContext, event: InboxEvent) -> None:
    """Forget a store that left, except figures without a person in them."""
    async with context.open_last(context.actor) as uow:
        if event.store_id is not None:
            await service.erase_store(uow)
        await mark_handled(uow, event.id)
