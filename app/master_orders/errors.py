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


class DraftNotReady(Unavailable):
    """Shopify still computes the draft."""

    sentence = "The partner's store is still preparing the draft."


class WrongPhase(Conflict):
    """The cycle is not where this step belongs."""

    sentence = "This master order has moved on."
