"""Locations of a store: where stock is held and orders are sent from."""

from dataclasses import dataclass

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import UnknownOutcome
from app.gateways.shopify.shapes import RawPage, RawUserError, refuse


@dataclass(frozen=True, slots=True)
class LocationAddress:
    """Where a location is: configuration of the store, not a person's address."""

    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as it is read, line by line."""
        town = " ".join(part for part in (self.zip, self.city, self.province_code) if part)
        return tuple(line for line in (self.address1, self.address2, town, self.country_code) if line)


@dataclass(frozen=True, slots=True)
class Location:
    """A place of the store."""

    id: str
    name: str
    is_active: bool
    fulfills_online_orders: bool
    ships_inventory: bool
    address: LocationAddress


class _Address(msgspec.Struct, rename="camel"):
    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code: str | None


class _Location(msgspec.Struct, rename="camel"):
    id: str
    name: str
    is_active: bool
    fulfills_online_orders: bool
    ships_inventory: bool
    address: _Address

    def location(self) -> Location:
        raw = self.address
        address = LocationAddress(raw.address1, raw.address2, raw.city, raw.province_code, raw.zip, raw.country_code)
        return Location(self.id, self.name, self.is_active, self.fulfills_online_orders, self.ships_inventory, address)


class _Locations(msgspec.Struct):
    locations: RawPage[_Location]


class _Added(msgspec.Struct, rename="camel"):
    location: _Location | None
    user_errors: list[RawUserError]


class _AddAnswer(msgspec.Struct, rename="camel"):
    location_add: _Added


async def list_locations(shopify: ShopifyClient, access: StoreAccess) -> tuple[Location, ...]:
    """Return all locations, the deactivated ones too."""
    found: list[Location] = []
    after: str | None = None
    while True:
        page = (await shopify.execute(access, "Locations", {"after": after}, _Locations)).locations
        found += [node.location() for node in page.nodes]
        after = page.next_cursor()
        if after is None:
            return tuple(found)


async def create_location(shopify: ShopifyClient, access: StoreAccess, name: str, address: LocationAddress) -> Location:
    """Make a location that fulfils online orders (scope write_locations)."""
    fields = {
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "provinceCode": address.province_code,
        "zip": address.zip,
        "countryCode": address.country_code,
    }
    content = {"name": name, "fulfillsOnlineOrders": True, "address": fields}
    added = (await shopify.execute(access, "LocationAdd", {"input": content}, _AddAnswer)).location_add
    refuse(added.user_errors)
    if added.location is None:
        raise UnknownOutcome()
    return added.location.location()
