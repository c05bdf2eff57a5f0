"""The master orders' jobs and the news they listen to."""

from app.core.unit_of_work import system_for
from app.inbox.declaration import InboxEvent
from app.inbox.hints import gid_in
from app.job_runs.service import enqueue
from app.master_orders import flows, service
from app.master_orders.jobs import CloseCycle, EndWeeks, FollowDrafts, NoteRelease, OpenCycle, RewriteDraft
from app.master_orders.queries import partnerships_with_draft
from app.partners.queries import partnerships_of
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles, hears_abroad


@handles(OpenCycle)
async def open_cycle(context: JobContext, job: OpenCycle) -> None:
    """Give the partner its running week."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.open_next_cycle(uow, job.partner_id)


@handles(EndWeeks)
async def end_weeks(context: JobContext, job: EndWeeks) -> None:
    """End the weeks of a partner who went."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.end_weeks(uow, job.partner_id)


@handles(RewriteDraft)
async def rewrite_draft(context: JobContext, job: RewriteDraft) -> None:
    """Bring the draft to what is ordered."""
    await flows.rewrite_draft(context.open_uow, context.shopify, job.store_id, job.partner_id)


@handles(FollowDrafts)
async def follow_drafts(context: JobContext, job: FollowDrafts) -> None:
    """Look what became of the drafts."""
    await flows.follow_drafts(context.open_uow, context.shopify, job.store_id)


@handles(CloseCycle)
async def close_cycle(context: JobContext, job: CloseCycle) -> None:
    """Freeze and complete the week."""
    await flows.close_cycle(context.open_uow, context.shopify, job.store_id, job.cycle_id)


@handles(NoteRelease)
async def note_release(context: JobContext, job: NoteRelease) -> None:
    """Write to the change ledger."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.note_release(uow, job.master_line_id, job.quantity)


@hears_abroad("draft_orders/update", "draft_orders/delete", role=StoreRole.PARTNER)
async def draft_changed(context: JobContext, event: InboxEvent) -> None:
    """Have our draft compared with what we wrote."""
    assert event.store_id is not None
    gid = gid_in(event.payload, "DraftOrder")
    async with context.open_uow(system_for(event.store_id)) as uow:
        retailers = {partner.store_id for partner in await partnerships_of(uow.session, event.store_id)}
    for store_id in sorted(retailers):
        async with context.open_uow(system_for(store_id)) as uow:
            for partner_id in await partnerships_with_draft(uow.session, store_id, gid):
                await enqueue(uow, RewriteDraft(store_id, partner_id))
