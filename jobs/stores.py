"""The stores' jobs and the news they listen to."""

from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.gateways.shopify.shop_domains import parse_shop_domain
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood
from app.inbox.hints import gid_of, listed, part_of
from app.inbox.service import forget_body
from app.job_runs.service import enqueue
from app.partners.flows import tell_of_recovery
from app.stores import flows, service
from app.stores.jobs import CheckInstallation, ForgetAuthorizations, RegisterTopics, RenewToken, SweepTokens
from app.stores.service import CUSTOMER, DATA_REQUEST, SHOP, Asked
from jobs.context import JobContext
from jobs.registry import handles, hears, hears_abroad

ORDER_LISTS = ("orders_requested", "orders_to_redact")


@handles(RegisterTopics)
async def register_topics(context: JobContext, job: RegisterTopics) -> None:
    """Make the store's subscriptions those of its role."""
    lost = await flows.register_topics(context.shopify, job.store_id)
    if job.by_poll and lost:
        what = f"The loss of {plural(lost, 'subscription')}"
        await tell_of_recovery(context.open_uow, job.store_id, what, f"topics@{context.now.isoformat()}")


@handles(CheckInstallation)
async def check_installation(context: JobContext, job: CheckInstallation) -> None:
    """Read what the store grants and says of itself."""
    is_changed = await flows.refresh_installation(context.shopify, job.store_id)
    if job.by_poll and is_changed:
        what = "A change of the store's permissions or name"
        await tell_of_recovery(context.open_uow, job.store_id, what, f"store@{context.now.isoformat()}")


@handles(SweepTokens)
async def sweep_tokens(context: JobContext, _job: SweepTokens) -> None:
    """Have tokens renewed in time."""
    await flows.sweep_tokens(context.shopify)


@handles(ForgetAuthorizations)
async def forget_authorizations(context: JobContext, _job: ForgetAuthorizations) -> None:
    """Remove states that let nobody in."""
    async with context.open_last(context.actor) as uow:
        await service.forget_authorizations(uow)


@handles(RenewToken)
async def renew_token(context: JobContext, job: RenewToken) -> None:
    """Get the store a new token."""
    await context.shopify.renew(job.store_id)


@hears("app/scopes_update", "shop/update")
async def store_changed(uow: UnitOfWork, _event: InboxEvent) -> None:
    """Have the store read again; the payload is only a hint."""
    await enqueue(uow, CheckInstallation(uow.store_id))


@hears_abroad("app/uninstalled")
async def store_left(context: JobContext, event: InboxEvent) -> None:
    """End the installation, unless the news is older than it or the store still lets us in."""
    assert event.store_id is not None
    await flows.end_installation(context.shopify, event.store_id, event.triggered_at)


@hears("customers/data_request", "customers/redact", without_store=True)
async def customer_asked(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have a customer's wish done; who it was goes at once, the orders say what it is about."""
    await service.take_request(uow, _asked(event))
    await forget_body(uow, event.id)


@hears_abroad("shop/redact", without_store=True)
async def store_erased(context: JobContext, event: InboxEvent) -> None:
    """Forget a store that left, except figures without a person in them."""
    await flows.erase_shop(context.shopify, _asked(event))


def _asked(event: InboxEvent) -> Asked:
    """Return what is asked; the headers are not signed, so a body that names another shop asks nothing of this one."""
    if parse_shop_domain(str(part_of(event.payload, "shop_domain"))) != event.shop_domain:
        raise NotUnderstood("The request names another shop than its header.")
    kind = {"customers/data_request": DATA_REQUEST, "customers/redact": CUSTOMER}.get(event.topic.lower(), SHOP)
    numbers = [number for name in ORDER_LISTS for number in listed(event.payload, name)]
    orders = [gid_of("Order", number) for number in numbers if type(number) is int and 0 < number < 10**20]
    shop_id = event.payload.get("shop_id")
    shop_gid = gid_of("Shop", shop_id) if type(shop_id) is int and 0 < shop_id < 10**20 else ""
    return Asked(kind, event.shop_domain, event.store_id, f"{event.source}:{event.webhook_id}", orders, shop_gid)
