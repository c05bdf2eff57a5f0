"""The small shapes that webhook payloads share: times, money, addresses."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from simulator.world.currencies import rounded
from simulator.world.model import Address, Attribute
from simulator.world.store import Store

Payload = dict[str, Any]


def local(store: Store, at: datetime | None) -> str | None:
    """A time as payloads write it: to the second, in the store's zone."""
    return None if at is None else at.astimezone(ZoneInfo(store.iana_time_zone)).isoformat(timespec="seconds")


def money(amount: Decimal, currency: str) -> str:
    """An amount with the places its currency has."""
    return str(rounded(amount, currency))


def money_set(amount: Decimal, currency: str) -> Payload:
    """An amount in the store's and the buyer's currency, which are one here."""
    one = {"amount": money(amount, currency), "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


def amounts(currency: str, **values: Decimal) -> Payload:
    """Each amount twice, as text and as its `_set`."""
    shapes: Payload = {}
    for name, amount in values.items():
        shapes[name] = money(amount, currency)
        shapes[f"{name}_set"] = money_set(amount, currency)
    return shapes


def address(one: Address | None) -> Payload | None:
    """An address, or null."""
    if one is None:
        return None
    return {
        "first_name": one.first_name,
        "address1": one.address1,
        "phone": one.phone,
        "city": one.city,
        "zip": one.zip,
        "province": one.province,
        "country": one.country,
        "last_name": one.last_name,
        "address2": one.address2,
        "company": one.company,
        "latitude": None,
        "longitude": None,
        "name": one.name,
        "country_code": one.country_code,
        "province_code": one.province_code,
    }


def attributes(pairs: list[Attribute]) -> list[Payload]:
    """Pairs of name and value."""
    return [{"name": one.key, "value": one.value} for one in pairs]


def blank(*names: str) -> Payload:
    """Keys that are there and null."""
    return dict.fromkeys(names)
