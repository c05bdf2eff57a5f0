"""Verbs of a retailer's onboarding: the centre, the location for partner stock, the defaults, going live."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from app.core.errors import Invalid, NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.stores import repository, scopes
from app.stores.events import StockLocationLeft, StoreSettingsChanged, StoreWentLive
from app.stores.models import Store
from app.stores.states import StoreRole


@dataclass(frozen=True, slots=True)
class Centre:
    """Where partners' parcels arrive and customers' parcels leave: a location of the retailer, and its address."""

    location_id: str
    name: str
    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code: str | None

    def address(self) -> dict[str, Any]:
        """The address as it is kept."""
        return {name: value for name, value in asdict(self).items() if name not in ("location_id", "name")}


async def choose_centre(uow: UnitOfWork, centre: Centre) -> None:
    """Let master orders go to this location from now on."""
    if not (centre.address1 and centre.city and centre.country_code):
        raise Invalid(
            fields={
                "centre": "This location has no complete address. Add it in Shopify's settings, then choose it here."
            }
        )
    settings = await repository.obtain_settings(uow.session, uow.store_id)
    settings.centre_location_id, settings.centre_name = centre.location_id, centre.name
    settings.centre_address = centre.address()
    await record_event(uow, StoreSettingsChanged(uow.store_id, f"the centre is {centre.name}", "centre"))
    await _go_live(uow)


async def choose_stock_location(uow: UnitOfWork, location_id: str, name: str) -> None:
    """Let partner stock be written at this location from now on; none is written before.

    What stands at the location before it is taken away: it would be offered twice.
    """
    settings = await repository.obtain_settings(uow.session, uow.store_id)
    left, place = settings.stock_location_id, settings.stock_location_name
    settings.stock_location_id, settings.stock_location_name = location_id, name
    if left is not None and left != location_id:
        await record_event(uow, StockLocationLeft(uow.store_id, left, place or ""))
    await record_event(uow, StoreSettingsChanged(uow.store_id, f"partner stock is kept at {name}", "stock"))
    await _go_live(uow)


async def change_defaults(uow: UnitOfWork, markup: Decimal, buffer: int) -> None:
    """Let new imports and new partners start from these values."""
    fields = {}
    if not 0 <= markup <= 10:
        fields["markup"] = "Enter a markup between 0 and 1000\N{NO-BREAK SPACE}%."
    if not 0 <= buffer <= 10_000:
        fields["buffer"] = "Enter a whole number of units, 0 or more."
    if fields:
        raise Invalid(fields=fields)
    settings = await repository.obtain_settings(uow.session, uow.store_id)
    settings.default_markup, settings.default_buffer = markup, buffer
    await record_event(uow, StoreSettingsChanged(uow.store_id, "the defaults for markup and buffer", "defaults"))


async def _go_live(uow: UnitOfWork) -> None:
    async with uow.machinery() as session:
        store = await repository.find_store(session, uow.store_id)
    if store is None or store.role != StoreRole.RETAILER:
        raise NotFound
    await go_live_if_ready(uow, store)


async def go_live_if_ready(uow: UnitOfWork, store: Store) -> None:
    """Go live once permissions, centre and stock location are there: orders count from this instant on."""
    settings = await repository.obtain_settings(uow.session, uow.store_id)
    chosen = settings.centre_location_id and settings.stock_location_id
    if (
        settings.went_live_at
        or not chosen
        or scopes.missing(scopes.wanted_by(StoreRole.RETAILER), store.granted_scopes)
    ):
        return
    settings.went_live_at = uow.now
    await record_event(uow, StoreWentLive(uow.store_id))
