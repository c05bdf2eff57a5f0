"""The store, its plan, and the app's own installation in it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator.admin_api.app_identity import app_number
from simulator.admin_api.call import Call
from simulator.admin_api.registry import attribute, constant, resolves
from simulator.world.model import Address, AppInstallation
from simulator.world.store import Store

_PLAN_NAMES = {
    "basic": "Basic",
    "grow": "Grow",
    "advanced": "Advanced",
    "plus": "Shopify Plus",
    "development": "Development",
}


def _offset_text(store: Store, call: Call) -> str:
    return call.now.astimezone(ZoneInfo(store.iana_time_zone)).strftime("%z")


def _plan(store: Store, _call: Call) -> dict[str, Any]:
    name = _PLAN_NAMES.get(store.plan, store.plan.title())
    return {
        "displayName": name,
        "publicDisplayName": name,
        "partnerDevelopment": store.plan == "development",
        "shopifyPlus": store.plan in ("plus", "enterprise"),
    }


def _domain(store: Store, _call: Call) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Domain/{store.id}",
        "host": store.domain,
        "sslEnabled": True,
        "url": f"https://{store.domain}",
    }


def _address(store: Store, _call: Call) -> dict[str, Any]:
    address = store.profile.address
    return {
        "id": f"gid://shopify/ShopAddress/{store.id}",
        "company": address.company,
        "countryCodeV2": address.country_code,
        **postal(address),
    }


def postal(address: Address) -> dict[str, Any]:
    """The fields all of Shopify's address types share."""
    town = " ".join(part for part in (address.zip, address.city) if part)
    lines = [address.address1, address.address2, town, address.country]
    return {
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "country": address.country,
        "countryCode": address.country_code,
        "phone": address.phone,
        "province": address.province,
        "provinceCode": address.province_code,
        "zip": address.zip,
        "formatted": [line for line in lines if line],
    }


resolves(
    "Shop",
    {
        "id": attribute("gid"),
        "name": attribute("name"),
        "email": lambda store, _: store.profile.email,
        "contactEmail": lambda store, _: store.profile.email,
        "myshopifyDomain": attribute("domain"),
        "primaryDomain": _domain,
        "url": lambda store, _: f"https://{store.domain}",
        "currencyCode": attribute("currency"),
        "enabledPresentmentCurrencies": lambda store, _: [store.currency],
        "ianaTimezone": attribute("iana_time_zone"),
        "timezoneAbbreviation": lambda store, call: call.now.astimezone(ZoneInfo(store.iana_time_zone)).tzname(),
        "timezoneOffset": _offset_text,
        "timezoneOffsetMinutes": lambda store, call: _minutes(store, call.now),
        "weightUnit": lambda store, _: store.profile.weight_unit,
        "unitSystem": lambda store, _: (
            "IMPERIAL_SYSTEM" if store.profile.weight_unit in ("POUNDS", "OUNCES") else "METRIC_SYSTEM"
        ),
        "plan": _plan,
        "shopAddress": _address,
        "shopOwnerName": lambda store, _: store.profile.address.name or store.name,
        "createdAt": lambda store, _: store.profile.created_at,
        "updatedAt": lambda store, _: store.profile.updated_at,
        "taxesIncluded": constant(False),
        "setupRequired": constant(False),
    },
)


def _minutes(store: Store, now: datetime) -> int:
    offset = now.astimezone(ZoneInfo(store.iana_time_zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() / 60)


def _app(_parent: Any, call: Call) -> dict[str, Any]:
    settings = call.world.settings
    return {
        "__typename": "App",
        "id": f"gid://shopify/App/{app_number(settings.api_key)}",
        "apiKey": settings.api_key,
        "title": "Partner Hub",
        "handle": "partner-hub",
        "embedded": True,
        "requestedAccessScopes": [_scope(name) for name in call.app_scopes.required],
        "optionalAccessScopes": [_scope(name) for name in call.app_scopes.optional],
    }


def _scope(name: str) -> dict[str, str]:
    return {"handle": name, "description": name.replace("_", " ").capitalize()}


def _granted(installation: AppInstallation, call: Call) -> list[dict[str, str]]:
    """Scopes granted; writing includes reading, and both are listed."""
    named = set(installation.scopes)
    return [_scope(name) for name in sorted(named | {name.replace("write_", "read_", 1) for name in named})]


resolves(
    "AppInstallation",
    {
        "id": attribute("gid"),
        "accessScopes": _granted,
        "app": _app,
        "activeSubscriptions": constant([]),
        "launchUrl": lambda _, call: f"https://{call.store.domain}/admin/apps/{call.client_id}",
        "uninstallUrl": constant(None),
    },
)
resolves(
    "QueryRoot",
    {
        "shop": lambda _, call: call.store,
        "currentAppInstallation": lambda _, call: call.store.app,
        "app": lambda _, call, id=None: _app(None, call) if id in (None, _app(None, call)["id"]) else None,
    },
)
