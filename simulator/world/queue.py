"""What falls due later on the business clock: effects on the world, and deliveries of webhooks."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DELIVERY = "deliver"


@dataclass(kw_only=True)
class Due:
    """One thing to happen at `at`; `kind` names the effect, `args` are plain values."""

    number: int
    at: datetime
    kind: str
    shop: str
    args: dict[str, Any] = field(default_factory=dict)


class DueQueue:
    """Due things by time; `changed` is told of each one added or gone, so that it can be saved."""

    def __init__(self, changed: Callable[[Due, bool], None]) -> None:
        self._changed = changed
        self._live: dict[int, Due] = {}
        self._by_kind: defaultdict[str, dict[int, Due]] = defaultdict(dict)
        self._heaps: dict[bool, list[tuple[datetime, int]]] = {False: [], True: []}
        self._last = 0

    def add(self, at: datetime, kind: str, shop: str, args: dict[str, Any]) -> Due:
        self._last += 1
        due = Due(number=self._last, at=at, kind=kind, shop=shop, args=args)
        self.restore(due)
        self._changed(due, True)
        return due

    def restore(self, due: Due) -> None:
        """Put back one that was saved."""
        self._last = max(self._last, due.number)
        self._live[due.number] = self._by_kind[due.kind][due.number] = due
        heapq.heappush(self._heaps[due.kind == DELIVERY], (due.at, due.number))

    def postpone(self, due: Due, at: datetime) -> None:
        """Move one to another time, earlier or later."""
        due.at = at
        heapq.heappush(self._heaps[due.kind == DELIVERY], (at, due.number))
        self._changed(due, True)

    def drop(self, due: Due) -> None:
        if self._live.pop(due.number, None):
            del self._by_kind[due.kind][due.number]
            self._changed(due, False)

    def pop_due(self, now: datetime, *, deliveries: bool) -> Due | None:
        """Take out the earliest that is due at `now`."""
        due = self._peek(deliveries)
        if due is None or due.at > now:
            return None
        self.drop(due)
        return due

    def next_at(self) -> datetime | None:
        instants = [due.at for due in (self._peek(False), self._peek(True)) if due]
        return min(instants, default=None)

    def waiting(self, kind: str, shop: str | None = None) -> Iterator[Due]:
        """Everything of a kind that is still to come."""
        yield from [due for due in self._by_kind[kind].values() if shop in (None, due.shop)]

    def _peek(self, deliveries: bool) -> Due | None:
        heap = self._heaps[deliveries]
        while heap:
            at, number = heap[0]
            due = self._live.get(number)
            if due is not None and due.at == at:
                return due
            heapq.heappop(heap)
        return None
