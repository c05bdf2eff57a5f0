"""Stores and their locations: opened, changed, closed."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.world.errors import Impossible, Unreadable
from simulator.world.model import Address, AppInstallation, By, Location, PaymentTermsTemplate, Publication
from simulator.world.store import Store, StoreProfile
from simulator.world.world import World

TERMS: tuple[tuple[str, str, str, int | None], ...] = (
    ("Due on receipt", "Due on receipt", "RECEIPT", None),
    ("Due on fulfillment", "Due on fulfillment", "FULFILLMENT", None),
    ("Net 7", "Within 7 days", "NET", 7),
    ("Net 15", "Within 15 days", "NET", 15),
    ("Net 30", "Within 30 days", "NET", 30),
    ("Net 60", "Within 60 days", "NET", 60),
    ("Fixed", "Fixed date", "FIXED", None),
)


def create_store(world: World, domain: str, fields: Mapping[str, Any]) -> Store:
    """Open a store: `name`, `currency`, `time_zone`, `plan`, `locations` [{name, address}], `role` if it is told."""
    domain = domain.lower()
    if domain in world.stores:
        raise Impossible(f"{domain} exists")
    check_time_zone(fields.get("time_zone") or "UTC")
    name = fields.get("name") or domain.removesuffix(".myshopify.com").replace("-", " ").title()
    address = _address(fields.get("address") or {})
    profile = StoreProfile(
        id=world.new_id(),
        domain=domain,
        name=name,
        email=f"owner@{domain.removesuffix('.myshopify.com')}.example.com",
        currency=fields.get("currency") or "USD",
        iana_time_zone=fields.get("time_zone") or "America/New_York",
        plan=fields.get("plan") or "basic",
        address=address,
        created_at=world.now,
        updated_at=world.now,
        role=fields.get("role"),
    )
    store = Store(profile, AppInstallation(id=world.new_id()))
    world.add_store(store)
    for one in fields.get("locations") or [{"name": f"{name} warehouse"}]:
        add_location(world, store, one["name"], _address(one.get("address") or {}, like=address), by="staff")
    world.add(store, Publication(id=world.new_id(), name="Online Store"))
    for title, description, kind, days in TERMS:
        world.add(
            store,
            PaymentTermsTemplate(
                id=world.new_id(),
                name=title,
                description=description,
                payment_terms_type=kind,  # type: ignore[arg-type]
                due_in_days=days,
            ),
        )
    return store


def check_time_zone(name: str) -> None:
    """Refuse a zone that is not in the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unreadable(f"no time zone {name}") from None


def _address(fields: Mapping[str, Any], like: Address | None = None) -> Address:
    if fields:
        return Address(**fields)
    return like or Address(
        address1="1 Market Street", city="Springfield", country="United States", country_code="US", zip="12345"
    )


def add_location(world: World, store: Store, name: str, address: Address, by: By = "app") -> Location:
    """Give the store another location."""
    if any(one.name == name and one.is_active for one in store.locations.values()):
        raise Impossible(f"a location named {name} exists")
    location = Location(
        id=world.new_id(), name=name, address=address, created_at=world.now, updated_at=world.now, by=by
    )
    world.add(store, location)
    world.emit(store, "locations/create", location)
    return location


def deactivate_location(world: World, store: Store, location: Location) -> None:
    """Close the location: nothing is sold from it or written to it any more."""
    if not location.is_active:
        raise Impossible("the location is deactivated already")
    if sum(one.is_active for one in store.locations.values()) == 1:
        raise Impossible("a store keeps at least one active location")
    location.is_active = location.fulfills_online_orders = False
    location.deactivated_at = location.updated_at = world.now
    world.touch(store, location)
    world.emit(store, "locations/deactivate", location)


def update_store(world: World, store: Store, fields: Mapping[str, Any]) -> None:
    """Change the store's name, time zone or plan."""
    check_time_zone(fields.get("iana_time_zone") or "UTC")
    for name, value in fields.items():
        setattr(store.profile, name, value)
    store.profile.updated_at = world.now
    world.touch(store, store.profile)
    world.emit(store, "shop/update", store)
