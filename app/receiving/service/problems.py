"""What receiving puts on the list of exceptions."""

from app.core.words import plural
from app.exceptions.service import Problem
from app.master_orders.queries import MasterOrder
from app.receiving.models import InboundParcel

CANCELLED = "master_order_cancelled"
AGEING = "master_order_ageing"
TAKEN_BACK = "parcel_cancelled_after_receipt"
NOT_ORDERED = "parcel_with_other_goods"
NOT_FOLLOWED = "master_order_not_followed"
OVERDUE = "parcel_overdue"
LOST_STEP = (
    "If it does not come, say on its page that nothing arrived: what was in it is ordered again once the partner is "
    "done with the order. Should it turn up later, correct the count."
)


def master_cancelled(master: MasterOrder, units: int, *, is_deleted: bool = False) -> Problem:
    """The partner cancelled our order, and perhaps deleted it."""
    deed = "cancelled and deleted" if is_deleted else "cancelled"
    cause = f"The partner {deed} {master.order_name or 'the master order'} in their store."
    step = (
        "Talk to the partner, then order its units again with the next master order. What is not to be ordered again, "
        "cancel before on the customers’ orders. Until you decide the units wait, and no customer is told."
    )
    return _problem(master, CANCELLED, cause, step, units)


def master_ageing(master: MasterOrder, units: int) -> Problem:
    """Our order will soon be out of reach."""
    # The units have their place with the partner: it holds nothing up, so it counts none.
    are = "unit of it is" if units == 1 else "units of it are"
    cause = f"{master.order_name} is more than 50 days old, and {units} {are} still with the partner."
    step = (
        "Ask the partner to send them, or order them again. The partner’s store shows us orders of 60 days: of a "
        "parcel that is sent later we do not learn, and it cannot be received."
    )
    return _problem(master, AGEING, cause, step)


def cancelled_after_receipt(master: MasterOrder, parcel: InboundParcel) -> Problem:
    """The partner cancelled a parcel that is here."""
    cause = f"The partner cancelled {_called(parcel)} of {master.order_name} in their store, but it was received here."
    step = "The receipt stands. Tell the partner that the goods arrived."
    return _problem(master, TAKEN_BACK, cause, step, ends_by_hand=True)


def not_ordered(master: MasterOrder, units: int) -> Problem:
    """A parcel holds goods we know nothing of."""
    cause = f"The partner sent {plural(units, 'unit')} of products that were not ordered with {master.order_name}."
    step = "Set them aside when the parcel arrives, and talk to the partner."
    return _problem(master, NOT_ORDERED, cause, step, ends_by_hand=True)


def not_followed(master: MasterOrder, why: str) -> Problem:
    """What the partner did with our order could not be taken in."""
    cause = f"What the partner did with {master.order_name} could not be taken in: {why}"
    step = "It is tried again by itself. Until then, ask the partner what they sent."
    return _problem(master, NOT_FOLLOWED, cause, step)


def overdue(parcel: InboundParcel) -> Problem:
    """A parcel is on the way for too long."""
    cause = f"The partner sent {_called(parcel)} more than 7 days ago, and nobody received it."
    return _of_parcel(parcel, cause, f"Look where it is, and ask the partner. {LOST_STEP}")


def unopened(parcel: InboundParcel) -> Problem:
    """A parcel was delivered, and nobody counted it."""
    cause = f"The carrier says that {_called(parcel)} was delivered more than a day ago, and nobody received it."
    return _of_parcel(parcel, cause, f"Look for it, and receive it. {LOST_STEP}")


def _called(parcel: InboundParcel) -> str:
    return f"parcel {parcel.tracking_number}" if parcel.tracking_number else "a parcel without a number"


def _of_parcel(parcel: InboundParcel, cause: str, step: str) -> Problem:
    # Its units may stand on the list for another reason too, such as a cancelled master order: none is counted twice.
    return Problem(OVERDUE, "parcel", str(parcel.id), cause, step, partner_id=parcel.partner_id)


def _problem(
    master: MasterOrder, kind: str, cause: str, step: str, units: int = 0, *, ends_by_hand: bool = False
) -> Problem:
    return Problem(
        kind=kind,
        subject_kind="master",
        subject_id=str(master.id),
        cause=cause,
        next_step=step,
        units=units,
        ends_by_hand=ends_by_hand,
        partner_id=master.partner_id,
    )
