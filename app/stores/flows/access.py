"""Shopify as the stores let us in: opens the sealed tokens, refreshes them one worker at a time, notes refusals."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import anyio

from app.core.clock import machine_now
from app.core.crypto import Undecryptable
from app.core.errors import Unavailable
from app.core.log import logger
from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM, Open, system_for
from app.gateways.shopify import oauth
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import GrantRefused, ScopeMissing, StoreFrozen, StoreGone, TokenDead
from app.gateways.shopify.oauth import AppCredentials, TokenGrant
from app.stores import service
from app.stores.errors import AccessLost, PermissionMissing, StoreMissing
from app.stores.sealing import open_access, open_refresh, seal
from app.stores.service import Held
from app.stores.states import RESTING, AccessState

P = ParamSpec("P")
T = TypeVar("T")

KEPT_SECONDS = 5.0  # a process looks up what it holds of a store this often; a refused token is looked up at once
PATIENCE = timedelta(seconds=8)  # how long to wait for the worker who holds the lease
GLANCE = 0.1
BEING_RENEWED = "The store's access is being renewed. Try again in a moment."
NEEDS_RESTART = "The store's access is sealed with a key this process does not know yet; it waits for its restart."
NEEDS_SECRET = "Shopify does not take this process's client secret; the store's access waits for the right one."

log = logger("stores.access")


@dataclass(frozen=True, slots=True)
class Kept:
    """The sealed tokens of a store as this process last saw them."""

    held: Held
    until: float


class ConnectedShopify:
    """Calls Shopify for a store by its id."""

    def __init__(
        self, open_uow: Open, client: ShopifyClient, settings: Settings, kept: dict[int, "Kept"] | None = None
    ) -> None:
        self.client = client
        self._kept = {} if kept is None else kept
        self.open_uow = open_uow
        self.settings = settings
        self.vault = settings.vault
        self.app = AppCredentials(settings.api_key, settings.api_secret, settings.api_secret_previous)

    def with_units(self, open_uow: Open) -> "ConnectedShopify":
        """Return the same access on another opener, as a job's with its fence."""
        return ConnectedShopify(open_uow, self.client, self.settings, self._kept)

    async def call(
        self,
        store_id: int,
        function: Callable[Concatenate[ShopifyClient, StoreAccess, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Call Shopify for the store; a refused token is refreshed once, a refusal that stays is noted."""
        held = await self._fresh(store_id)
        async with self._noting(held):
            try:
                answer = await function(self.client, self._access(held), *args, **named)
            except TokenDead:
                answer = await self._again(await self._renew(held), function, *args, **named)
            except ScopeMissing:
                answer = await self._again(await self._newer(held), function, *args, **named)
        if held.state in RESTING:
            await self._mark(store_id, AccessState.WORKING)
        return answer

    async def ask_at(
        self, store_id: int, shop_domain: str, function: Callable[[ShopifyClient, StoreAccess], Awaitable[T]]
    ) -> T:
        """Call Shopify by a name the store may have now, with what we hold of it; a refusal there is no news.

        A token that ran out is renewed there: the name before leads nowhere.
        """
        async with self.open_uow(SYSTEM) as uow:
            held = replace(await service.read_held(uow, store_id), shop_domain=shop_domain)
        try:
            return await function(self.client, self._access(held))
        except TokenDead:
            return await function(self.client, self._access(await self._renew_at(held)))

    @asynccontextmanager
    async def _noting(self, held: Held) -> AsyncIterator[None]:
        """Note when Shopify has paused the store or knows it no more, or when it gave no answer again and again.

        It is left alone then. Its people are told that, once; whoever waits for it tells nobody more.
        """
        try:
            yield
        except Unavailable as error:
            is_resting, state = held.state in RESTING, None
            if isinstance(error, StoreFrozen):
                state = AccessState.FROZEN
            elif self.client.silences.are_many(held.shop_domain):
                state = AccessState.SILENT
            if state is not None:
                await self._mark(held.store_id, state, looked=is_resting)
            error.is_told = is_resting or state is not None
            raise
        except StoreGone:
            await self._mark(held.store_id, AccessState.SILENT, looked=held.state in RESTING)
            raise StoreMissing(held.shop_domain) from None

    async def renew(self, store_id: int) -> None:
        """Get a new token: the one we hold carries the scopes of the day it was given."""
        async with self.open_uow(SYSTEM) as uow:
            held = await service.take_turn(uow, store_id)
        if held.refresh is not None:
            await self._renew(held)
        if held.state in RESTING:
            await self._mark(store_id, AccessState.WORKING)

    def look_again(self, store_id: int) -> None:
        """Forget what this process has seen: another one may have got a token with more scopes."""
        self._kept.pop(store_id, None)

    async def _again(self, newer: Held, function: Callable[..., Awaitable[T]], *args: Any, **named: Any) -> T:
        try:
            return await function(self.client, self._access(newer), *args, **named)
        except TokenDead:
            await self._mark(newer.store_id, AccessState.DEAD, issue=newer.issue)
            raise AccessLost(newer.shop_domain, newer.issue) from None
        except ScopeMissing:
            await self._look_at_permissions(newer)
            raise PermissionMissing(newer.shop_domain) from None

    async def _newer(self, seen: Held) -> Held:
        """Return tokens newer than those seen; where there are none, the scope is truly missing."""
        self.look_again(seen.store_id)
        held = await self._fresh(seen.store_id)
        if held.issue == seen.issue:
            await self._look_at_permissions(held)
            raise PermissionMissing(held.shop_domain)
        return held

    async def _look_at_permissions(self, held: Held) -> None:
        async with self.open_uow(system_for(held.store_id)) as uow:
            await service.look_at_permissions(uow)

    async def _fresh(self, store_id: int) -> Held:
        kept = self._kept.get(store_id)
        if kept is not None and time.monotonic() < kept.until and kept.held.lasts():
            return kept.held
        async with self.open_uow(SYSTEM) as uow:
            held = await service.take_turn(uow, store_id)
        if held.state is AccessState.WORKING and self.client.silences.are_many(held.shop_domain):
            self.client.silences.note(held.shop_domain, answered=True)  # in another process: what we counted is over
        if not held.lasts():
            held = await self._renew(held)
        if held.state not in RESTING:
            self._kept[store_id] = Kept(held, time.monotonic() + KEPT_SECONDS)
        return held

    async def _renew(self, seen: Held) -> Held:
        """Return newer tokens than those seen: refreshed here under the lease, or by whoever holds it."""
        self._kept.pop(seen.store_id, None)
        if seen.refresh is None:
            return await self._lost(seen)
        deadline = machine_now() + PATIENCE
        while True:
            async with self.open_uow(SYSTEM) as uow:
                leased = await service.lease_refresh(uow, seen.store_id, seen.issue)
                held = leased or await service.read_held(uow, seen.store_id)
            if leased:
                return await self._refresh(leased)
            if held.issue != seen.issue:
                return held
            if machine_now() > deadline:
                raise Unavailable(BEING_RENEWED)
            await anyio.sleep(GLANCE)

    async def _refresh(self, leased: Held) -> Held:
        try:
            async with self._noting(leased):
                grant = await self._ask(leased)
        except TokenDead:
            return await self._lost(leased)
        except Exception:
            await self._drop(leased)
            raise
        return await self._keep(leased, grant)

    async def _renew_at(self, seen: Held) -> Held:
        """Return newer tokens than those seen, refreshed by the name given there; a refusal leaves all as it was."""
        async with self.open_uow(SYSTEM) as uow:
            leased = await service.lease_refresh(uow, seen.store_id, seen.issue)
        if leased is None:
            raise Unavailable(BEING_RENEWED)
        try:
            grant = await self._ask(replace(leased, shop_domain=seen.shop_domain))
        except Exception:
            await self._drop(leased)
            raise
        return replace(await self._keep(leased, grant), shop_domain=seen.shop_domain)

    async def _drop(self, leased: Held) -> None:
        async with self.open_uow(SYSTEM) as uow:
            await service.drop_lease(uow, leased.store_id, leased.fence)

    async def _keep(self, leased: Held, grant: TokenGrant) -> Held:
        sealed = seal(self.vault, leased.store_id, grant)
        async with self.open_uow(SYSTEM) as uow:
            await service.record_refresh(uow, leased.store_id, leased.fence, sealed)
            return await service.read_held(uow, leased.store_id)

    async def _lost(self, seen: Held) -> Held:
        """Note that these tokens are refused for good; return those that stand there meanwhile, if others do."""
        await self._mark(seen.store_id, AccessState.DEAD, issue=seen.issue)
        async with self.open_uow(SYSTEM) as uow:
            held = await service.read_held(uow, seen.store_id)
        if held.issue == seen.issue:
            raise AccessLost(seen.shop_domain, seen.issue)
        return held

    async def _ask(self, leased: Held) -> TokenGrant:
        """Refresh with the token we hold; if its reply was lost once, the one before it still works."""
        refused: Exception = TokenDead()
        for sealed in filter(None, (leased.refresh, leased.previous_refresh)):
            with self._opening(leased):
                held = open_refresh(self.vault, leased.store_id, sealed)
            try:
                return await self._counted(leased, oauth.refresh(self.client.http, self.app, leased.shop_domain, held))
            except (TokenDead, GrantRefused) as error:
                if isinstance(error, GrantRefused) and error.code == oauth.UNKNOWN_SECRET:
                    log.error("stores.client_secret_refused", shop=leased.shop_domain)
                    raise Unavailable(NEEDS_SECRET) from error
                log.warning("stores.refresh_refused", shop=leased.shop_domain, why=getattr(error, "code", "dead"))
                refused = error
        raise TokenDead from refused

    async def _counted(self, leased: Held, refresh: Awaitable[TokenGrant]) -> TokenGrant:
        try:
            return await refresh
        except Unavailable as error:
            self.client.silences.note(leased.shop_domain, answered=isinstance(error, StoreFrozen))
            raise

    async def _mark(self, store_id: int, state: AccessState, *, looked: bool = False, issue: int | None = None) -> None:
        self._kept.pop(store_id, None)
        async with self.open_uow(system_for(store_id)) as uow:
            await service.mark_access(uow, store_id, state, looked=looked, issue=issue)

    def _access(self, held: Held) -> StoreAccess:
        with self._opening(held):
            return StoreAccess(held.shop_domain, open_access(self.vault, held.store_id, held.access))

    @contextmanager
    def _opening(self, held: Held) -> Iterator[None]:
        """A process that was started before a key was added waits for its restart instead of failing."""
        try:
            yield
        except Undecryptable as error:
            self.look_again(held.store_id)
            log.error("stores.sealed_with_another_key", shop=held.shop_domain, why=str(error))
            raise Unavailable(NEEDS_RESTART) from error
