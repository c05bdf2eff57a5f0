"""The forms about partners."""

import re
from dataclasses import dataclass
from datetime import time

from starlette.datastructures import FormData

from app.gateways.shopify.shop_domains import parse_shop_domain
from app.partners.terms import MOST_BUFFER, NO_BUFFER, Proposal
from embedded_ui.forms.entered import Reader

NO_NAME = "Enter the partner's name."
LONGEST_NAME = 100
NO_TIME = "Enter a time such as 18:00."
STORE = re.compile(
    r"(?:https?://)?(?:(?P<name>[a-z0-9-]+)\.myshopify\.com|admin\.shopify\.com/store/(?P<handle>[a-z0-9-]+))"
    r"(?:[/?#]\S*)?|(?P<alone>[a-z0-9-]+)",
    re.ASCII | re.IGNORECASE,
)
"""A store as people write it down or copy it from a browser; where in it they were does not matter."""


def read_proposal(form: FormData) -> Proposal:
    """Return the invitation as it was written, or refuse it with every fault at its field."""
    reader = Reader(form)
    shop = read_shop(reader.text("shop"))
    found = Proposal(
        name=reader.text("name", required=NO_NAME, longest=LONGEST_NAME),
        contact_email=reader.text("email"),
        shop_domain=shop or "",
        discount=reader.share("discount", "Enter a percentage, such as 30."),
        weekday=reader.whole("weekday", "Choose a day.", at_least=1, at_most=7),
        cutoff_time=reader.time("cutoff_time", NO_TIME),
        buffer=reader.whole("buffer", NO_BUFFER, at_most=MOST_BUFFER),
    )
    if shop is None:
        reader.faults["shop"] = "Enter the address of their store, such as their-name.myshopify.com."
    reader.faults |= {name: fault for name, fault in found.faults().items() if name not in reader.faults}
    reader.check()
    return found


def read_contact(form: FormData) -> tuple[str, str]:
    """Return how the partner is called and whom one writes to, or refuse the form."""
    reader = Reader(form)
    name, email = reader.text("name", required=NO_NAME, longest=LONGEST_NAME), reader.text("email")
    reader.check()
    return name, email


def read_shop(typed: str) -> str | None:
    """Return the shop domain of what was typed or pasted: the name alone, the store's address or its admin's."""
    found = STORE.fullmatch(typed.strip()) if typed.isascii() else None
    return parse_shop_domain(f"{found['name'] or found['handle'] or found['alone']}.myshopify.com") if found else None


@dataclass(frozen=True, slots=True)
class CalendarForm:
    """A weekly cut-off."""

    weekday: int
    cutoff_time: time

    @classmethod
    def read(cls, form: FormData) -> "CalendarForm":
        """Return the form as typed values, or refuse it."""
        reader = Reader(form)
        weekday = reader.whole("weekday", "Choose a day.", at_least=1, at_most=7)
        found = cls(weekday, reader.time("cutoff_time", NO_TIME))
        reader.check()
        return found


def read_buffer(form: FormData) -> int:
    """Return the number of units, or refuse the form."""
    reader = Reader(form)
    found = reader.whole("buffer", NO_BUFFER, at_most=MOST_BUFFER)
    reader.check()
    return found
