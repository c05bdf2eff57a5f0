"""Verbs of an installation: it begins, its permissions change, it gets a role, it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.queries import open_exceptions_of
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inbox.service import follow_name
from app.job_runs.rules import next_beat
from app.job_runs.service import cancel_plans_of_store, enqueue, every, plan, wake_waiting
from app.stores import repository
from app.stores.errors import AccessLost, PermissionMissing, RoleTaken, StoreMissing, StoreRests
from app.stores.events import (
    StoreAccessRegained,
    StoreAnswersAgain,
    StoreErased,
    StoreInstalled,
    StoreRenamed,
    StoreRoleChosen,
    StoreScopesChanged,
    StoreUninstalled,
)
from app.stores.jobs import CheckInstallation, RegisterTopics
from app.stores.models import Store
from app.stores.queries import StoreFacts, facts_of, get_store
from app.stores.scopes import WHAT_FOR
from app.stores.sealing import SealedGrant
from app.stores.service.access import TROUBLES
from app.stores.service.onboarding import go_live_if_ready
from app.stores.states import RESTING, AccessState, StoreRole

TAKEN_BACK = "permission_taken_back"
HOUR = 60
CLOCKS_DIFFER = timedelta(minutes=5)
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Installation:
    """What we learned when a store let us in."""

    shopify_shop_id: str
    shop_domain: str
    name: str
    currency: str
    time_zone: str
    country_code: str | None
    scopes: frozenset[str]


async def identify_store(uow: UnitOfWork, shopify_shop_id: str) -> int:
    """Return our id of Shopify's store; a store never seen before gets the next free one."""
    async with uow.machinery() as session:
        store = await repository.lock_by_shop_id(session, shopify_shop_id)
        return store.id if store else await repository.next_store_id(session)


async def install_store(uow: UnitOfWork, installation: Installation, tokens: SealedGrant) -> StoreFacts:
    """Record the installation with its tokens; installing again brings the same store back to life."""
    async with uow.machinery() as session:
        fresh = {
            "shop_domain": installation.shop_domain,
            "name": installation.name,
            "currency": installation.currency,
            "time_zone": installation.time_zone,
            "country_code": installation.country_code,
            "granted_scopes": sorted(installation.scopes),
            "access_state": AccessState.WORKING.value,
            "access_failed_at": None,
            "rests_until": None,
            "rests": 0,
        }
        new = insert(Store).values(
            id=uow.store_id, shopify_shop_id=installation.shopify_shop_id, installed_at=uow.now, **fresh
        )
        made = await session.execute(new.on_conflict_do_nothing(index_elements=["shopify_shop_id"]).returning(Store.id))
        is_new = made.scalar_one_or_none() is not None
        store = await repository.lock_store(session, uow.store_id)
        if store is None or store.shopify_shop_id != installation.shopify_shop_id:
            raise Conflict("Two installations of this store began at once.")
        begins, before = is_new or store.uninstalled_at is not None, store.shop_domain
        granted_before = frozenset(store.granted_scopes)
        stood = store.access_state
        store.bring_back(fresh, uow.now if begins else store.installed_at)
        await repository.put_token(session, uow.store_id, tokens)
    await _follow_name(uow, before, store.shop_domain)
    if begins:
        for job, minutes in (
            (RegisterTopics(uow.store_id, by_poll=True), HOUR),
            (CheckInstallation(uow.store_id, by_poll=True), DAY),
        ):
            await every(uow, job, minutes, f"{job.name}:{uow.store_id}")
        await record_event(uow, StoreInstalled(store_id=uow.store_id, shop=store.shop_domain))
    if stood == AccessState.DEAD:
        await record_event(uow, StoreAccessRegained(store_id=uow.store_id, shop=store.shop_domain))
        await wake_waiting(uow, AccessLost(store.shop_domain).sentence)
    elif stood in RESTING:
        await record_event(uow, StoreAnswersAgain(store_id=uow.store_id, shop=store.shop_domain))
        await wake_waiting(uow, StoreRests(store.shop_domain, 0).sentence)
    await enqueue(uow, RegisterTopics(uow.store_id))
    await resolve_exceptions(uow, "store", str(uow.store_id), TROUBLES)
    await _follow_permissions(uow, store, granted_before)
    return facts_of(store)


async def choose_role(uow: UnitOfWork, role: StoreRole, store_id: int | None = None) -> StoreFacts:
    """Make the acting store a retailer or a partner; the second role is refused with its reason.

    `store_id` names the store where it acts in another's rows, as it does when it answers an invitation.
    """
    async with uow.machinery() as session:
        store = await repository.lock_store(session, store_id or uow.store_id)
        if store is None:
            raise NotFound
        if store.role is not None and store.role != role:
            raise RoleTaken(store.role)
        if store.role == role:
            return facts_of(store)
        store.role = role.value
    await enqueue(uow, RegisterTopics(store.id))
    await record_event(uow, StoreRoleChosen(store_id=store.id, shop=store.shop_domain, role=role.value))
    return facts_of(store)


async def is_still(uow: UnitOfWork, known: StoreFacts) -> bool:
    """Hold the acting store, and tell whether it still grants and calls itself what was known of it."""
    async with uow.machinery() as session:
        store = await repository.lock_store(session, uow.store_id)
    return store is not None and facts_of(store).as_read == known.as_read


async def record_scopes(uow: UnitOfWork, granted: Iterable[str]) -> StoreFacts:
    """Note what the store grants now; what newly works is set up and goes on, what was taken back is told."""
    now_granted = frozenset(granted)
    async with uow.machinery() as session:
        store = await repository.lock_store(session, uow.store_id)
        if store is None:
            raise NotFound
        before = frozenset(store.granted_scopes)
        store.granted_scopes = sorted(now_granted)
    await _follow_permissions(uow, store, before)
    return facts_of(store)


async def look_at_permissions(uow: UnitOfWork) -> None:
    """Have read what the acting store grants: at once when Shopify refuses what we think was granted.

    What we know to be missing may have been granted since, and the message lost: while it is refused, each hour.
    """
    store = await get_store(uow, uow.store_id)
    if not store.missing_scopes:
        await enqueue(uow, CheckInstallation(uow.store_id))
    else:
        at = next_beat(uow.now, HOUR)
        # A plan of its own for each hour: another refusal must not put off a look that is due.
        key = f"stores.look_at_permissions:{uow.store_id}:{at.isoformat()}"
        await plan(uow, CheckInstallation(uow.store_id, by_poll=True), at, key)


async def _follow_permissions(uow: UnitOfWork, store: Store, before: frozenset[str]) -> None:
    if store.role == StoreRole.RETAILER:
        await go_live_if_ready(uow, store)
    now = frozenset(store.granted_scopes)
    if before == now:
        return
    await enqueue(uow, RegisterTopics(uow.store_id))
    await record_event(uow, StoreScopesChanged(uow.store_id, len(now - before), len(before - now)))
    await wake_waiting(uow, PermissionMissing(store.shop_domain).sentence)
    missing = facts_of(store).missing_scopes
    if not missing:
        await resolve_exceptions(uow, "store", str(uow.store_id), [TAKEN_BACK])
    elif before - now or await _is_told_of_permissions(uow):
        lacking = "; ".join(WHAT_FOR[scope] for scope in missing)
        cause = f"{store.name} does not permit Partner Hub any more to: {lacking}."
        step = "Open Partner Hub in that store's Shopify admin and permit it by one click; everything then continues."
        await open_exception(uow, Problem(TAKEN_BACK, "store", str(uow.store_id), cause, step))


async def _is_told_of_permissions(uow: UnitOfWork) -> bool:
    told = await open_exceptions_of(uow.session, "store", str(uow.store_id))
    return any(each.kind == TAKEN_BACK for each in told)


async def record_details(uow: UnitOfWork, installation: Installation) -> None:
    """Note the store's present name, address and money."""
    async with uow.machinery() as session:
        store = await repository.lock_store(session, uow.store_id)
        if store is None:
            raise NotFound
        before = store.shop_domain
        store.shop_domain, store.name = installation.shop_domain, installation.name
        store.currency, store.time_zone = installation.currency, installation.time_zone
        store.country_code = installation.country_code
    await _follow_name(uow, before, installation.shop_domain)


async def _follow_name(uow: UnitOfWork, before: str, now: str) -> None:
    """A shop that changed its name is the same store: its id says so. What waited for it by the old one goes on."""
    if before != now:
        for waited in (StoreMissing(before), StoreRests(before, 0), AccessLost(before), PermissionMissing(before)):
            await wake_waiting(uow, waited.sentence)
        await follow_name(uow, before, now)
        await record_event(uow, StoreRenamed(uow.store_id, before, now))
        await enqueue(uow, RegisterTopics(uow.store_id))


async def uninstall_store(uow: UnitOfWork, told_at: datetime, refused: int | None = None) -> bool:
    """End the installation and forget its tokens, unless the news is of one before it.

    Where other tokens than those `refused` stand meanwhile the store was opened again; where it is these, the news may
    bear the time of a clock that is behind ours.
    """
    async with uow.machinery() as session:
        store = await repository.lock_store(session, uow.store_id)
        if store is None or store.uninstalled_at is not None:
            return False
        token = await repository.lock_token(session, uow.store_id)
        is_theirs = token is None or refused in (None, token.issue)
        behind = timedelta() if refused is None else CLOCKS_DIFFER
        if not is_theirs or told_at < store.installed_at - behind:
            return False
        store.uninstalled_at = uow.now
        store.granted_scopes = []
        if token is not None:
            await session.delete(token)
    await cancel_plans_of_store(uow, uow.store_id)
    await record_event(uow, StoreUninstalled(store_id=uow.store_id, shop=store.shop_domain))
    return True


async def erase_store(uow: UnitOfWork, request_id: int) -> bool:
    """Forget who the store was; one that came back in the meantime is left alone."""
    async with uow.machinery() as session:
        store = await repository.lock_store(session, uow.store_id)
        if store is None or store.uninstalled_at is None:
            return False
        store.name, store.country_code = store.shop_domain, None
        token = await repository.lock_token(session, uow.store_id)
        if token is not None:
            await session.delete(token)
        await repository.delete_authorizations(session, store.shop_domain)
        settings = await repository.find_settings(session, uow.store_id)
        if settings is not None:
            settings.forget_places()
    await record_event(uow, StoreErased(uow.store_id, request_id))
    return True
