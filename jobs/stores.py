"""The stores' jobs and the news they listen to."""

from typing import Any

from app.core.unit_of_work import SYSTEM, UnitOfWork, system_for
from app.core.words import plural
from app.gateways.shopify.shop_domains import parse_shop_domain
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood, UnknownShop
from app.inbox.hints import gid_in, gid_of, part_of
from app.inbox.service import forget_body, mark_handled
from app.job_runs.service import enqueue
from app.partners.flows import tell_of_recovery
from app.stores import flows, service
from app.stores.jobs import CheckInstallation, ForgetAuthorizations, RegisterTopics, RenewToken, SweepTokens
from app.stores.service import CUSTOMER, DATA_REQUEST, SHOP, Asked
from jobs.context import JobContext
from jobs.registry import handles, hears, hears_abroad


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


@hears("app/scopes_update")
async def store_changed(uow: UnitOfWork, _event: InboxEvent) -> None:
    """Have the store read again; the payload is only a hint."""
    await enqueue(uow, CheckInstallation(uow.store_id))


@hears_abroad("shop/update", without_store=True)
async def shop_changed(context: JobContext, event: InboxEvent) -> None:
    """Have the store read again; one that nobody knows by its name may have changed that, as its id says (A15)."""
    if event.store_id is not None:
        async with context.open_uow(context.actor) as uow:
            await enqueue(uow, CheckInstallation(event.store_id))
        return
    name = parse_shop_domain(event.shop_domain)  # never a token to what is no shop
    if name is None or not await flows.find_renamed(context.shopify, name, gid_in(event.payload, "Shop")):
        raise UnknownShop(f"No store is known at {event.shop_domain[:100]}.")


@hears_abroad("app/uninstalled")
async def store_left(context: JobContext, event: InboxEvent) -> None:
    """End the installation, unless the news is older than it or the store still lets us in."""
    assert event.store_id is not None
    await flows.end_installation(context.shopify, event.store_id, event.triggered_at)


@hears_abroad("customers/data_request", "customers/redact", without_store=True)
async def customer_asked(context: JobContext, event: InboxEvent) -> None:
    """Have a customer's wish done; who it was goes with it, the orders say what it is about."""
    asked = await flows.name_store(context.open_uow, _asked(event))
    async with context.open_uow(SYSTEM if asked.store_id is None else system_for(asked.store_id)) as uow:
        await service.take_request(uow, asked)
        await mark_handled(uow, event.id)
        await forget_body(uow, event.id)


@hears_abroad("shop/redact", without_store=True)
async def store_erased(context: JobContext, event: InboxEvent) -> None:
    """Forget a store that left, except figures without a person in them."""
    await flows.erase_shop(context.shopify, _asked(event))


def _asked(event: InboxEvent) -> Asked:
    """Return what is asked; the headers are not signed, so of the shop they name nothing is asked by a body that names
    another one: that is found by its id, whatever it is called now.
    """
    topic = event.topic.lower()
    kind = {"customers/data_request": DATA_REQUEST, "customers/redact": CUSTOMER}.get(topic, SHOP)
    orders = [gid_of("Order", number) for number in _orders_of(event.payload, kind) if _is_id(number)]
    is_theirs = parse_shop_domain(str(part_of(event.payload, "shop_domain"))) == event.shop_domain
    shop_id = event.payload.get("shop_id")
    shop_gid = gid_of("Shop", shop_id) if _is_id(shop_id) else ""
    if not is_theirs and not shop_gid:
        raise NotUnderstood("The request names another shop than its header.")
    store_id = event.store_id if is_theirs else None
    return Asked(kind, event.shop_domain, store_id, f"{event.source}:{event.webhook_id}", orders, shop_gid)


def _orders_of(payload: Any, kind: str) -> list[Any]:
    """Return the numbers under this wish's own name: under the other's they would ask for something else."""
    if kind == SHOP:
        return []
    name = "orders_requested" if kind == DATA_REQUEST else "orders_to_redact"
    numbers = part_of(payload, name)
    if not isinstance(numbers, list):
        raise NotUnderstood(f"What stands for “{name}” is no list.")
    return numbers


def _is_id(number: Any) -> bool:
    return type(number) is int and 0 < number < 10**20
