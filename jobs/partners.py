"""The partners' jobs."""

from app.partners import flows
from app.partners.jobs import CheckPartnerStore, EndPartnerships, FollowName, TellOfAccess, TellOfWork
from jobs.context import JobContext
from jobs.registry import handles


@handles(CheckPartnerStore)
async def check_store(context: JobContext, job: CheckPartnerStore) -> None:
    """Make the pre-flight check of a partner's store."""
    await flows.check_partner_store(context.shopify, job.partner_store_id)


@handles(EndPartnerships)
async def end_partnerships(context: JobContext, job: EndPartnerships) -> None:
    """End what a store that left had with others."""
    await flows.end_partnerships(context.shopify, job.store_id)


@handles(FollowName)
async def follow_name(context: JobContext, job: FollowName) -> None:
    """Readdress what waits for a shop."""
    await flows.follow_name(context.open_uow, job.before, job.shop_domain)


@handles(TellOfAccess)
async def tell_of_access(context: JobContext, job: TellOfAccess) -> None:
    """Tell a partner's retailers how its store stands."""
    await flows.tell_of_access(context.shopify, job.partner_store_id)


@handles(TellOfWork)
async def tell_of_work(context: JobContext, job: TellOfWork) -> None:
    """Tell a partner's retailers how work for its store stands."""
    await flows.tell_of_work(context.open_uow, job.partner_store_id)
