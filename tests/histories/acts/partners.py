"""What partners do with their goods, and with our drafts and orders."""

from __future__ import annotations

from typing import Any

from tests.histories.acts.playing import Playing, pick
from tests.histories.story import Act


class Partners(Playing):
    """Partners count, change, send and take back."""

    async def _stock(self, act: Act) -> None:
        await self._count(self.cast.shops("partner"), act, None)

    async def _own_sale(self, act: Act) -> None:
        """A customer of the partner's own buys in their store."""
        variants = [
            (store, each)
            for store in self.cast.shops("partner")
            for each in store.variants.values()
            if each.deleted_at is None
        ]
        store, variant = pick(variants, act["which"])
        await self._control(
            "POST", f"{store.domain}/orders", {"lines": [{"variant_id": variant.id, "quantity": act["quantity"]}]}
        )

    async def _reprice(self, act: Act) -> None:
        variants = [(store, each) for store in self.cast.shops("partner") for each in store.variants.values()]
        if chosen := pick([each for each in variants if each[1].deleted_at is None], act["which"]):
            await self._control("PATCH", f"{chosen[0].domain}/variants/{chosen[1].id}", {"price": act["price"]})

    async def _delete_variant(self, act: Act) -> None:
        """A partner takes something out of their range for good, but for the last of it."""
        on_sale = [
            (store, each)
            for store in self.cast.shops("partner")
            for each in store.variants.values()
            if each.deleted_at is None
        ]
        if len(on_sale) > 1 and (chosen := pick(on_sale, act["which"])):
            await self._control("DELETE", f"{chosen[0].domain}/variants/{chosen[1].id}", {})

    async def _edit_draft(self, act: Act) -> None:
        chosen = pick(self.cast.drafts(), act["which"])
        if chosen is None or not chosen[1].lines:
            return
        store, draft = chosen
        line = pick(draft.lines, act["line"])
        body: dict[str, Any] = {"lines": [{"line_id": line.id, "quantity": act["quantity"]}]}
        if act["note"]:
            body = {"note": "Thank you for your order"}
        await self._control("POST", f"{store.domain}/draft_orders/{draft.id}/edit", body)

    async def _delete_draft(self, act: Act) -> None:
        if chosen := pick(self.cast.drafts(), act["which"]):
            await self._control("DELETE", f"{chosen[0].domain}/draft_orders/{chosen[1].id}", {})

    async def _complete_draft(self, act: Act) -> None:
        if chosen := pick(self.cast.drafts(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/draft_orders/{chosen[1].id}/complete", {})

    async def _fulfil(self, act: Act) -> None:
        chosen = pick(self.cast.masters(), act["which"])
        if chosen is None:
            return
        await self._send_part(chosen[0], chosen[1], act["part"], {"company": "UPS", "number": f"IN{act['number']}"})

    async def _unfulfil(self, act: Act) -> None:
        if chosen := pick(self.cast.sent(), act["which"]):
            await self._control("DELETE", f"{chosen[0].domain}/fulfillments/{chosen[1].id}", {})

    async def _retrack(self, act: Act) -> None:
        if chosen := pick(self.cast.sent(), act["which"]):
            tracking = {"company": "DHL Express", "number": f"IN{act['number']}"}
            await self._control("PATCH", f"{chosen[0].domain}/fulfillments/{chosen[1].id}", {"tracking": tracking})

    async def _cancel_master(self, act: Act) -> None:
        if chosen := pick(self.cast.masters(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/cancel", {"reason": "INVENTORY"})
