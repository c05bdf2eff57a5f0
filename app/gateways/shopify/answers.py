"""What an HTTP answer of the Admin API means: the typed data, or a failure by its meaning."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import msgspec

from app.core.errors import HubError
from app.gateways.shopify.budget import Cost
from app.gateways.shopify.errors import Misunderstood, ScopeMissing, StoreFrozen, StoreGone, Throttled, TokenDead

Answer = TypeVar("Answer")

STATUS_MEANINGS: dict[int, type[HubError]] = {
    401: TokenDead,
    402: StoreFrozen,
    403: TokenDead,
    404: StoreGone,
    423: StoreFrozen,
}
SHORTEST_WAIT = 0.05
NUL = rb"\u0000"
_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")  # behind whole pairs: those are backslashes of the text itself


class NoValidAnswer(Exception):
    """The request left, and what came back (if anything) does not say what became of it."""


class _Throttle(msgspec.Struct, rename="camel"):
    maximum_available: float = 0
    currently_available: float = 0
    restore_rate: float = 0


class _Cost(msgspec.Struct, rename="camel"):
    requested_query_cost: float = 0
    throttle_status: _Throttle = msgspec.field(default_factory=_Throttle)

    def wait(self) -> float:
        """Return the seconds until the bucket holds what was asked for."""
        status = self.throttle_status
        if status.restore_rate <= 0:
            return 1.0
        return max(SHORTEST_WAIT, (self.requested_query_cost - status.currently_available) / status.restore_rate)

    def cost(self) -> Cost | None:
        """Return what it tells of the bucket, if it tells."""
        status = self.throttle_status
        if status.restore_rate <= 0 or status.maximum_available <= 0:
            return None
        return Cost(
            self.requested_query_cost, status.currently_available, status.maximum_available, status.restore_rate
        )


class _Extensions(msgspec.Struct):
    cost: _Cost = msgspec.field(default_factory=_Cost)


class _ErrorExtensions(msgspec.Struct):
    code: str | None = None


class _GraphqlError(msgspec.Struct):
    message: str = ""
    path: list[Any] = msgspec.field(default_factory=list)
    extensions: _ErrorExtensions = msgspec.field(default_factory=_ErrorExtensions)


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"")
    errors: list[_GraphqlError] = msgspec.field(default_factory=list)
    extensions: _Extensions = msgspec.field(default_factory=_Extensions)


def read_answer(
    response: httpx.Response, answer: type[Answer], changes: bool, note_cost: Callable[[Cost | None], None]
) -> Answer:
    """Return the data as `answer`, or raise what the response means; what it tells of its cost is noted first."""
    _check_status(response)
    try:
        envelope = msgspec.json.decode(_storable(response.content), type=_Envelope)
        note_cost(envelope.extensions.cost.cost())
        if envelope.errors:
            raise _meaning(envelope, changes)
        if not bytes(envelope.data):
            raise NoValidAnswer("an answer without data")
        return msgspec.json.decode(envelope.data, type=answer)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NoValidAnswer(f"an answer of another shape: {type(error).__name__}") from error


def _storable(content: bytes) -> bytes:
    """Leave NUL out of all text: PostgreSQL cannot hold it, and one title with it would stop what stands beside it."""
    return _ESCAPED_NUL.sub(rb"\1", content) if NUL in content else content


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in STATUS_MEANINGS:
        raise STATUS_MEANINGS[status]()
    if status == 429:
        raise Throttled(retry_after=_retry_after(response.headers.get("Retry-After", "")))
    if 400 <= status < 500:
        raise Misunderstood(f"Shopify answered with status {status}.")
    raise NoValidAnswer(f"status {status}")


def _retry_after(header: str) -> float:
    try:
        return max(SHORTEST_WAIT, min(float(header), 3600.0))
    except ValueError:
        return 1.0


def _meaning(envelope: _Envelope, changes: bool) -> Exception:
    codes = {error.extensions.code for error in envelope.errors}
    if "THROTTLED" in codes:
        return Throttled(retry_after=envelope.extensions.cost.wait())
    executed = bool(bytes(envelope.data))
    # An error below the mutation's own field: the change was made, only its payload could not be read.
    if changes and executed and any(len(error.path) > 1 for error in envelope.errors):
        return NoValidAnswer("an error inside the answer to a change")
    if "ACCESS_DENIED" in codes:
        return ScopeMissing()
    if "SHOP_INACTIVE" in codes:
        return StoreFrozen()
    if "INTERNAL_SERVER_ERROR" in codes or (changes and executed):
        return NoValidAnswer("an error on Shopify's side")
    return Misunderstood("; ".join(error.message for error in envelope.errors)[:500])
