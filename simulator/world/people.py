"""Invented people: every personal string carries a mark, so that a leak can be found by searching for it."""

from dataclasses import dataclass

from simulator.world.model import Address, Customer
from simulator.world.store import Store
from simulator.world.world import World

MARKS = {"retailer_customer": "quendrix", "partner_customer": "zolvarra"}
FIRST_NAMES = ("Ada", "Bo", "Chidi", "Dora", "Emil", "Fatou", "Goran", "Hana", "Ines", "Jun", "Kaya", "Lars")
LAST_NAMES = (
    "Abel",
    "Bakker",
    "Costa",
    "Duarte",
    "Eriksen",
    "Fong",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Kim",
    "Lopez",
)
CITIES = (
    ("Springfield", "IL", "62701"),
    ("Riverton", "UT", "84065"),
    ("Fairview", "TN", "37062"),
    ("Salem", "OR", "97301"),
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer as one order shows them."""

    customer: Customer
    note: str
    gift_message: str | None


def mark_of(store: Store) -> str:
    """The mark of the store's customers: a partner's if it was made as one or lets the app write draft orders."""
    is_partner = store.profile.role == "partner" or (
        store.profile.role is None and "write_draft_orders" in store.app.scopes
    )
    return MARKS["partner_customer" if is_partner else "retailer_customer"]


def invent_person(world: World, store: Store, key: int) -> Person:
    """Make a customer of the store; the same key makes the same person."""
    mark = mark_of(store)

    def pick(what: str, count: int) -> int:
        return world.draws.pick(store.domain, f"person:{what}", key, count)

    first, last = FIRST_NAMES[pick("first", 12)], LAST_NAMES[pick("last", 12)]
    city, province, zip_code = CITIES[pick("city", 4)]
    address = Address(
        first_name=f"{first}-{mark}",
        last_name=f"{last}-{mark}",
        address1=f"{pick('house', 900) + 1} {mark} street",
        city=city,
        province_code=province,
        province=province,
        country="United States",
        country_code="US",
        zip=zip_code,
        phone=f"+1 555 {mark} {pick('phone', 9000) + 1000}",
    )
    customer = Customer(
        id=world.new_id(),
        email=f"{first}.{last}.{mark}.{key}@example.com".lower(),
        phone=address.phone,
        note=None,
        address=address,
        created_at=world.now,
        updated_at=world.now,
    )
    world.add(store, customer)
    gift = f"For {mark}, with love" if pick("gift", 3) == 0 else None
    return Person(customer=customer, note=f"Please ring at {mark}'s", gift_message=gift)
