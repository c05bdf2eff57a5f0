"""Verbs about our access to a store: the lease on a refresh, the tokens that came, whether calls are answered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.core.clock import machine_now
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.job_runs.service import wake_waiting
from app.stores import repository
from app.stores.errors import AccessLost, NotConnected, StoreRests
from app.stores.events import StoreAccessLost, StoreAnswersAgain, StoreStoppedAnswering
from app.stores.models import AccessToken, Store
from app.stores.sealing import SealedGrant
from app.stores.states import RESTING, AccessState

LEASE = timedelta(seconds=30)  # longer than one call to Shopify may take
EARLY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Held:
    """The tokens we hold of a store, sealed, and how the store stands."""

    store_id: int
    shop_domain: str
    access: bytes
    refresh: bytes | None
    previous_refresh: bytes | None
    expires_at: datetime | None
    state: AccessState
    fence: int
    issue: int

    def lasts(self, ahead: timedelta = EARLY) -> bool:
        """Whether the access token is good for some time yet."""
        return self.expires_at is None or self.expires_at > machine_now() + ahead


async def read_held(uow: UnitOfWork, store_id: int) -> Held:
    """Return what we hold of the store; refuse when it is uninstalled or its access is dead."""
    async with uow.machinery() as session:
        store = await repository.find_store(session, store_id)
        token = await repository.find_token(session, store_id)
    return _held(store_id, store, token)


async def take_turn(uow: UnitOfWork, store_id: int) -> Held:
    """Return what we hold of the store; of one that rests, to the first who comes when its rest is over."""
    held = await read_held(uow, store_id)
    if held.state not in RESTING:
        return held
    async with uow.machinery() as session:
        store = await repository.lock_store(session, store_id)
        if store is not None and store.rests_until is not None:
            if uow.now < store.rests_until:
                raise StoreRests(store.shop_domain, (store.rests_until - uow.now).total_seconds())
            store.be_looked_at(uow.now)
    return held


async def lease_refresh(uow: UnitOfWork, store_id: int, seen: int) -> Held | None:
    """Take the lease to refresh the token that was seen; none when it changed already or somebody else is at it."""
    async with uow.machinery() as session:
        token = await repository.lock_token(session, store_id)
        store = await repository.find_store(session, store_id)
        held = _held(store_id, store, token)
        busy = token is not None and token.leased_until is not None and token.leased_until > machine_now()
        if token is None or busy or token.issue != seen:
            return None
        token.leased_until = machine_now() + LEASE
        token.fence += 1
        return replace(held, fence=token.fence)


async def record_refresh(uow: UnitOfWork, store_id: int, fence: int, fresh: SealedGrant) -> bool:
    """Keep the new tokens and the refresh token before them; refuse a worker whose lease has passed on."""
    async with uow.machinery() as session:
        token = await repository.lock_token(session, store_id)
        if token is None or token.fence != fence:
            return False
        token.replace(fresh)
        return True


async def drop_lease(uow: UnitOfWork, store_id: int, fence: int) -> None:
    """Let the next one try."""
    async with uow.machinery() as session:
        token = await repository.lock_token(session, store_id)
        if token is not None and token.fence == fence:
            token.leased_until = None


async def mark_access(
    uow: UnitOfWork, store_id: int, state: AccessState, *, looked: bool = False, issue: int | None = None
) -> None:
    """Note whether the store answers us; the store's people are told once when it does not, what waits goes on when
    it does again. What became of other tokens than those we hold now (`issue`) is no news.
    """
    async with uow.machinery() as session:
        store = await repository.lock_store(session, store_id)
        token = await repository.find_token(session, store_id) if issue is not None else None
        if token is not None and token.issue != issue:
            return
        before = store.access_state if store else ""
        if store is None or store.uninstalled_at is not None or not store.note_access(state, uow.now, looked=looked):
            return
    if state is AccessState.WORKING:
        await resolve_exceptions(uow, "store", str(store_id), TROUBLES)
        await wake_waiting(uow, StoreRests(store.shop_domain, 0).sentence)
    else:
        trouble = _trouble(store, state)
        await resolve_exceptions(uow, "store", str(store_id), [kind for kind in TROUBLES if kind != trouble.kind])
        await open_exception(uow, trouble)
    if state is AccessState.DEAD:
        await record_event(uow, StoreAccessLost(store_id=store_id, shop=store.shop_domain))
    elif state in RESTING:
        await record_event(uow, StoreStoppedAnswering(store_id=store_id, shop=store.shop_domain))
    elif before in RESTING:
        await record_event(uow, StoreAnswersAgain(store_id=store_id, shop=store.shop_domain))


def _trouble(store: Store, state: AccessState) -> Problem:
    kind, cause, step = _TROUBLES[state]
    return Problem(kind, "store", str(store.id), cause.format(name=store.name), step)


_TROUBLES = {
    AccessState.DEAD: (
        "access_lost",
        "{name} no longer lets the app in.",
        "Open Partner Hub once in that store's Shopify admin; everything then continues.",
    ),
    AccessState.FROZEN: (
        "store_frozen",
        "{name} is frozen or locked by Shopify at the moment.",
        "Nothing is wrong with the connection: it is looked at again from time to time, and goes on by itself.",
    ),
    AccessState.SILENT: (
        "store_silent",
        "{name} gave no answer, several times in a row.",
        "It is looked at again from time to time, and goes on by itself. If it lasts, look at Shopify's status page.",
    ),
}

TROUBLES = [kind for kind, _, _ in _TROUBLES.values()]
"""The kinds of exceptions about a store that gives no answers."""


def _held(store_id: int, store: Store | None, token: AccessToken | None) -> Held:
    if store is None or token is None or store.uninstalled_at is not None:
        raise NotConnected(store_id)
    if store.access_state == AccessState.DEAD:
        raise AccessLost(store.shop_domain, token.issue)
    return Held(
        store_id=store.id,
        shop_domain=store.shop_domain,
        access=token.sealed_access,
        refresh=token.sealed_refresh,
        previous_refresh=token.sealed_previous_refresh,
        expires_at=token.expires_at,
        state=AccessState(store.access_state),
        fence=token.fence,
        issue=token.issue,
    )
