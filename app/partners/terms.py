"""What a retailer proposes to a partner, as it is typed, checked and told."""

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

MOST_BUFFER = 10_000
MAILBOX = re.compile(r"[^\s@]+@[^\s@]+")
NO_BUFFER = f"Enter a whole number of units from 0 to {MOST_BUFFER:,}."
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An invitation as the retailer wrote it."""

    name: str
    contact_email: str
    shop_domain: str
    discount: Decimal  # 0.3 is 30 %
    weekday: int
    cutoff_time: time
    buffer: int = 0

    def faults(self) -> dict[str, str]:
        """Return what has to be mended, by field."""
        found = contact_faults(self.name, self.contact_email)
        if not 0 <= self.discount < 1:
            found["discount"] = "Enter a discount from 0 to 99\N{NO-BREAK SPACE}%."
        if not 1 <= self.weekday <= 7:
            found["weekday"] = "Choose a day."
        if not 0 <= self.buffer <= MOST_BUFFER:
            found["buffer"] = NO_BUFFER
        return found


def contact_faults(name: str, email: str) -> dict[str, str]:
    """Return what has to be mended of how a partner is called and written to, by field."""
    found = {}
    if not name.strip():
        found["name"] = "Enter the partner's name."
    if email and not MAILBOX.fullmatch(email):
        found["email"] = "Enter a complete e-mail address, such as orders@example.com."
    return found


def percent(share: Decimal) -> str:
    """Return a share as people write it: 0.3 is 30 %; no line ends before the sign."""
    return f"{(share * 100).normalize():f}\N{NO-BREAK SPACE}%"


def weekly(weekday: int, at: time) -> str:
    """Return a cut-off as a sentence's part."""
    return f"{WEEKDAYS[weekday - 1]} at {at:%H:%M}"
