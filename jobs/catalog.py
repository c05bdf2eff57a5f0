"""The catalogue's jobs and the news it listens to."""

from datetime import timedelta

from app.catalog import flows, service
from app.catalog.jobs import ConfirmProductsGone, DraftProduct, ReadProducts, RunImport, TellOfSku
from app.catalog.queries import partners_of_product
from app.core.unit_of_work import UnitOfWork, system_for
from app.core.words import plural
from app.inbox.declaration import InboxEvent
from app.inbox.hints import gid_in
from app.inventory.jobs import RefreshOffers, SyncStock, WriteOffers
from app.inventory.service import ask_every_retailer
from app.job_runs.service import enqueue
from app.partners.flows import tell_of_recovery
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles, hears

STOCK_READ_WITHIN = timedelta(minutes=1)


@handles(RunImport)
async def run_import(context: JobContext, job: RunImport) -> None:
    """Bring the chosen products in."""
    await flows.run_import(context.open_uow, context.shopify, job.store_id, job.import_id, context.progress)


@handles(ReadProducts)
async def read_products(context: JobContext, job: ReadProducts) -> None:
    """Read imported products again; what is gone is offered no more, nor what is missing unless its stock is seen."""
    read = await flows.read_products(context.open_uow, context.shopify, job.partner_store_id)
    if job.by_poll and read.changed:
        what = f"A change of {plural(read.changed, 'product')}"
        await tell_of_recovery(context.open_uow, job.partner_store_id, what, f"products@{context.now.isoformat()}")
    if read.is_doubtful:
        # What the stock shows is offered on; should it not be read soon, nothing is.
        async with context.open_last(system_for(job.partner_store_id)) as uow:
            await enqueue(uow, SyncStock(job.partner_store_id))
            await enqueue(uow, RefreshOffers(job.partner_store_id), run_at=uow.now + STOCK_READ_WITHIN)


@handles(ConfirmProductsGone)
async def confirm_products_gone(context: JobContext, job: ConfirmProductsGone) -> None:
    """Read them a second time; what is gone then is offered no more."""
    await flows.read_products(context.open_uow, context.shopify, job.partner_store_id, is_confirmed=True)


@handles(DraftProduct)
async def draft_product(context: JobContext, job: DraftProduct) -> None:
    """Draft what the partner deleted."""
    await flows.draft_product(context.open_uow, context.shopify, job)


@handles(TellOfSku)
async def tell_of_sku(context: JobContext, job: TellOfSku) -> None:
    """Tell a partner's retailers of a SKU that changed."""
    await flows.tell_of_sku(context.open_uow, job)


@hears("products/update", role=StoreRole.PARTNER)
async def product_changed(uow: UnitOfWork, _event: InboxEvent) -> None:
    """Have the partner's products read again; the payload is only a hint."""
    await enqueue(uow, ReadProducts(uow.store_id))


@hears("products/delete", role=StoreRole.PARTNER)
async def product_deleted(uow: UnitOfWork, event: InboxEvent) -> None:
    """Mark the product as gone, so that it is not offered any more, and look whether it really is."""
    await service.mark_products_deleted(uow, [gid_in(event.payload, "Product")])
    await ask_every_retailer(uow)
    await enqueue(uow, ReadProducts(uow.store_id))


@hears("products/delete")
async def own_product_deleted(uow: UnitOfWork, event: InboxEvent) -> str | None:
    """Have the retailer's store looked at, when what it says to have deleted is sold for partners (B19)."""
    partners = await partners_of_product(uow.session, uow.store_id, gid_in(event.payload, "Product"))
    for partner_id in sorted(partners):
        await enqueue(uow, WriteOffers(uow.store_id, partner_id))
    return None if partners else "the retailer's own product"


@hears("products/update")
async def own_product_changed(_uow: UnitOfWork, _event: InboxEvent) -> str:
    """Let the retailer's own changes be, which nobody asks for but an earlier subscription may bring."""
    return "the retailer's own product"
