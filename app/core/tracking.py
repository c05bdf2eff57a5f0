"""Tracking numbers as they are compared: one may be typed with blanks, signs and small letters."""

from typing import Any
from urllib.parse import unquote

from sqlalchemy import func


def plain_number(number: str) -> str:
    """Return a number as everybody would compare it: capitals and digits only."""
    return "".join(each for each in number if each.isascii() and each.isalnum()).upper()


def number_in_link(link: str) -> str:
    """Return a link as numbers would be looked for in it."""
    return plain_number(unquote(link))


def plain_column(number: Any) -> Any:
    """Return what `plain_number` makes of a number that the database holds."""
    return func.upper(func.regexp_replace(number, "[^A-Za-z0-9]", "", "g"))
