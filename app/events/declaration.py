"""How a domain declares a fact that became true: a frozen dataclass with a name and a sentence for the timeline."""

import re
from typing import Any, ClassVar

import msgspec


class Event:
    """One kind of fact; its fields are the details, the first one says what it is about.

    A field `partner_id` lets that partner see it; a field `cause` makes it happen once for each cause.
    """

    name: ClassVar[str]  # <aggregate>.<subject>.<past participle>
    sentence: ClassVar[str]  # names fields in braces
    subject: ClassVar[str]  # what kind of thing the first field identifies

    def subject_id(self) -> str:
        """Return what the event is about."""
        return str(next(iter(details_of(self).values())))

    def told(self) -> str:
        """Return the event as a sentence."""
        return _of_one(self.sentence.format(**details_of(self)))


ONE = re.compile(r"\b1 (unit|item|line|variant|product|order)s\b( are| were)?")
SINGULAR = {" are": " is", " were": " was"}


def _of_one(sentence: str) -> str:
    """Return the sentence as it is said of one: `1 items were packed` is 1 item was packed."""
    return ONE.sub(lambda found: f"1 {found[1]}{SINGULAR.get(found[2] or '', '')}", sentence)


def details_of(event: Event) -> dict[str, Any]:
    """Return the event's fields as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(event)
    return plain
