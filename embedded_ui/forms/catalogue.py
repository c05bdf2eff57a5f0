"""The forms with which products are chosen and imported."""

import re
from dataclasses import dataclass
from decimal import Decimal

from starlette.datastructures import FormData, QueryParams

from app.catalog.service import MOST_PRODUCTS, Chosen
from app.core.errors import Invalid
from embedded_ui.forms.entered import Reader

PRODUCT = "gid://shopify/Product/"
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
NO_MARKUP = "Enter a percentage, such as 40."


@dataclass(frozen=True, slots=True)
class Choice:
    """The products somebody ticked, and the markup they are looked at with."""

    gids: tuple[str, ...]
    markup: Decimal
    fault: str = ""

    @classmethod
    def read(cls, query: QueryParams, usual_markup: Decimal) -> "Choice":
        """Return what the address says; without a markup of its own the usual one."""
        form = FormData([*query.multi_items()])
        if "markup" not in form:
            return cls(_chosen(form), usual_markup)
        reader = Reader(form)
        markup = reader.share("markup", NO_MARKUP)
        if reader.faults:
            return cls(_chosen(form), usual_markup, NO_MARKUP)
        return cls(_chosen(form), markup)


@dataclass(frozen=True, slots=True)
class ImportForm:
    """An import as it is asked for."""

    chosen: tuple[Chosen, ...]
    markup: Decimal

    @classmethod
    def read(cls, form: FormData) -> "ImportForm":
        """Return the form as typed values, or refuse it."""
        reader = Reader(form)
        markup = reader.share("markup", NO_MARKUP)
        reader.check()
        gids = _chosen(form)
        if not gids:
            raise Invalid("Choose at least one product to import.")
        return cls(tuple(Chosen(gid, _title(reader, gid)) for gid in gids), markup)


def _chosen(form: FormData) -> tuple[str, ...]:
    numbers = [value for value in form.getlist("product") if isinstance(value, str) and NUMBER.fullmatch(value)]
    return tuple(PRODUCT + number for number in dict.fromkeys(numbers))[:MOST_PRODUCTS]


def _title(reader: Reader, gid: str) -> str:
    return reader.text(f"title_{gid.removeprefix(PRODUCT)}") or "A product"
