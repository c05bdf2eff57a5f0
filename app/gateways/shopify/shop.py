"""The store itself: its name, money, time zone, and what it has granted."""

from dataclasses import dataclass

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess


@dataclass(frozen=True, slots=True)
class ShopAddress:
    """Where the business is; a company's address, never a person's."""

    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code: str | None


@dataclass(frozen=True, slots=True)
class ShopDetails:
    """What we keep of a store."""

    id: str
    domain: str
    name: str
    currency: str
    time_zone: str
    address: ShopAddress


class _Address(msgspec.Struct, rename="camel"):
    company: str | None
    address1: str | None
    address2: str | None
    city: str | None
    province_code: str | None
    zip: str | None
    country_code_v2: str | None = msgspec.field(name="countryCodeV2")


class _Shop(msgspec.Struct, rename="camel"):
    id: str
    myshopify_domain: str
    name: str
    currency_code: str
    iana_timezone: str
    shop_address: _Address


class _ShopAnswer(msgspec.Struct):
    shop: _Shop


class _Scope(msgspec.Struct):
    handle: str


class _Installation(msgspec.Struct, rename="camel"):
    access_scopes: list[_Scope]


class _ScopesAnswer(msgspec.Struct, rename="camel"):
    current_app_installation: _Installation


async def read_shop(shopify: ShopifyClient, access: StoreAccess) -> ShopDetails:
    """Return the store's facts."""
    shop = (await shopify.execute(access, "Shop", {}, _ShopAnswer)).shop
    raw = shop.shop_address
    address = ShopAddress(
        raw.company, raw.address1, raw.address2, raw.city, raw.province_code, raw.zip, raw.country_code_v2
    )
    return ShopDetails(shop.id, shop.myshopify_domain, shop.name, shop.currency_code, shop.iana_timezone, address)


async def read_granted_scopes(shopify: ShopifyClient, access: StoreAccess) -> frozenset[str]:
    """Return the scopes the store has granted, as Shopify lists them."""
    answer = await shopify.execute(access, "GrantedScopes", {}, _ScopesAnswer)
    return frozenset(scope.handle for scope in answer.current_app_installation.access_scopes)
