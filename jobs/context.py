"""What a job's handler is given: units of work under the fence, the outside, its progress."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM, Actor, Open, UnitOfWork

if TYPE_CHECKING:
    from app.stores.flows import ConnectedShopify


@dataclass(slots=True)
class Ended:
    """Whether the end of the run is recorded, as a unit of work of the handler may do, and what is over with it."""

    is_recorded: bool = False
    superseded: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class JobContext:
    """One attempt at a job.

    `open_uow` opens units of work whose commits the fence checks; `open_last` opens the only or last one, whose commit
    also marks the job done, so that the effect and the end stand or fall together.
    """

    job_id: int
    store_id: int | None
    attempt: int
    now: datetime
    open_uow: Open
    shopify: "ConnectedShopify"
    settings: Settings
    progress: Callable[[int, int], Awaitable[None]]
    ended: Ended

    @property
    def actor(self) -> Actor:
        """The system, acting within the job's store."""
        return SYSTEM if self.store_id is None else SYSTEM.of_store(self.store_id)

    @asynccontextmanager
    async def open_last(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """Open the only or last unit of work."""
        async with self.open_uow(actor) as uow:
            uow.is_last = True
            yield uow
