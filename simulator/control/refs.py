"""Finding what a control call names: by number or by global id."""

from typing import Any

from msgspec import UNSET, Struct, structs

from simulator.control.bodies import Pairs, Ref, TrackingBody
from simulator.world.errors import Unknown, Unreadable
from simulator.world.order_model import Tracking


def number(ref: Ref) -> int:
    """The number in a reference: 17, "17" or "gid://shopify/Order/17"."""
    if isinstance(ref, int):
        return ref
    tail = ref.rpartition("/")[2]
    if not (tail.isascii() and tail.isdigit()):
        raise Unreadable(f"{ref} is no id")
    return int(tail)


def find(collection: dict[int, Any], ref: Ref, what: str) -> Any:
    """What the reference names; Unknown if it is not there."""
    try:
        return collection[number(ref)]
    except (KeyError, Unreadable):
        raise Unknown(f"no {what} {ref}") from None


def given(body: Struct, *without: str) -> dict[str, Any]:
    """The fields of a body that were given."""
    return {name: value for name, value in structs.asdict(body).items() if value is not UNSET and name not in without}


def tracking_of(body: TrackingBody | list[TrackingBody] | None) -> list[Tracking]:
    """The tracking of a body: none, one or several."""
    bodies = [body] if isinstance(body, TrackingBody) else body or []
    return [Tracking(company=one.company, number=one.number, url=one.url) for one in bodies]


def pairs_of(body: Pairs) -> dict[str, str]:
    """Names and values, given as an object or as a list."""
    return body if isinstance(body, dict) else {one.name: one.value for one in body}
