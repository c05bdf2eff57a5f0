"""Forms in which people count: one whole number for each line."""

import re
from dataclasses import dataclass

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
    counts = _counts_in(form, reader)
    reader.check()
    return counts


@dataclass(frozen=True, slots=True)
class Correction:
    """Counts that are to stand instead, why, and how many corrections the page showed that was filled in."""

    counts: dict[int, int]
    why: str
    seen: int


def read_correction(form: FormData) -> Correction:
    """Return what was corrected, or refuse the form with the fault at each field."""
    reader = Reader(form)
    counts = _counts_in(form, reader)
    why = reader.text("why", "Say what was wrong, for whoever reads it later.", longest=200)
    seen = reader.whole("seen", "")
    if "seen" in reader.faults:
        raise Invalid("Reload the page, and enter again what was found.")  # nobody types it
    reader.check()
    return Correction(counts, why, seen)


def _counts_in(form: FormData, reader: Reader) -> dict[int, int]:
    named = [(name, found) for name in form if (found := LINE.fullmatch(name))]
    return {
        int(found[1]): reader.whole(name, "Enter a whole number, 0 or more.", at_most=MOST) for name, found in named
    }
