"""Plays the acts of a history: customers, partners and chance by the control API, staff by the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from app.core.errors import HubError
from app.core.unit_of_work import system_for
from app.fulfillment.rules import packable
from app.fulfillment.service import ready_lots
from app.fulfillment.states import ShipmentState
from app.master_orders.queries import running_order
from app.orders.queries import orders_of_lines
from app.partners.queries import PartnerFacts
from app.receiving.queries import list_parcels
from app.receiving.states import ParcelState
from app.stores.queries import StoreFacts
from app.units.queries import demand_in_state
from app.units.states import DemandState
from simulator.world.order_model import Order
from simulator.world.store import Store
from tests.histories.cast import Cast
from tests.histories.clockwork import Hands
from tests.histories.stage import Stage
from tests.histories.story import Act
from tests.histories.weather import Halt
from tests.support.linked import accept

T = TypeVar("T")


@dataclass(slots=True)
class Player:
    """Plays one history."""

    stage: Stage
    hands: Hands
    granted: dict[str, list[str]] = field(default_factory=dict)  # what stores permitted before they took it back
    placed: int = 0
    units: int = 0

    @property
    def cast(self) -> Cast:
        """Who is there."""
        return Cast(self.stage)

    async def play(self, act: Act) -> None:
        """Let one thing happen, if it can."""
        await getattr(self, f"_{act['do']}")(act)

    # -- customers

    async def _place(self, act: Act) -> None:
        store = _pick(self.cast.shops("retailer"), act["shop"])
        on_sale = [each for each in store.variants.values() if each.deleted_at is None]
        properties = {"Grind": "French press", "Gift note": "from quendrix"} if act["grind"] else {}
        wanted = {_pick(on_sale, share).id: quantity for share, quantity in act["lines"]}
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

    async def _on_order(self, act: Act, verb: str, body: dict[str, Any]) -> None:
        if chosen := _pick(self.cast.orders(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/{verb}", body)

    async def _pay(self, act: Act) -> None:
        unpaid = [(store, order) for store, order in self.cast.orders() if order.outstanding > 0]
        if chosen := _pick(unpaid, act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/pay", {})

    async def _edit(self, act: Act) -> None:
        chosen = _pick(self.cast.orders(), act["which"])
        if chosen is None:
            return
        store, order = chosen
        if act["adds"] is not None:
            on_sale = [each for each in store.variants.values() if each.deleted_at is None]
            change: dict[str, Any] = {"variant_id": _pick(on_sale, act["adds"]).id, "quantity": 2}
        else:
            line = _pick(order.lines, act["line"])
            change = {"line_id": line.id, "quantity": max(line.current_quantity + act["delta"], 0)}
        await self._on_order(act, "edit", {"lines": [change], "paid": act["paid"], "force": True})

    async def _cancel(self, act: Act) -> None:
        await self._on_order(act, "cancel", {"reason": "CUSTOMER"})

    async def _refund(self, act: Act) -> None:
        chosen = _pick(self.cast.orders(), act["which"])
        if chosen is None:
            return
        line = _pick(chosen[1].lines, act["line"])
        units = [{"line_id": line.id, "quantity": act["units"]}] if act["units"] else []
        body = {"lines": units, "restock": act["restock"]} if units else {"amount": "1.00"}
        await self._on_order(act, "refund", body)

    async def _hold(self, act: Act) -> None:
        await self._on_order(act, "hold", {})

    async def _release(self, act: Act) -> None:
        held = [(store, order) for store, order in self.cast.orders() if order.is_on_hold]
        if chosen := _pick(held, act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/release", {})

    # -- partners

    async def _stock(self, act: Act) -> None:
        await self._count(self.cast.shops("partner"), act, None)

    async def _drift(self, act: Act) -> None:
        """The retailer's staff writes what is not theirs to write."""
        await self._count(self.cast.shops("retailer"), act, "Partner stock")

    async def _count(self, shops: Sequence[Store], act: Act, place: str | None) -> None:
        levels = [
            (store, level)
            for store in shops
            for level in store.levels.values()
            if place is None or store.locations[level.location_id].name == place
        ]
        if chosen := _pick(levels, act["which"]):
            store, level = chosen
            item = {"inventory_item_id": level.item_id, "location_id": level.location_id}
            await self._control("PUT", f"{store.domain}/inventory", {**item, "available": act["available"]})

    async def _own_sale(self, act: Act) -> None:
        """A customer of the partner's own buys in their store."""
        variants = [
            (store, each)
            for store in self.cast.shops("partner")
            for each in store.variants.values()
            if each.deleted_at is None
        ]
        store, variant = _pick(variants, act["which"])
        await self._control(
            "POST", f"{store.domain}/orders", {"lines": [{"variant_id": variant.id, "quantity": act["quantity"]}]}
        )

    async def _edit_draft(self, act: Act) -> None:
        chosen = _pick(self.cast.drafts(), act["which"])
        if chosen is None or not chosen[1].lines:
            return
        store, draft = chosen
        line = _pick(draft.lines, act["line"])
        body: dict[str, Any] = {"lines": [{"line_id": line.id, "quantity": act["quantity"]}]}
        if act["note"]:
            body = {"note": "Thank you for your order"}
        await self._control("POST", f"{store.domain}/draft_orders/{draft.id}/edit", body)

    async def _delete_draft(self, act: Act) -> None:
        if chosen := _pick(self.cast.drafts(), act["which"]):
            await self._control("DELETE", f"{chosen[0].domain}/draft_orders/{chosen[1].id}", {})

    async def _complete_draft(self, act: Act) -> None:
        if chosen := _pick(self.cast.drafts(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/draft_orders/{chosen[1].id}/complete", {})

    async def _fulfil(self, act: Act) -> None:
        chosen = _pick(self.cast.masters(), act["which"])
        if chosen is None:
            return
        await self._send_part(chosen[0], chosen[1], act["part"], {"company": "UPS", "number": f"IN{act['number']}"})

    async def _send_part(self, store: Store, order: Order, part: float, tracking: dict[str, str]) -> None:
        counts = {line.id: -(-line.unfulfilled_quantity * part // 1) for line in order.lines}
        lines = [{"line_id": line_id, "quantity": int(count)} for line_id, count in counts.items() if count]
        await self._control(
            "POST", f"{store.domain}/orders/{order.id}/fulfillments", {"lines": lines, "tracking": tracking}
        )

    async def _fulfil_by_hand(self, act: Act) -> None:
        """The retailer's staff sends something of an order from elsewhere, and says so in Shopify's admin."""
        open_ = [each for each in self.cast.orders() if any(line.unfulfilled_quantity for line in each[1].lines)]
        if chosen := _pick(open_, act["which"]):
            await self._send_part(
                chosen[0], chosen[1], act["part"], {"company": "FedEx", "number": f"HAND{act['number']}"}
            )

    async def _unfulfil(self, act: Act) -> None:
        if chosen := _pick(self.cast.sent(), act["which"]):
            await self._control("DELETE", f"{chosen[0].domain}/fulfillments/{chosen[1].id}", {})

    async def _retrack(self, act: Act) -> None:
        if chosen := _pick(self.cast.sent(), act["which"]):
            tracking = {"company": "DHL Express", "number": f"IN{act['number']}"}
            await self._control("PATCH", f"{chosen[0].domain}/fulfillments/{chosen[1].id}", {"tracking": tracking})

    async def _uninstall(self, act: Act) -> None:
        installed = [each for each in self.cast.shops("partner") if each.app.installed]
        if store := _pick(installed, act["which"]):
            await self._control("POST", f"{store.domain}/app/uninstall", {})

    async def _reinstall(self, act: Act) -> None:
        """A partner who left comes back, and accepts whoever invites again."""
        gone = [each for each in self.cast.shops("partner") if not each.app.installed]
        store = _pick(gone, act["which"])
        if store is None or not await self._control("POST", f"{store.domain}/app/install", {}):
            return
        for retailer, partner in await self.cast.partners():
            if partner.shop_domain == store.domain and not partner.is_live:
                await self._try(self._come_back(retailer.shop_domain, partner))

    async def _come_back(self, retailer: str, partner: PartnerFacts) -> None:
        shops = self.stage.shops
        await shops.load(partner.shop_domain)
        answer = await shops.post(retailer, f"/app/partners/{partner.id}/link")
        assert answer.status_code == 201, answer.text
        await accept(shops, partner.shop_domain)

    async def _retailer_leaves(self, act: Act) -> None:
        """A retailer removes the app and is back in time: customers bought meanwhile, and nobody heard of it."""
        store = _pick(self.cast.shops("retailer"), act["which"])
        if await self._control("POST", f"{store.domain}/app/uninstall", {}):
            await self.hands.turn(timedelta(hours=act["hours"]))
            await self._control("POST", f"{store.domain}/app/install", {})
            await self._try(self.stage.shops.load(store.domain))

    async def _cancel_master(self, act: Act) -> None:
        if chosen := _pick(self.cast.masters(), act["which"]):
            await self._control("POST", f"{chosen[0].domain}/orders/{chosen[1].id}/cancel", {"reason": "INVENTORY"})

    async def _freeze_store(self, act: Act) -> None:
        store = _pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/app/freeze", {"frozen": True})

    async def _unfreeze_store(self, act: Act) -> None:
        frozen = [each for each in self.stage.world.stores.values() if each.app.frozen]
        if store := _pick(frozen, act["which"]):
            await self._control("POST", f"{store.domain}/app/freeze", {"frozen": False})

    async def _expire_tokens(self, act: Act) -> None:
        store = _pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/tokens/expire", {})

    async def _revoke_tokens(self, act: Act) -> None:
        store = _pick(list(self.stage.world.stores.values()), act["which"])
        await self._control("POST", f"{store.domain}/tokens/revoke", {})

    async def _take_scope(self, act: Act) -> None:
        """A store takes back a permission."""
        holding = [each for each in self.cast.installed() if act["scope"] in each.app.scopes]
        if store := _pick(holding, act["which"]):
            self.granted.setdefault(store.domain, list(store.app.scopes))
            left = [each for each in store.app.scopes if each != act["scope"]]
            await self._control("POST", f"{store.domain}/app/scopes", {"scopes": left})

    async def permit_everything(self) -> None:
        """Every store that has the app permits again what it permitted at first."""
        for domain, scopes in self.granted.items():
            if self.stage.world.stores[domain].app.installed:
                await self._control("POST", f"{domain}/app/scopes", {"scopes": scopes})

    async def _move(self, act: Act) -> None:
        """The retailer's staff has a part of an order sent from another of their locations."""
        parts = [
            (store, each)
            for store in self.cast.shops("retailer")
            for each in store.fulfillment_orders.values()
            if each.is_live and each.status != "ON_HOLD"
        ]
        if chosen := _pick(parts, act["which"]):
            place = _pick(list(chosen[0].locations.values()), act["to"])
            path = f"{chosen[0].domain}/fulfillment_orders/{chosen[1].id}/move"
            await self._control("POST", path, {"location_id": place.id})

    async def _reprice(self, act: Act) -> None:
        variants = [(store, each) for store in self.cast.shops("partner") for each in store.variants.values()]
        if chosen := _pick([each for each in variants if each[1].deleted_at is None], act["which"]):
            await self._control("PATCH", f"{chosen[0].domain}/variants/{chosen[1].id}", {"price": act["price"]})

    async def _delete_variant(self, act: Act) -> None:
        """A partner takes something out of their range for good, but for the last of it."""
        on_sale = [
            (store, each)
            for store in self.cast.shops("partner")
            for each in store.variants.values()
            if each.deleted_at is None
        ]
        if len(on_sale) > 1 and (chosen := _pick(on_sale, act["which"])):
            await self._control("DELETE", f"{chosen[0].domain}/variants/{chosen[1].id}", {})

    # -- staff

    async def _open_app(self, act: Act) -> None:
        if store := _pick(self.cast.installed(), act["which"]):
            await self.stage.shops.load(store.domain)

    async def open_everywhere(self) -> None:
        """Somebody looks in wherever the app is installed, which lets it in again where it was shut out."""
        for store in self.cast.installed():
            await self.stage.shops.load(store.domain)

    async def _receive(self, act: Act) -> None:
        parcels = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                found = await list_parcels(uow.session, retailer.id, ParcelState.ON_THE_WAY)
            parcels += [(retailer, each) for each in sorted(found, key=lambda each: each.id)]
        if chosen := _pick(parcels, act["which"]):
            retailer, parcel = chosen
            lines = sorted(parcel.lines, key=lambda line: line.master_line_id)
            off = [*act["off"], *[0] * len(lines)]
            counts = {f"line_{line.master_line_id}": max(0, line.quantity + off[n]) for n, line in enumerate(lines)}
            await self._page(retailer.shop_domain, f"/app/receiving/{parcel.id}", **counts)

    async def _ship(self, act: Act) -> None:
        ready = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                lots = await demand_in_state(uow.session, retailer.id, DemandState.ALLOCATED)
                orders = await orders_of_lines(uow.session, retailer.id, {lot.line_id for lot in lots})
            ready += [(retailer, order_id) for order_id in sorted(set(orders.values()))]
        if chosen := _pick(ready, act["which"]):
            await self._pack(chosen[0], chosen[1], act["part"])
        if act["hands_over"]:
            await self._hand_over()

    async def _pack(self, retailer: StoreFacts, order_id: int, part: float) -> None:
        async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
            wanted = packable(await ready_lots(uow, order_id))
        counts = {f"line_{line_id}": int(-(-count * part // 1)) for line_id, count in wanted.items()}
        await self._page(retailer.shop_domain, f"/app/packing/{order_id}", **counts)

    async def _hand_over(self) -> None:
        for retailer, shipment_id in await self.cast.shipments([ShipmentState.PACKED, ShipmentState.STUCK]):
            number = f"OUT{retailer.id}{shipment_id:06d}"
            path = f"/app/shipments/{shipment_id}/hand-over"
            await self._page(retailer.shop_domain, path, carrier="USPS", number=number)

    async def _unpack(self, act: Act) -> None:
        if chosen := _pick(await self.cast.shipments([ShipmentState.PACKED]), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/shipments/{chosen[1]}/unpack")

    async def _buffer(self, act: Act) -> None:
        await self._on_partner(act, "buffer", buffer=act["quantity"])

    async def _calendar(self, act: Act) -> None:
        await self._on_partner(act, "calendar", weekday=act["weekday"], cutoff_time=act["cutoff_time"])

    async def _on_partner(self, act: Act, verb: str, **fields: object) -> None:
        if chosen := _pick(await self.cast.partners(), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/partners/{chosen[1].id}/{verb}", **fields)

    async def _sync(self, act: Act) -> None:
        if chosen := _pick(await self.cast.partners(), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/stock/sync/{chosen[1].id}")

    async def _restore(self, act: Act) -> None:
        """The retailer has its own quantity written again where the partner had changed it."""
        for retailer, partner in await self.cast.partners():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                running = await running_order(uow.session, retailer.id, partner.id)
            if running is None or not running.lines:
                continue
            line = _pick(list(running.lines), act["which"])
            path = f"/app/master-orders/{running.id}/lines/{line.partner_variant_id}/restore"
            await self._page(retailer.shop_domain, path)

    # -- time and accidents

    async def _turn(self, act: Act) -> None:
        await self.hands.turn(timedelta(seconds=act["seconds"]), step=timedelta(0))

    async def _grace(self, act: Act) -> None:
        """The hub has time to close what is cut off."""
        await self._turn(act)

    async def _jump(self, act: Act) -> None:
        await self.hands.turn(timedelta(hours=act["hours"]))

    async def _cutoff(self, act: Act) -> None:
        """Turn to somewhere around a partner's next cut-off."""
        chosen = _pick(await self.cast.partners(), act["which"])
        if chosen is None:
            return
        retailer, partner = chosen
        async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
            running = await running_order(uow.session, retailer.id, partner.id)
        if running is not None:
            wanted = running.cutoff_at + timedelta(seconds=act["seconds"])
            await self.hands.turn(max(wanted - self.stage.world.now, timedelta()))

    async def _redeliver(self, act: Act) -> None:
        if record := _pick(self.stage.world.outbox.log, act["which"]):
            body = {"times": 1, "delay": act["delay"]}
            await self._send("POST", f"/webhooks/{record.id}/redeliver", body)

    async def _halt(self, act: Act) -> None:
        self.stage.outside.halt = Halt(act["nth"], act["moment"], act["ends"], act["thaws"])

    async def _stop(self, _act: Act) -> None:
        self.hands.are_up = False

    async def _start(self, _act: Act) -> None:
        self.hands.are_up = True

    # -- how it is done

    async def _control(self, method: str, path: str, body: dict[str, Any]) -> bool:
        return await self._send(method, f"/stores/{path}", body)

    async def _send(self, method: str, path: str, body: dict[str, Any]) -> bool:
        answer = await self.stage.control.request(method, path, json=body)
        if answer.status_code not in (200, 409):
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.status_code == 200

    async def _page(self, shop: str, path: str, **fields: object) -> None:
        """Send a form; that it is refused is an answer too, a fault is not."""
        answer = await self.stage.shops.post(shop, path, **fields)
        if answer.status_code == 500:
            raise AssertionError(f"{path}: {answer.status_code} {answer.text[:300]}")

    async def _try(self, step: Awaitable[T]) -> T | None:
        """Do what may fail in this weather."""
        try:
            return await step
        except (AssertionError, HubError, StopIteration):
            return None


def _pick(things: Sequence[Any], share: float) -> Any:
    """Return the thing at this share of the list; None of an empty one."""
    return things[min(int(share * len(things)), len(things) - 1)] if things else None
