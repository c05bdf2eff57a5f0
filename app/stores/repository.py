"""Every SELECT and lock on the stores' tables; machinery rows, so the caller stands inside `uow.machinery()`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import machine_now
from app.stores.errors import RequestNotFound
from app.stores.models import AccessToken, OAuthState, PrivacyRequest, RetailerSettings, Store
from app.stores.sealing import SealedGrant
from app.stores.states import AccessState

FEW = 50  # rows locked at once


async def find_store(session: AsyncSession, store_id: int) -> Store | None:
    """Return the store, if there is one."""
    return await session.get(Store, store_id)


async def list_stores(session: AsyncSession, store_ids: Sequence[int]) -> Sequence[Store]:
    """Return the stores with these ids."""
    return (await session.scalars(select(Store).where(Store.id.in_(store_ids)))).all()


async def find_by_domain(session: AsyncSession, shop_domain: str) -> Store | None:
    """Return the store at this domain, if it ever installed the app."""
    found: Store | None = await session.scalar(select(Store).where(Store.shop_domain == shop_domain))
    return found


async def list_with_role(session: AsyncSession, role: str, *, gone: bool = False) -> Sequence[Store]:
    """Return the installed stores of a role, oldest first; with those that removed the app, when asked."""
    chosen = select(Store).where(Store.role == role).order_by(Store.id)
    if not gone:
        chosen = chosen.where(Store.uninstalled_at.is_(None))
    return (await session.scalars(chosen)).all()


async def lock_store(session: AsyncSession, store_id: int) -> Store | None:
    """Return the store with its row locked."""
    return await session.get(Store, store_id, with_for_update=True, populate_existing=True)


async def lock_by_shop_id(session: AsyncSession, shopify_shop_id: str) -> Store | None:
    """Return the store with Shopify's id, locked."""
    chosen = select(Store).where(Store.shopify_shop_id == shopify_shop_id).with_for_update()
    found: Store | None = await session.scalar(chosen)
    return found


async def next_store_id(session: AsyncSession) -> int:
    """Return an id no store has; it is reserved even if nobody comes to use it."""
    found: int = await session.scalar(text("SELECT nextval(pg_get_serial_sequence('stores', 'id'))")) or 0
    return found


async def find_token(session: AsyncSession, store_id: int) -> AccessToken | None:
    """Return the sealed tokens as they stand now."""
    return await session.get(AccessToken, store_id, populate_existing=True)


async def lock_token(session: AsyncSession, store_id: int) -> AccessToken | None:
    """Return the sealed tokens with their row locked."""
    return await session.get(AccessToken, store_id, with_for_update=True, populate_existing=True)


async def put_token(session: AsyncSession, store_id: int, fresh: SealedGrant) -> None:
    """Give the store these tokens; there is no way back to those before."""
    token = await lock_token(session, store_id)
    if token is not None:
        token.replace(fresh)
        token.sealed_previous_refresh = None
        token.fence += 1  # whoever still refreshes the tokens before these comes too late
        return
    session.add(
        AccessToken(
            store_id=store_id,
            sealed_access=fresh.access,
            sealed_refresh=fresh.refresh,
            expires_at=fresh.expires_at,
            refresh_expires_at=fresh.refresh_expires_at,
            minted_by=fresh.minted_by,
            issue=int(machine_now().timestamp() * 1e6),  # above all of an installation before this
        )
    )


async def lock_next_tokens(session: AsyncSession, after: int) -> Sequence[AccessToken]:
    """Return the tokens of the next few stores by id, locked; none: there are no more."""
    chosen = select(AccessToken).where(AccessToken.store_id > after).order_by(AccessToken.store_id).limit(FEW)
    return (await session.scalars(chosen.with_for_update())).all()


async def list_to_renew(session: AsyncSession, mark: str, before: datetime) -> Sequence[int]:
    """Return the stores whose tokens are tied to another secret than this mark's, or end before the instant."""
    other = AccessToken.minted_by.is_distinct_from(mark) | (AccessToken.refresh_expires_at < before)
    alive = (Store.access_state != AccessState.DEAD.value) & Store.uninstalled_at.is_(None)
    chosen = select(AccessToken.store_id).join(Store, Store.id == AccessToken.store_id)
    renewable = AccessToken.sealed_refresh.is_not(None)
    return (await session.scalars(chosen.where(other, alive, renewable).order_by(AccessToken.store_id))).all()


async def list_tied_elsewhere(session: AsyncSession, mark: str) -> list[tuple[int, str]]:
    """Return id and domain of the stores whose tokens are tied to another secret than this mark's."""
    chosen = select(Store.id, Store.shop_domain).join(AccessToken, Store.id == AccessToken.store_id)
    found = await session.execute(chosen.where(AccessToken.minted_by.is_distinct_from(mark)).order_by(Store.id))
    return [(row.id, row.shop_domain) for row in found]


async def lock_oauth_state(session: AsyncSession, state_hash: str) -> OAuthState | None:
    """Return an authorisation we sent somebody to, locked so that it is used once."""
    return await session.get(OAuthState, state_hash, with_for_update=True)


async def delete_authorizations(session: AsyncSession, shop_domain: str) -> None:
    """Forget every authorisation of a shop, used or not."""
    await session.execute(delete(OAuthState).where(OAuthState.shop_domain == shop_domain))


async def delete_old_authorizations(session: AsyncSession, before: datetime) -> None:
    """Forget every authorisation that was begun before the instant, used or not."""
    await session.execute(delete(OAuthState).where(OAuthState.created_at < before))


async def obtain_request(session: AsyncSession, values: Mapping[str, object]) -> int:
    """Return the id of the request with this reference; it is made when it is not there yet."""
    fresh = insert(PrivacyRequest).values(**values)
    same = fresh.on_conflict_do_update(
        index_elements=["reference"], set_={"reference": fresh.excluded.reference}
    ).returning(PrivacyRequest.id)
    return (await session.execute(same)).scalar_one()


async def lock_request(session: AsyncSession, request_id: int) -> PrivacyRequest:
    """Return a privacy request with its row locked."""
    found = await session.get(PrivacyRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise RequestNotFound()
    return found


async def list_request_ids(session: AsyncSession) -> Sequence[int]:
    """Return the ids of all privacy requests, oldest first."""
    return (await session.scalars(select(PrivacyRequest.id).order_by(PrivacyRequest.id))).all()


async def list_open_request_ids(session: AsyncSession, kind: str) -> Sequence[int]:
    """Return the ids of the privacy requests of a kind that are not done, oldest first."""
    chosen = select(PrivacyRequest.id).where(PrivacyRequest.kind == kind, PrivacyRequest.done_at.is_(None))
    return (await session.scalars(chosen.order_by(PrivacyRequest.id))).all()


async def list_done_request_ids(session: AsyncSession, kind: str, store_id: int, order_gid: str) -> Sequence[int]:
    """Return the ids of the privacy requests of a kind about an order that were done, oldest first."""
    is_about_it = (PrivacyRequest.store_id == store_id) & PrivacyRequest.order_ids.contains([order_gid])
    chosen = select(PrivacyRequest.id).where(PrivacyRequest.kind == kind, PrivacyRequest.done_at.is_not(None))
    return (await session.scalars(chosen.where(is_about_it).order_by(PrivacyRequest.id))).all()


async def obtain_settings(session: AsyncSession, store_id: int) -> RetailerSettings:
    """Return the retailer's settings, locked; the row is made when it is not there yet."""
    fresh = insert(RetailerSettings).values(store_id=store_id).on_conflict_do_nothing(index_elements=["store_id"])
    await session.execute(fresh)
    chosen = select(RetailerSettings).where(RetailerSettings.store_id == store_id).with_for_update()
    settings: RetailerSettings = (await session.scalars(chosen)).one()
    return settings


async def find_settings(session: AsyncSession, store_id: int) -> RetailerSettings | None:
    """Return the retailer's settings, if any were made."""
    found: RetailerSettings | None = await session.scalar(
        select(RetailerSettings).where(RetailerSettings.store_id == store_id)
    )
    return found
