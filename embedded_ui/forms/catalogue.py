"""The forms with which products are chosen and imported."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams

from app.catalog.service import MOST_PRODUCTS, Chosen
from app.core.errors import Invalid
from embedded_ui.forms.entered import Entered, Reader

PRODUCT = "gid://shopify/Product/"
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
MOST_MARKUP = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """The products somebody ticked, and the markup they are looked at with."""

    gids: tuple[str, ...]
    markup: Decimal
    entered: Entered = field(default_factory=Entered)  # a markup that was typed and cannot be

    @classmethod
    def read(cls, query: QueryParams, usual_markup: Decimal) -> "Choice":
        """Return what the address says; without a markup of its own the usual one."""
        form = FormData([*query.multi_items()])
        if "markup" not in form:
            return cls(_chosen(form), usual_markup)
        reader = Reader(form)
        markup = read_markup(reader)
        if reader.faults:
            return cls(_chosen(form), usual_markup, Entered({"markup": reader.text("markup")}, reader.faults))
        return cls(_chosen(form), markup)

    def address(self, partner_id: int, markup: Decimal) -> str:
        """Return where the same products are looked at with this markup."""
        named = [("product", gid.removeprefix(PRODUCT)) for gid in self.gids]
        return f"/app/catalogue/{partner_id}/choose?{urlencode([*named, ('markup', f'{markup * 100:f}')])}"


@dataclass(frozen=True, slots=True)
class ImportForm:
    """An import as it is asked for."""

    chosen: tuple[Chosen, ...]
    markup: Decimal

    @classmethod
    def read(cls, form: FormData) -> "ImportForm":
        """Return the form as typed values, or refuse it."""
        reader = Reader(form)
        markup = read_markup(reader)
        reader.check()
        gids = _chosen(form)
        if not gids:
            raise Invalid("Choose at least one product to import.")
        return cls(tuple(Chosen(gid, _title(reader, gid)) for gid in gids), markup)


def read_markup(reader: Reader) -> Decimal:
    """Return the markup as a share: 40 is 0.4."""
    return reader.share("markup", f"Enter a percentage from 0 to {MOST_MARKUP}, such as 40.", MOST_MARKUP)


def _chosen(form: FormData) -> tuple[str, ...]:
    numbers = [value for value in form.getlist("product") if isinstance(value, str) and NUMBER.fullmatch(value)]
    return tuple(PRODUCT + number for number in dict.fromkeys(numbers))[:MOST_PRODUCTS]


def _title(reader: Reader, gid: str) -> str:
    return reader.text(f"title_{gid.removeprefix(PRODUCT)}") or "A product"
