"""What was typed into a form and what is wrong with it; empty on the first visit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal

from starlette.datastructures import FormData

from app.core.errors import Invalid

TIME = re.compile(r"(?P<hours>[01]?[0-9]|2[0-3]):(?P<minutes>[0-5][0-9])")
SHARE = re.compile(r"[0-9]{1,7}(?:\.[0-9]{0,4}0*)?")


@dataclass(frozen=True, slots=True)
class Entered:
    """A form as it is shown again."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str, otherwise: object = "") -> str:
        """Return what was typed, or what the field starts with."""
        return self.values.get(name, "" if otherwise is None else str(otherwise))

    def ticked(self, name: str, otherwise: bool) -> bool:
        """Return whether a box was ticked, or what it starts with; a box that was not ticked is not sent."""
        return name in self.values if self.values else otherwise

    def fault(self, name: str) -> str:
        """Return what is wrong with the field, or nothing."""
        return self.faults.get(name, "")


class Reader:
    """Reads typed values out of a form, gathering every fault instead of stopping at the first."""

    def __init__(self, form: FormData) -> None:
        self._form = form
        self.faults: dict[str, str] = {}

    def text(self, name: str, required: str = "", longest: int = 255) -> str:
        """Return the text without the space around it; `required` is the sentence when there is none."""
        value = self._form.get(name, "")
        found = value.strip() if isinstance(value, str) else ""
        if not found and required:
            self.faults[name] = required
        if len(found) > longest:
            self.faults[name] = f"Use at most {longest} characters."
        return found

    def whole(self, name: str, fault: str, at_least: int = 0, at_most: int = 1_000_000) -> int:
        """Return a whole number within bounds."""
        found = self.text(name)
        if not (found.isascii() and found.isdigit() and len(found) <= 9 and at_least <= int(found) <= at_most):
            self.faults[name] = fault
            return at_least
        return int(found)

    def share(self, name: str, fault: str, at_most: int | None = None) -> Decimal:
        """Return a percentage as a share: 30 is 0.3; digits with at most four decimals, point or comma."""
        found = self.text(name).removesuffix("%").strip().replace(",", ".")
        if not SHARE.fullmatch(found) or (at_most is not None and Decimal(found) > at_most):
            self.faults[name] = fault
            return Decimal(0)
        return Decimal(found) / 100

    def time(self, name: str, fault: str) -> time:
        """Return a time of day written 18:00 or 9:30."""
        found = TIME.fullmatch(self.text(name))
        if found is None:
            self.faults[name] = fault
            return time(0)
        return time(int(found["hours"]), int(found["minutes"]))

    def check(self) -> None:
        """Refuse the form when something is wrong with it."""
        if self.faults:
            raise Invalid(fields=self.faults)
