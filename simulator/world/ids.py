"""Numbers for entities: what control calls make is numbered by the call, so that nothing the hub does can shift it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

FIRST_CONTROL_ID = 1_000_000_000
BLOCK = 10_000  # numbers each control call has for itself
FIRST_HUB_ID = 500_000_000_000_000


@dataclass
class Ids:
    """The counters behind every number; saved with the world."""

    control_calls: int = 0
    hub_entities: int = 0

    def __post_init__(self) -> None:
        self._block: Iterator[int] | None = None

    def new(self) -> int:
        """A number never given before."""
        if self._block is not None:
            return next(self._block)
        self.hub_entities += 1
        return FIRST_HUB_ID + self.hub_entities

    @property
    def in_control_call(self) -> bool:
        return self._block is not None

    @contextmanager
    def control_call(self) -> Iterator[int]:
        """Number what is made inside from the block of this control call; yields the call's number."""
        self.control_calls += 1
        first = FIRST_CONTROL_ID + self.control_calls * BLOCK
        self._block = iter(range(first, first + BLOCK))
        try:
            yield self.control_calls
        finally:
            self._block = None
