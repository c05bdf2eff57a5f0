"""The hub as a rehearsal's people use it: the same verbs as the pages, in the name of a store's staff."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from app.core.errors import Conflict, Unavailable
from app.core.settings import Settings
from app.core.unit_of_work import Actor, ActorKind, Open, UnitOfWork
from app.stores.flows import ConnectedShopify
from app.stores.queries import StoreFacts

STAFF = "rehearsal"
PATIENCE = 60.0
PAUSE = 0.2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hub:
    """What opens units of work, and what calls Shopify."""

    open_uow: Open
    shopify: ConnectedShopify
    settings: Settings


def staff_of(store: StoreFacts, partner_id: int | None = None) -> Actor:
    """Return a member of the store's staff."""
    kind = ActorKind(store.role.value) if store.role else ActorKind.VISITOR
    return Actor(kind, store.id, partner_id, STAFF)


async def insist(hub: Hub, actor: Actor, act: Callable[[UnitOfWork], Awaitable[T]]) -> T | None:
    """Do it in one unit of work; while the hub does not answer try again, as people do.

    None: it says that this was done already, so an answer was lost.
    """
    deadline = time.monotonic() + PATIENCE
    is_first = True
    while True:
        try:
            async with hub.open_uow(actor) as uow:
                return await act(uow)
        except Unavailable:
            if time.monotonic() > deadline:
                raise
        except Conflict:
            if is_first:
                raise
            return None
        is_first = False
        await asyncio.sleep(PAUSE)


async def read(hub: Hub, actor: Actor, look: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Look at something, again and again while the hub does not answer."""
    found = await insist(hub, actor, look)
    assert found is not None
    return found
