"""What can be wrong with a shipment."""

from app.core.errors import Conflict, Invalid, NotFound


class ShipmentNotFound(NotFound):
    """No such shipment in this store."""

    sentence = "This shipment does not exist."


class NothingToPack(Conflict):
    """What was to be packed is not at the centre any more."""

    sentence = "Some of these units are not at the centre any more. Look at the order again."


class PartnersNumber(Invalid):
    """The number belongs to the parcel a partner sent us; a customer may never see it."""

    sentence = "This is the tracking number of a parcel from a partner. Enter the number of your own parcel."


class PartlyPosted(Conflict):
    """A part of the box is on the customer's order already."""

    sentence = "Your store shows a part of this box as sent. Post the rest; it cannot be unpacked any more."
