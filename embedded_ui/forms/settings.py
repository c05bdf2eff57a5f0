"""The forms of the settings page."""

from dataclasses import dataclass
from decimal import Decimal

from starlette.datastructures import FormData

from app.partners.terms import MOST_BUFFER, NO_BUFFER
from embedded_ui.forms.catalogue import read_markup
from embedded_ui.forms.entered import Reader


@dataclass(frozen=True, slots=True)
class DefaultsForm:
    """What new imports and new partners start from."""

    markup: Decimal
    buffer: int

    @classmethod
    def read(cls, form: FormData) -> "DefaultsForm":
        """Return the form as typed values, or refuse it."""
        reader = Reader(form)
        found = cls(
            markup=read_markup(reader),
            buffer=reader.whole("buffer", NO_BUFFER, at_most=MOST_BUFFER),
        )
        reader.check()
        return found


def location_of(form: FormData, name: str) -> str:
    """Return the chosen location's id, or refuse the form."""
    reader = Reader(form)
    chosen = reader.text(name, required="Choose a location.")
    reader.check()
    return chosen
