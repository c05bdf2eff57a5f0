"""What can be wrong with receiving."""

from app.core.errors import Conflict, NotFound


class ParcelNotFound(NotFound):
    """No such parcel in this store."""

    sentence = "This parcel does not exist."


class NothingToDecide(Conflict):
    """Nobody waits for a decision about the master order."""

    sentence = "There is nothing to decide about this master order any more. Reload the page to see where it is."
