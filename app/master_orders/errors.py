"""What can be wrong with a master order."""

from app.core.errors import Conflict, NotFound, Unavailable


class CycleNotFound(NotFound):
    """No such master order for this actor."""

    sentence = "This master order does not exist."


class NotReconciled(Unavailable):
    """The freeze waits until the retailer's orders were compared after the cut-off."""

    sentence = "Waiting until all orders up to the cut-off are known."


class StillLooking(Unavailable):
    """A draft may or may not have been made; the search of the partner's store lags, so we look again later."""

    sentence = "The partner's store did not confirm the draft; looking for it before another is made."


class DraftUncertain(Conflict):
    """A draft was asked for again and again without an answer and is nowhere to be found: a person decides."""

    sentence = "It is uncertain whether the partner's store made the draft."


class OrderNotShown(Unavailable):
    """A draft was completed, and its order is not to be read yet."""

    sentence = "The partner's store does not show the new order yet."


class OrderGone(DraftUncertain):
    """A draft was completed, and its order was deleted: a person decides."""

    sentence = "The order that was made of the draft is not in the partner's store any more."


class DraftNotReady(Unavailable):
    """Shopify still computes the draft."""

    sentence = "The partner's store is still preparing the draft."


class NoCentre(Unavailable):
    """The retailer has not chosen a fulfilment centre: an order would go nowhere (G20)."""

    why = "no fulfilment centre is chosen, so the partner would not know where to send it."
    sentence = f"The master order waits: {why}"
    is_told = True


class DraftRefused(Unavailable):
    """The partner's store takes nothing of what we wrote; once its products are read again, it may."""

    sentence = "The partner's store refused the draft."

    def __init__(self, why: str) -> None:
        super().__init__(f"The partner's store refused the draft: {why}", retry_after=15.0)


class WrongPhase(Conflict):
    """The cycle is not where this step belongs."""

    sentence = "This master order has moved on."
