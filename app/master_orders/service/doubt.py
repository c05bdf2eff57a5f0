"""Doubt about a draft or an order nobody confirmed: it is shown, looked for each hour, and ended by one click."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import resolve_exceptions
from app.job_runs.service import enqueue, plan
from app.master_orders import repository
from app.master_orders.errors import WrongPhase
from app.master_orders.events import MasterOrderLost, MasterOrderUncertain
from app.master_orders.jobs import CloseCycle, RewriteDraft
from app.master_orders.models import Cycle
from app.master_orders.service.drafting import forget_draft
from app.master_orders.service.trouble import UNCERTAIN, tell_trouble
from app.master_orders.states import CycleState
from app.stores.queries import get_store

LOOKED_FOR_EACH = timedelta(hours=1)


async def record_uncertain(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that a draft asked for again and again, or the order of a completed one, is nowhere to be found.

    It is looked for each hour. Nothing is sent any more until it turns up or somebody says that it is not there.
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.creating_since is None and not cycle.has_lost_order:
        return
    if cycle.state == CycleState.CLOSING:
        cycle.move(CycleState.UNCERTAIN, uow.now)
    tried = _tried(cycle, (await get_store(uow, uow.store_id)).time_zone)
    if cycle.trouble != tried:
        await record_event(uow, _fact(cycle))
    await tell_trouble(uow, cycle, tried, UNCERTAIN)
    await plan(uow, _work_on(cycle), uow.now + LOOKED_FOR_EACH, f"master_orders.look:{cycle.id}")


async def look_now(uow: UnitOfWork, cycle_id: int) -> None:
    """Have an uncertain draft or order looked for at once."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if not cycle.is_uncertain:
        raise WrongPhase
    await enqueue(uow, _work_on(cycle))


async def send_again(uow: UnitOfWork, cycle_id: int) -> None:
    """Take somebody's word that the partner's store has none: it is sent anew, or given up if the partner went."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if not cycle.is_uncertain:
        raise WrongPhase
    if cycle.state == CycleState.UNCERTAIN:
        cycle.move(CycleState.CLOSING, uow.now)
    if cycle.has_lost_order:
        forget_draft(cycle)
    cycle.creating_since = cycle.completing_at = cycle.trouble = None
    cycle.looks = 0
    await resolve_exceptions(uow, "master", cycle.id, [UNCERTAIN])
    await enqueue(uow, _work_on(cycle))


def _work_on(cycle: Cycle) -> CloseCycle | RewriteDraft:
    if cycle.state == CycleState.OPEN:
        return RewriteDraft(cycle.store_id, cycle.partner_id)
    return CloseCycle(cycle.store_id, cycle.partner_id, cycle.id)


def _fact(cycle: Cycle) -> MasterOrderLost | MasterOrderUncertain:
    if cycle.has_lost_order:
        return MasterOrderLost(cycle.id, cycle.partner_id, cycle.shopify_draft_name or "the draft")
    return MasterOrderUncertain(cycle.id, cycle.partner_id)


def _tried(cycle: Cycle, time_zone: str) -> str:
    """Return what was done about it, as a sentence that stays the same while nothing new is tried."""
    if cycle.has_lost_order:
        name = cycle.shopify_draft_name or "the draft"
        return f"an order was made of {name}, and it is not in the partner's store any more."
    assert cycle.creating_since is not None
    at = format_datetime(cycle.creating_since, "d MMMM, HH:mm", tzinfo=ZoneInfo(time_zone), locale="en")
    return (
        f"the draft was asked for more than once, last on {at} your store's time, without an answer, and a search for "
        "it in the partner's store found nothing since."
    )
