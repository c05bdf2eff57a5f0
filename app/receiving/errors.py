"""What can be wrong with receiving."""

from app.core.errors import Conflict, NotFound


class ParcelNotFound(NotFound):
    """No such parcel in this store."""

    sentence = "This parcel does not exist."


class NotReceived(Conflict):
    """There is no count yet that could be wrong."""

    sentence = "This parcel was not received yet. Count it first."


class CorrectedMeanwhile(Conflict):
    """Two people corrected the same count."""

    sentence = "Somebody corrected this parcel in the meantime. Look at what stands there now before you go on."


class NothingToDecide(Conflict):
    """Nobody waits for a decision about the master order."""

    sentence = "There is nothing to decide about this master order any more. Reload the page to see where it is."
