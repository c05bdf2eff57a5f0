"""One request, or one step of a job, is one transaction: opened here, committed here and nowhere else."""

import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import CursorResult, event
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from app.core.clock import Clock
from app.core.db import is_beyond_limits
from app.core.errors import Unavailable
from app.core.ids import current_request_id
from app.core.tenancy import APP_ROLE, SYSTEM_ROLE

_BECOME = (
    "SELECT set_config('role', %(role)s, true), set_config('app.store_id', %(store)s, true),"
    " set_config('app.partner_id', %(partner)s, true)"
)
_ROLE = "SELECT set_config('role', %(role)s, true)"


class ActorKind(enum.StrEnum):
    """In whose name something is done."""

    SYSTEM = "system"  # a job, or a route that serves no store
    RETAILER = "retailer"  # staff of the retailer
    PARTNER = "partner"  # staff of a partner's store
    VISITOR = "visitor"  # staff of a store that has no role yet


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is acting: the store decides which rows exist for them, the partner narrows it to one partnership."""

    kind: ActorKind
    store_id: int | None = None
    partner_id: int | None = None
    staff: str | None = None  # Shopify's user id, for the record of who did it

    def of_store(self, store_id: int, partner_id: int | None = None) -> "Actor":
        """Return the same actor within another store, as a job does that serves several."""
        return replace(self, store_id=store_id, partner_id=partner_id)


SYSTEM = Actor(ActorKind.SYSTEM)


def system_for(store_id: int, partner_id: int | None = None) -> Actor:
    """Return the system acting within one store."""
    return SYSTEM.of_store(store_id, partner_id)


class Bell(Protocol):
    """Tells the workers that a job may run; a bell that is not heard costs a second, never a job."""

    async def ring(self, jobs: Sequence[tuple[int, int]]) -> None:
        """Announce (job id, attempt) pairs."""
        ...


class SilentBell:
    """No Redis: the sweeper finds the jobs."""

    async def ring(self, jobs: Sequence[tuple[int, int]]) -> None:
        """Do nothing."""


@dataclass(slots=True)
class UnitOfWork:
    """An open transaction, who acts in it, and the business time at which it began."""

    session: AsyncSession
    actor: Actor
    now: datetime
    request_id: str
    subscribers: Mapping[str, Sequence[Callable[[Any], Any]]]
    due_jobs: list[tuple[int, int]] = field(default_factory=list)
    is_last: bool = False  # a job's: its commit is the end of the job
    gathered: "dict[AtCommit, list[Any]]" = field(default_factory=dict)

    @property
    def store_id(self) -> int:
        """The store whose rows this unit of work sees."""
        if self.actor.store_id is None:
            raise LookupError("this unit of work acts for no store")
        return self.actor.store_id

    def at_commit(self, act: "AtCommit", what: Any) -> None:
        """Have `act` called once, before the commit, with all that was gathered for it."""
        self.gathered.setdefault(act, []).append(what)

    @asynccontextmanager
    async def machinery(self) -> AsyncIterator[AsyncSession]:
        """Reach machinery rows in this same transaction, as `hub_system`; tenant rows stay the actor's store's."""
        await self.session.flush()
        if role_of(self.actor) == SYSTEM_ROLE:
            yield self.session
            await self.session.flush()
            return
        await run_plainly(self.session, _ROLE, {"role": SYSTEM_ROLE})
        yield self.session
        await self.session.flush()
        await run_plainly(self.session, _ROLE, {"role": role_of(self.actor)})


async def run_plainly(session: AsyncSession, statement: str, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Run what every transaction runs, written as the driver reads it: nothing is left to compile or to look up."""
    return await session.run_sync(lambda each: each.connection().exec_driver_sql(statement, parameters))


AtCommit = Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]]
"""Something a unit of work does once, as its last: its locks are then taken after all others, in one order."""


class _WatchedSession(Session):
    """Knows whether anything was written, so that a unit of work that only reads needs no guard."""

    wrote = False

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        self.wrote |= bool(self.new or self.dirty or self.deleted)
        super().flush(objects)


@event.listens_for(_WatchedSession, "do_orm_execute")
def _watch(state: ORMExecuteState) -> None:
    if not state.is_select:
        cast(_WatchedSession, state.session).wrote = True


Open = Callable[[Actor], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a unit of work for an actor; flows take one."""


def role_of(actor: Actor) -> str:
    """Return the database role for an actor."""
    return SYSTEM_ROLE if actor.kind is ActorKind.SYSTEM else APP_ROLE


@dataclass(frozen=True, slots=True)
class UnitsOfWork:
    """Opens units of work on one engine."""

    engine: AsyncEngine
    clock: Clock
    bell: Bell = field(default_factory=SilentBell)
    subscribers: Mapping[str, Sequence[Callable[[Any], Any]]] = field(default_factory=dict)
    guard: Callable[[UnitOfWork], Awaitable[None]] | None = None  # runs before a commit that wrote, or is the last
    request_id: str | None = None
    join: bool = False  # tests: live inside an outer transaction, by savepoint

    @asynccontextmanager
    async def __call__(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; commit when the block ends well, roll back when it raises, then ring the bell."""
        now = await self.clock.now()
        session = AsyncSession(
            self.engine,
            sync_session_class=_WatchedSession,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint" if self.join else "conditional_savepoint",
        )
        try:
            async with session:
                uow = await self._begin(session, actor, now)
                watched = cast(_WatchedSession, session.sync_session)
                yield uow
                await session.flush()
                for act, gathered in uow.gathered.items():
                    await act(uow, gathered)
                if self.guard is not None and (watched.wrote or uow.is_last):
                    async with uow.machinery():
                        await self.guard(uow)
                await session.commit()
        except (OperationalError, TimeoutError) as error:
            if is_beyond_limits(getattr(error, "orig", None)):
                raise
            raise Unavailable("The database is not answering.") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("The database is not answering.") from error
            raise
        if uow.due_jobs:
            await self.bell.ring(uow.due_jobs)

    async def _begin(self, session: AsyncSession, actor: Actor, now: datetime) -> UnitOfWork:
        parameters = {
            "role": role_of(actor),
            "store": "" if actor.store_id is None else str(actor.store_id),
            "partner": "" if actor.partner_id is None else str(actor.partner_id),
        }
        await run_plainly(session, _BECOME, parameters)
        return UnitOfWork(session, actor, now, self.request_id or current_request_id(), self.subscribers)
