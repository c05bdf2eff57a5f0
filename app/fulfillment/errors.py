"""What can be wrong with a shipment."""

from app.core.errors import Conflict, Invalid, NotFound, Unavailable


class ShipmentNotFound(NotFound):
    """No such shipment in this store."""

    sentence = "This shipment does not exist."


class NothingToPack(Conflict):
    """What was to be packed is not at the centre any more."""

    sentence = "Some of these units are not at the centre any more. Look at the order again."


class PackedMeanwhile(Conflict):
    """Somebody packed a box of the order after the page was opened; a form that is sent twice meets itself."""

    sentence = "A box of this order was packed in the meantime. Look at what is left before you pack another."


class ContentsCancelled(Conflict):
    """The customer gave up something in the box before it went."""

    sentence = "The customer cancelled some of what is in this box. Unpack it, and pack what is still wanted."


class PartnersNumber(Invalid):
    """The number belongs to the parcel a partner sent us; a customer may never see it."""

    sentence = "This is the tracking number of a parcel from a partner. Enter the number of your own parcel."


class OthersNumber(Invalid):
    """A box of another order bears the number; only whoever packed them knows whether both are in one parcel."""

    sentence = "Another order has this tracking number."


class PartlyPosted(Conflict):
    """A part of the box is on the customer's order already."""

    sentence = "Your store shows a part of this box as sent. Post the rest; it cannot be unpacked any more."


class MayBeShown(Conflict):
    """The store may show the box as sent, though it never said so."""

    sentence = "It is not known yet whether your store shows this box as sent. Post it again: it is looked for first."


class OnHold(Conflict):
    """The retailer's admin holds the order back."""

    sentence = "This order is on hold in your store. Release the hold there before the box goes."


class OrderNotShown(Conflict):
    """The store shows us no such order."""

    sentence = (
        "Your store does not show us this order: it was deleted, or is older than 60 days. "
        "Look it up in your admin and enter the tracking there."
    )


class StillLooking(Unavailable):
    """A fulfilment may or may not have been made; it is looked for again before another is asked for."""

    sentence = "Your store did not confirm the shipment; looking for it before it is sent again."


class PostingUncertain(Conflict):
    """A fulfilment was asked for again and again without an answer and is not there: people are told."""

    sentence = "It is uncertain whether your store took the shipment."


class NotUnderWay(Conflict):
    """The customer reads no tracking of the box, so there is none to correct."""

    sentence = "Only the tracking of a shipment that is on its way can be corrected."


class NotShownAsSent(Conflict):
    """What was made for the box was cancelled in the store."""

    sentence = "Your store does not show this box as sent any more. Look at the order there."


class NotUncertain(Conflict):
    """Nothing is in doubt about the shipment."""

    sentence = "This shipment is not in doubt any more. Reload the page to see where it is."
