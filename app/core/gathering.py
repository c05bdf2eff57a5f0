"""Doing together what comes at the same time: while one batch is being done, the next one gathers."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.errors import Unavailable

Item = TypeVar("Item")
Waiting = tuple[Item, "asyncio.Future[None]"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a batch takes at most; an item that is heavier than all of it goes alone."""

    items: int
    weight: int


class Gathering(Generic[Item]):
    """Does items one batch at a time; whoever brings one waits no longer than it takes, or than the patience lasts.

    A batch that fails is done again item by item, so that nobody fails for a neighbour's sake; `do` must bear that.
    Where all would fail alike (`Unavailable`), it is not.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Item]], Awaitable[None]],
        weigh: Callable[[Item], int],
        bounds: Bounds,
        patience: float,
    ) -> None:
        self._do = do
        self._weigh = weigh
        self._bounds = bounds
        self._patience = patience
        self._waiting: deque[Waiting[Item]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> None:
        """Have the item done; raise what became of it, or `Unavailable` when that takes too long.

        An item whose bringer is gone before its batch began is not done at all.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((item, done))
        if self._working is None:
            # A task of its own: nobody's leaving may end what others wait for.
            self._working = loop.create_task(self._work())
        end_of_patience = loop.call_later(self._patience, _settle, [(item, done)], Unavailable())
        try:
            await done
        finally:
            end_of_patience.cancel()

    async def _work(self) -> None:
        try:
            while batch := self._next_batch():
                await self._do_together(batch)
        finally:
            self._working = None

    def _next_batch(self) -> list[Waiting[Item]]:
        batch: list[Waiting[Item]] = []
        room = self._bounds.weight
        while self._waiting and len(batch) < self._bounds.items:
            item, done = self._waiting[0]
            if not done.done():
                room -= self._weigh(item)
                if batch and room < 0:
                    break
                batch.append((item, done))
            self._waiting.popleft()
        return batch

    async def _do_together(self, batch: Sequence[Waiting[Item]]) -> None:
        try:
            await self._do([item for item, _ in batch])
        except Unavailable as error:
            _settle(batch, error)
        except Exception as error:
            if len(batch) == 1:
                return _settle(batch, error)
            for each in batch:
                await self._do_together([each])
        else:
            _settle(batch)


def _settle(batch: Sequence[Waiting[Item]], failure: Exception | None = None) -> None:
    for _, done in batch:
        if done.done():
            continue  # nobody waits any more
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(failure)
