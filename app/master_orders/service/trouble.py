"""What keeps a master order from going on, on the list of exceptions with its units."""

from datetime import timedelta

from app.core.dates import in_words
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions_of
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.master_orders import repository
from app.master_orders.models import Cycle
from app.master_orders.states import CycleState

REFUSED = "draft_refused"
WAITING = "master_order_waits"
UNCERTAIN = "master_order_uncertain"
INVOICE_SENT = "draft_invoice_sent"
NO_CENTRE = "master_order_without_centre"

PATIENCE = timedelta(hours=1)
"""How long after its cut-off a master order may wait for the partner's store before somebody is told."""

STEPS = {
    REFUSED: "It is tried again by itself. If it stays, ask the partner to look at the products in their store.",
    WAITING: "It is tried again by itself. Look whether the partner's store is reachable and still connected.",
    INVOICE_SENT: "Ask the partner to delete the draft without paying it; it is then made again.",
    NO_CENTRE: "Choose your fulfilment centre in the settings; the master order is then sent by itself.",
    UNCERTAIN: "Look in the partner's store, or ask them. If it is there, look again; if not, send it again. It is "
    "looked for each hour, and taken over when it turns up.",
}


async def record_trouble(uow: UnitOfWork, cycle_id: int, why: str, kind: str = WAITING) -> None:
    """List what the master order waits for."""
    await tell_trouble(uow, await repository.lock_cycle(uow.session, uow.store_id, cycle_id), why, kind)


async def record_wait(uow: UnitOfWork, cycle_id: int, why: str) -> None:
    """List what the master order waits for, once it has waited for long."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.CLOSING and uow.now >= cycle.cutoff_at + PATIENCE:
        await tell_trouble(uow, cycle, why, WAITING)


async def tell_trouble(uow: UnitOfWork, cycle: Cycle, why: str, kind: str) -> None:
    """Keep the reason with the master order, and have it stand on the list; its units count there once.

    Waiting is what follows from any other trouble, so it says nothing beside one.
    """
    others = set(STEPS) - {kind}
    known = {each.kind for each in await open_exceptions_of(uow.session, "master", cycle.id)}
    if kind == WAITING and known & others:
        return
    await resolve_exceptions(uow, "master", cycle.id, others)
    cycle.trouble = why
    problem = Problem(
        kind=kind,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"The master order of {in_words(cycle.cutoff_on)} cannot go on: {why}",
        next_step=STEPS[kind],
        units=0 if cycle.state == CycleState.OPEN else sum(line.quantity for line in cycle.lines),
        partner_id=cycle.partner_id,
    )
    await open_exception(uow, problem)
