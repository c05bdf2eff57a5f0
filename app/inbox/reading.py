"""Reading a webhook's body: what is JSON, what only we cannot hold, what a handler may look into."""

import json
from typing import Any

import msgspec

from app.inbox.errors import NotUnderstood


class NotJson(Exception):
    """The bytes are not JSON in UTF-8."""


class TooStrange(Exception):
    """It may be JSON, but deeper or longer in digits than our parser holds."""


class _Hints(msgspec.Struct):
    """What the door looks into: which resource a body is about, and whose it is."""

    id: Any = None
    order_id: Any = None
    order_edit: Any = None
    tags: Any = None


_read_hints = msgspec.json.Decoder(_Hints).decode


def glance(body: bytes) -> Any:
    """Return the few fields by which a body is judged at the door, at a quarter of the price of `parse`.

    Raises `NotJson` for exactly the bodies for which `parse` does, and `TooStrange` where it looks itself.
    """
    try:
        body.decode()  # what is passed over is not decoded, but must be UTF-8 all the same
        return msgspec.structs.asdict(_read_hints(body))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return parse(body)


def parse(body: bytes) -> Any:
    """Return what the JSON says; raise `NotJson` or `TooStrange`."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _parse_patiently(body)


def _parse_patiently(body: bytes) -> Any:
    # The fast parser refuses some true JSON (lone surrogates, great depth); the standard one has the last word.
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, NotJson) as error:
        raise NotJson from error
    except (RecursionError, ValueError) as error:
        raise TooStrange from error


def _refuse_constant(name: str) -> Any:
    raise NotJson(name)  # NaN and Infinity are Python's, not JSON's


def read_payload(body: bytes) -> Any:
    """Return what a stored body says; raise `NotUnderstood` where it cannot be read."""
    try:
        return parse(body)
    except (NotJson, TooStrange) as error:
        raise NotUnderstood("The body is not JSON we can read.") from error
