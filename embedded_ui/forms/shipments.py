"""The forms about a box's carrier and number: handing it over, and correcting that."""

from starlette.datastructures import FormData

from app.fulfillment.service import Handover
from embedded_ui.forms.entered import Reader

OTHER = "other"


def read_handover(form: FormData) -> Handover:
    """Return what the carrier's receipt says, or refuse the form with every fault at its field."""
    reader = Reader(form)
    carrier, url = reader.text("carrier", required="Choose the carrier."), ""
    if carrier == OTHER:
        carrier = reader.text("other_carrier", required="Enter the carrier's name.", longest=60)
        url = reader.text("url", longest=500)
    number = reader.text("number", required="Enter the tracking number.", longest=80)
    found = Handover(carrier, number, url, is_shared=bool(reader.text("is_shared")))
    reader.check()
    return found


def reads_notify(form: FormData) -> bool:
    """Return whether the customer is to get a mail about it."""
    return bool(Reader(form).text("notify"))
