"""What is to be read of the retailer's orders, and how far they were compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.job_runs.service import enqueue
from app.orders import repository
from app.orders.jobs import ReadOrders

OVERLAP = timedelta(minutes=2)
"""Looked at twice at the edge of two comparisons: Shopify's search lags."""

MOST_TRIES = 8
NOT_READABLE, NOT_CAPTURED = "order_not_readable", "order_not_captured"


@dataclass(frozen=True, slots=True)
class DueRead:
    """An order to read, and the news it has to be newer than."""

    order_gid: str
    hinted_at: datetime | None
    wanted_by: str
    version: int
    released_at: datetime | None


async def ask_for_read(
    uow: UnitOfWork,
    order_gid: str,
    wanted_by: str,
    *,
    hinted_at: datetime | None = None,
    released_at: datetime | None = None,
    delay: timedelta = timedelta(),
) -> None:
    """Have an order read, as it was at `hinted_at` or later; several asks are one reading.

    `released_at` says when a hold ended, which Shopify tells in the news alone.
    """
    row = {"shopify_order_id": order_gid, "hinted_at": hinted_at, "wanted_by": wanted_by, "released_at": released_at}
    due = uow.now + delay
    await repository.want_read(uow.session, {**row, "store_id": uow.store_id, "due_at": due})
    await enqueue(uow, ReadOrders(uow.store_id), run_at=due if delay else None)


async def ask_for_read_of_fulfillment_order(
    uow: UnitOfWork, fulfillment_order_gid: str, released_at: datetime | None = None
) -> bool:
    """Have the order read that a fulfilment order belongs to; return False when we know none."""
    order_gid = await repository.find_gid_by_fulfillment_order(uow.session, uow.store_id, fulfillment_order_gid)
    if order_gid is None:
        return False
    await ask_for_read(uow, order_gid, "webhook", released_at=released_at)
    return True


async def plan_next_read(uow: UnitOfWork) -> None:
    """See that somebody reads what is to be read later: its own wish may have been joined with an earlier one."""
    due_at = await repository.next_read_due(uow.session, uow.store_id)
    if due_at is not None:
        await enqueue(uow, ReadOrders(uow.store_id), run_at=due_at)


async def due_reads(uow: UnitOfWork, limit: int) -> list[DueRead]:
    """Return the orders to read now."""
    rows = await repository.list_due_reads(uow.session, uow.store_id, uow.now, limit)
    return [DueRead(row.shopify_order_id, row.hinted_at, row.wanted_by, row.version, row.released_at) for row in rows]


async def finish_read(uow: UnitOfWork, read: DueRead, *, is_held: bool = False) -> None:
    """Take the order off the list, unless there was news while we read it.

    It then stays without the release that this reading knew, unless something is still held: the end of a later hold
    is not to be dated by an earlier one's.
    """
    await repository.end_read(uow.session, uow.store_id, read.order_gid, read.version)
    if read.released_at is not None and not is_held:
        await repository.forget_release(uow.session, uow.store_id, read.order_gid, read.released_at)


async def postpone_read(uow: UnitOfWork, read: DueRead) -> None:
    """Read the order again a little later: Shopify's answer was older than its news."""
    row = await repository.find_read(uow.session, uow.store_id, read.order_gid)
    if row is None:
        return
    row.tries += 1
    if row.tries >= MOST_TRIES:
        # What we have is captured; the poll every quarter of an hour finds what is still to come.
        await uow.session.delete(row)
        return
    row.due_at = uow.now + timedelta(seconds=2**row.tries)
    await enqueue(uow, ReadOrders(uow.store_id), run_at=row.due_at)


async def list_uncaptured(uow: UnitOfWork, order_gid: str, why: str) -> None:
    """List an order that could not be taken in, with the reason; it is tried again when it changes."""
    number = number_of(order_gid)
    cause = f"The order with the number {number} could not be taken in: {why}"
    step = (
        "It is tried again whenever it changes. If it is urgent, order and fulfil it by hand; then mark this as done."
    )
    await open_exception(uow, Problem(NOT_CAPTURED, "job", f"order-{number}", cause, step, ends_by_hand=True))


async def strike_from_lists(uow: UnitOfWork, order_gid: str) -> None:
    """End what was listed about an order that is known as it stands now."""
    await resolve_exceptions(uow, "job", f"order-{number_of(order_gid)}", [NOT_READABLE, NOT_CAPTURED])


async def seen_until(uow: UnitOfWork, order_gid: str) -> datetime | None:
    """Return the time of the order's latest change that we know; None: the order is new to us."""
    known = await repository.lock_by_gid(uow.session, uow.store_id, order_gid)
    return known.updated_there_at if known else None


async def is_announced(uow: UnitOfWork, order_gid: str) -> bool:
    """Tell whether a webhook told of the order and it waits to be read."""
    return await repository.is_read_announced(uow.session, uow.store_id, order_gid)


def number_of(order_gid: str) -> str:
    """Return the number by which Shopify's admin finds an order."""
    return order_gid.rsplit("/", 1)[-1]


async def begin_poll(uow: UnitOfWork, went_live_at: datetime) -> datetime:
    """Return from when on orders are to be compared; never from before the retailer went live."""
    poll = await repository.find_poll(uow.session, uow.store_id)
    return max(went_live_at, poll.since - OVERLAP) if poll else went_live_at


async def note_compared(uow: UnitOfWork, until: datetime) -> None:
    """Remember that everything up to this change was seen, though the comparison goes on."""
    poll = await repository.obtain_poll(uow.session, uow.store_id, until)
    poll.since = max(poll.since, until)


async def finish_poll(uow: UnitOfWork, began_at: datetime, recovered: Sequence[str]) -> bool:
    """Remember that everything up to the beginning of this comparison was seen; tell whether a new day began with it.

    The very first comparison begins none.
    """
    poll = await repository.obtain_poll(uow.session, uow.store_id, began_at)
    is_new_day = (poll.succeeded_began_at or began_at).date() < began_at.date()
    poll.since = max(poll.since, began_at)
    poll.succeeded_began_at = max(poll.succeeded_began_at or began_at, began_at)
    poll.recovered_count += len(recovered)
    return is_new_day
