"""The retailer's locations: chosen from what Shopify lists now, or one made for partner stock."""

from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.unit_of_work import Actor
from app.gateways.shopify.errors import Refused, ScopeMissing
from app.gateways.shopify.locations import Location, LocationAddress, create_location, list_locations
from app.stores import service
from app.stores.flows.access import ConnectedShopify
from app.stores.queries import get_settings
from app.stores.service import Centre

STOCK_NAME = "Partner stock"
NOT_PERMITTED = "The permission to create a location was not given. Give it, or choose one of your locations here."


@dataclass(frozen=True, slots=True)
class ChosenLocation:
    """One of the store's active locations."""

    id: str
    name: str
    address: LocationAddress

    def as_centre(self) -> Centre:
        """Return it as the place where parcels arrive."""
        at = self.address
        return Centre(
            location_id=self.id,
            name=self.name,
            address1=at.address1,
            address2=at.address2,
            city=at.city,
            province_code=at.province_code,
            zip=at.zip,
            country_code=at.country_code,
        )


async def find_location(shopify: ConnectedShopify, store_id: int, location_id: str, field: str) -> ChosenLocation:
    """Return one of the store's active locations; any other id is refused at its field."""
    for location in await _active(shopify, store_id):
        if location.id == location_id:
            return ChosenLocation(location.id, location.name, location.address)
    raise Invalid(fields={field: "Choose one of your active locations."})


async def make_stock_location(shopify: ConnectedShopify, actor: Actor, store_id: int) -> None:
    """Have a location for partner stock at the centre's address; one of that name is taken instead of a second."""
    async with shopify.open_uow(actor) as uow:
        settings = await get_settings(uow.session, store_id)
    if settings.centre_address is None:
        raise Invalid(fields={"stock": "Choose your fulfilment centre first; the new location gets its address."})
    named = [each for each in await _active(shopify, store_id) if each.name == STOCK_NAME]
    address = LocationAddress(**settings.centre_address)
    made = named[0] if named else await _create(shopify, store_id, address)
    async with shopify.open_uow(actor) as uow:
        await service.choose_stock_location(uow, made.id, made.name)


async def _create(shopify: ConnectedShopify, store_id: int, address: LocationAddress) -> Location:
    """Create the location; a refusal is about the choice of where stock is kept, and says what else can be chosen."""
    try:
        return await shopify.call(store_id, create_location, STOCK_NAME, address)
    except ScopeMissing:
        raise Invalid(fields={"stock": NOT_PERMITTED}) from None
    except Refused as refusal:
        why = f"Shopify did not create “{STOCK_NAME}”: {refusal.sentence} Choose one of your locations instead."
        raise Invalid(fields={"stock": why}) from None


async def _active(shopify: ConnectedShopify, store_id: int) -> list[Location]:
    return [location for location in await shopify.call(store_id, list_locations) if location.is_active]
