"""Tracking numbers as they are compared: one may be typed with blanks, signs and small letters."""

from typing import Any
from urllib.parse import unquote

from sqlalchemy import Computed, func, literal_column
from sqlalchemy.orm import MappedColumn, mapped_column


def plain_number(number: str) -> str:
    """Return a number as everybody would compare it: capitals and digits only."""
    return "".join(each for each in number if each.isascii() and each.isalnum()).upper()


def number_in_link(link: str) -> str:
    """Return a link as numbers would be looked for in it."""
    return plain_number(unquote(link))


def plain_column(number: Any) -> Any:
    """Return what `plain_number` makes of a number that the database holds."""
    return func.upper(func.regexp_replace(number, "[^A-Za-z0-9]", "", "g"))


def plain_of(number: str) -> MappedColumn[str | None]:
    """Return the column in which the database keeps what `plain_column` makes of another one, so that it finds rows by
    it.

    An index on the expression would not do: under row-level security the planner looks up by what cannot leak alone,
    and that is a comparison with a column, not with what functions make of it.
    """
    return mapped_column(Computed(plain_column(literal_column(number)), persisted=True), deferred=True)
