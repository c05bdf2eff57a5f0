"""Forms in which people count: one whole number for each line."""

import re

from starlette.datastructures import FormData

from app.core.errors import Invalid
from embedded_ui.forms.entered import Reader

LINE = re.compile(r"line_([1-9][0-9]{0,17})")
MOST = 100_000
RELOAD = "Reload the page, and enter again what goes into the box."


def read_boxes(form: FormData) -> int | None:
    """Return how many boxes of the order the page that was filled in knew of; none if it does not say."""
    if "boxes" not in form:
        return None
    reader = Reader(form)
    boxes = reader.whole("boxes", RELOAD)
    if reader.faults:
        raise Invalid(RELOAD)  # nobody types it, so there is no field to say it at
    return boxes


def read_counts(form: FormData) -> dict[int, int]:
    """Return the number entered for each line, or refuse the form with the fault at each field."""
    reader = Reader(form)
    named = [(name, found) for name in form if (found := LINE.fullmatch(name))]
    counts = {
        int(found[1]): reader.whole(name, "Enter a whole number, 0 or more.", at_most=MOST) for name, found in named
    }
    reader.check()
    return counts
