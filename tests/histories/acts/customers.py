"""What customers of the retailers do, and their staff with an order."""

from __future__ import annotations

from typing import Any

from tests.histories.acts.playing import Playing, pick
from tests.histories.story import Act


class Customers(Playing):
    """Customers buy, pay and change their minds."""

    async def _place(self, act: Act) -> None:
        store = pick(self.cast.shops("retailer"), act["shop"])
        on_sale = [each for each in store.variants.values() if each.deleted_at is None]
        properties = {"Grind": "French press", "Gift note": "from quendrix"} if act["grind"] else {}
        wanted = {pick(on_sale, share).id: quantity for share, quantity in act["lines"]}
        lines = [{"variant_id": each, "quantity": count, "properties": properties} for each, count in wanted.items()]
        body = {
            "lines": lines,
            "payment": "pending" if act["terms"] else act["payment"],
            "payment_terms": act["terms"],
            "test": act["test"],
            "force": act["force"],
        }
        if await self._control("POST", f"{store.domain}/orders", body):
            self.placed += 1
            self.units += sum(wanted.values())

    async def _pay(self, act: Act) -> None:
        unpaid = [(store, order) for store, order in self.cast.orders() if order.outstanding > 0]
        if chosen := pick(unpaid, act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/pay", {})

    async def _edit(self, act: Act) -> None:
        chosen = pick(self.cast.orders(), act["which"])
        if chosen is None:
            return
        store, order = chosen
        if act["adds"] is not None:
            on_sale = [each for each in store.variants.values() if each.deleted_at is None]
            change: dict[str, Any] = {"variant_id": pick(on_sale, act["adds"]).id, "quantity": 2}
        else:
            line = pick(order.lines, act["line"])
            change = {"line_id": line.id, "quantity": max(line.current_quantity + act["delta"], 0)}
        await self._on_order(act, "edit", {"lines": [change], "paid": act["paid"], "force": True})

    async def _cancel(self, act: Act) -> None:
        await self._on_order(act, "cancel", {"reason": "CUSTOMER"})

    async def _refund(self, act: Act) -> None:
        chosen = pick(self.cast.orders(), act["which"])
        if chosen is None:
            return
        line = pick(chosen[1].lines, act["line"])
        units = [{"line_id": line.id, "quantity": act["units"]}] if act["units"] else []
        body = {"lines": units, "restock": act["restock"]} if units else {"amount": "1.00"}
        await self._on_order(act, "refund", body)

    async def _hold(self, act: Act) -> None:
        await self._on_order(act, "hold", {})

    async def _release(self, act: Act) -> None:
        held = [(store, order) for store, order in self.cast.orders() if order.is_on_hold]
        if chosen := pick(held, act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/release", {})

    async def _move(self, act: Act) -> None:
        """The retailer's staff has a part of an order sent from another of their locations."""
        parts = [
            (store, each)
            for store in self.cast.shops("retailer")
            for each in store.fulfillment_orders.values()
            if each.is_live and each.status != "ON_HOLD"
        ]
        if chosen := pick(parts, act["which"]):
            place = pick(list(chosen[0].locations.values()), act["to"])
            path = f"{chosen[0].domain}/fulfillment_orders/{chosen[1].id}/move"
            await self._control("POST", path, {"location_id": place.id})

    async def _fulfil_by_hand(self, act: Act) -> None:
        """The retailer's staff sends something of an order from elsewhere, and says so in Shopify's admin."""
        open_ = [each for each in self.cast.orders() if any(line.unfulfilled_quantity for line in each[1].lines)]
        if chosen := pick(open_, act["which"]):
            await self._send_part(
                chosen[0], chosen[1], act["part"], {"company": "FedEx", "number": f"HAND{act['number']}"}
            )

    async def _take_back(self, act: Act) -> None:
        """The retailer's staff cancels in Shopify's admin what we said was sent."""
        ours = [
            (store, each)
            for store in self.cast.shops("retailer")
            for each in store.fulfillments.values()
            if (each.by, each.status) == ("app", "SUCCESS")
        ]
        if chosen := pick(ours, act["which"]):
            await self._control("DELETE", f"{chosen[0].domain}/fulfillments/{chosen[1].id}", {})

    async def _on_order(self, act: Act, verb: str, body: dict[str, Any]) -> None:
        if chosen := pick(self.cast.orders(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/{verb}", body)
