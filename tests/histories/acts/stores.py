"""How stores come and go, and what Shopify does to them."""

from __future__ import annotations

from datetime import timedelta

from app.partners.queries import PartnerFacts
from tests.histories.acts.playing import Playing, pick
from tests.histories.story import Act
from tests.support.linked import accept


class Stores(Playing):
    """Stores leave, return, and lose what let us in."""

    async def _open_app(self, act: Act) -> None:
        if store := pick(self.cast.installed(), act["which"]):
            await self.stage.shops.load(store.domain)

    async def open_everywhere(self) -> None:
        """Somebody looks in wherever the app is installed, which lets it in again where it was shut out."""
        for store in self.cast.installed():
            await self.stage.shops.load(store.domain)

    async def _uninstall(self, act: Act) -> None:
        installed = [each for each in self.cast.shops("partner") if each.app.installed]
        if store := pick(installed, act["which"]):
            await self._control("POST", f"{store.domain}/app/uninstall", {})

    async def _reinstall(self, act: Act) -> None:
        """A partner who left comes back, and accepts whoever invites again."""
        gone = [each for each in self.cast.shops("partner") if not each.app.installed]
        store = pick(gone, act["which"])
        if store is not None and await self._control("POST", f"{store.domain}/app/install", {}):
            await self._invite_again(store.domain)

    async def _rejoin(self, act: Act) -> None:
        """Those who parted find together again."""
        parted = [partner.shop_domain for _, partner in await self.cast.partners() if not partner.is_live]
        there = {each.domain for each in self.cast.installed()}
        if shop := pick([each for each in parted if each in there], act["which"]):
            await self._invite_again(shop)

    async def _disconnect(self, act: Act) -> None:
        await self._on_partner(act, "disconnect")

    async def _invite_again(self, shop: str) -> None:
        for retailer, partner in await self.cast.partners():
            if partner.shop_domain == shop and not partner.is_live:
                await self._try(self._come_back(retailer.shop_domain, partner))

    async def _come_back(self, retailer: str, partner: PartnerFacts) -> None:
        shops = self.stage.shops
        await shops.load(partner.shop_domain)
        answer = await shops.post(retailer, f"/app/partners/{partner.id}/link")
        assert answer.status_code == 201, answer.text
        await accept(shops, partner.shop_domain)

    async def _retailer_leaves(self, act: Act) -> None:
        """A retailer removes the app and is back in time: customers bought meanwhile, and nobody heard of it."""
        store = pick(self.cast.shops("retailer"), act["which"])
        if await self._control("POST", f"{store.domain}/app/uninstall", {}):
            await self.hands.turn(timedelta(hours=act["hours"]))
            await self._control("POST", f"{store.domain}/app/install", {})
            await self._try(self.stage.shops.load(store.domain))

    async def _freeze_store(self, act: Act) -> None:
        store = pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/app/freeze", {"frozen": True})

    async def _unfreeze_store(self, act: Act) -> None:
        frozen = [each for each in self.stage.world.stores.values() if each.app.frozen]
        if store := pick(frozen, act["which"]):
            await self._control("POST", f"{store.domain}/app/freeze", {"frozen": False})

    async def _expire_tokens(self, act: Act) -> None:
        store = pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/tokens/expire", {})

    async def _revoke_tokens(self, act: Act) -> None:
        store = pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/tokens/revoke", {})

    async def _take_scope(self, act: Act) -> None:
        """A store takes back a permission."""
        holding = [each for each in self.cast.installed() if act["scope"] in each.app.scopes]
        if store := pick(holding, act["which"]):
            self.granted.setdefault(store.domain, list(store.app.scopes))
            left = [each for each in store.app.scopes if each != act["scope"]]
            await self._control("POST", f"{store.domain}/app/scopes", {"scopes": left})

    async def permit_everything(self) -> None:
        """Every store that has the app permits again what it permitted at first."""
        for domain, scopes in self.granted.items():
            if self.stage.world.stores[domain].app.installed:
                await self._control("POST", f"{domain}/app/scopes", {"scopes": scopes})
