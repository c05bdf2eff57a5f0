"""What can be wrong with receiving."""

from app.core.errors import NotFound


class ParcelNotFound(NotFound):
    """No such parcel in this store."""

    sentence = "This parcel does not exist."
