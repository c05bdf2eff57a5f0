"""What other domains and the pages may know of a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.queries import last_times
from app.stores import repository, scopes
from app.stores.events import StoreSettingsChanged
from app.stores.models import RetailerSettings, Store
from app.stores.states import RESTING, AccessState, StoreRole


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """A store as others may know it."""

    id: int
    shopify_shop_id: str
    shop_domain: str
    name: str
    role: StoreRole | None
    currency: str
    time_zone: str
    country_code: str | None
    scopes: frozenset[str]
    installed: bool
    installed_at: datetime
    access_state: AccessState

    @property
    def as_read(self) -> tuple[frozenset[str], str, str]:
        """What the store last said when it was read: what it grants, and what it is called."""
        return self.scopes, self.shop_domain, self.name

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The permissions the role still lacks."""
        return scopes.missing(scopes.wanted_by(self.role), self.scopes)

    @property
    def asked_scopes(self) -> tuple[str, ...]:
        """What one click asks for: what the role lacks, and what would only help it."""
        helpful = scopes.PAYMENT_TERMS if self.role is StoreRole.RETAILER else frozenset()
        return scopes.missing(scopes.wanted_by(self.role) | helpful, self.scopes)

    @property
    def is_resting(self) -> bool:
        """Whether nothing is wrong with our access and still no call is answered."""
        return self.installed and self.access_state in RESTING

    @property
    def needs_reopening(self) -> bool:
        """Whether our access is dead until the store opens the app again."""
        return not self.installed or self.access_state is AccessState.DEAD


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    """What the retailer chose; defaults where nothing was chosen yet."""

    centre_location_id: str | None = None
    centre_name: str | None = None
    centre_address: dict[str, Any] | None = None
    stock_location_id: str | None = None
    stock_location_name: str | None = None
    default_markup: Decimal = Decimal("0.4")
    default_buffer: int = 0
    went_live_at: datetime | None = None

    @property
    def has_centre(self) -> bool:
        """Whether master orders know where to go."""
        return self.centre_location_id is not None

    @property
    def has_stock_location(self) -> bool:
        """Whether stock may be written."""
        return self.stock_location_id is not None


def facts_of(store: Store) -> StoreFacts:
    """Return the row as plain facts."""
    return StoreFacts(
        id=store.id,
        shopify_shop_id=store.shopify_shop_id,
        shop_domain=store.shop_domain,
        name=store.name,
        role=StoreRole(store.role) if store.role else None,
        currency=store.currency,
        time_zone=store.time_zone,
        country_code=store.country_code,
        scopes=frozenset(store.granted_scopes),
        installed=store.uninstalled_at is None,
        installed_at=store.installed_at,
        access_state=AccessState(store.access_state),
    )


async def find_store_by_domain(uow: UnitOfWork, shop_domain: str) -> StoreFacts | None:
    """Return the store at this domain, if it ever installed the app."""
    async with uow.machinery() as session:
        store = await repository.find_by_domain(session, shop_domain)
        return facts_of(store) if store else None


async def find_store_by_shop_id(uow: UnitOfWork, shopify_shop_id: str) -> StoreFacts | None:
    """Return the store with Shopify's id, whatever it is called now."""
    async with uow.machinery() as session:
        store = await repository.lock_by_shop_id(session, shopify_shop_id)
        return facts_of(store) if store else None


async def get_store(uow: UnitOfWork, store_id: int) -> StoreFacts:
    """Return the store, or raise `NotFound`."""
    async with uow.machinery() as session:
        store = await repository.find_store(session, store_id)
    if store is None:
        raise NotFound
    return facts_of(store)


async def get_stores(uow: UnitOfWork, store_ids: Sequence[int]) -> dict[int, StoreFacts]:
    """Return several stores by id; those that do not exist are left out."""
    async with uow.machinery() as session:
        stores = await repository.list_stores(session, store_ids)
    return {store.id: facts_of(store) for store in stores}


async def stores_with_role(uow: UnitOfWork, role: StoreRole, *, gone: bool = False) -> list[StoreFacts]:
    """Return the installed stores of a role, oldest first; with those that removed the app, when asked."""
    async with uow.machinery() as session:
        return [facts_of(store) for store in await repository.list_with_role(session, role, gone=gone)]


async def get_settings(session: AsyncSession, store_id: int) -> SettingsFacts:
    """Return the retailer's settings."""
    row: RetailerSettings | None = await repository.find_settings(session, store_id)
    if row is None:
        return SettingsFacts()
    return SettingsFacts(
        centre_location_id=row.centre_location_id,
        centre_name=row.centre_name,
        centre_address=row.centre_address,
        stock_location_id=row.stock_location_id,
        stock_location_name=row.stock_location_name,
        default_markup=row.default_markup,
        default_buffer=row.default_buffer,
        went_live_at=row.went_live_at,
    )


async def settings_saved_at(session: AsyncSession, store_id: int) -> dict[str, datetime]:
    """Return when each part of the retailer's settings was last saved: centre, stock, defaults."""
    return await last_times(session, StoreSettingsChanged, store_id, "part")
