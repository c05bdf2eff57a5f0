"""What the retailer's staff does on our pages, and what they should not do beside them."""

from __future__ import annotations

from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.fulfillment.rules import packable
from app.fulfillment.service import ready_lots
from app.fulfillment.states import ShipmentState
from app.master_orders.queries import running_order
from app.orders.queries import orders_of_lines
from app.receiving.queries import list_parcels, list_receipts
from app.receiving.states import ParcelState
from app.stores.queries import StoreFacts
from app.units.queries import demand_in_state
from app.units.states import DemandState
from tests.histories.acts.playing import Playing, pick
from tests.histories.story import Act


class Staff(Playing):
    """Staff receive, pack, ship, decide and set."""

    async def _receive(self, act: Act) -> None:
        parcels = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                found = await list_parcels(uow.session, retailer.id, ParcelState.ON_THE_WAY)
            parcels += [(retailer, each) for each in sorted(found, key=lambda each: each.id)]
        if chosen := pick(parcels, act["which"]):
            retailer, parcel = chosen
            lines = sorted(parcel.lines, key=lambda line: line.master_line_id)
            off = [*act["off"], *[0] * len(lines)]
            counts = {f"line_{line.master_line_id}": max(0, line.quantity + off[n]) for n, line in enumerate(lines)}
            await self._page(retailer.shop_domain, f"/app/receiving/{parcel.id}", **counts)

    async def _recount(self, act: Act) -> None:
        """What was counted in a parcel was wrong."""
        parcels = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                parcels += [(retailer, each) for each in await list_receipts(uow.session, retailer.id)]
        if chosen := pick(parcels, act["which"]):
            retailer, receipt = chosen
            off = [*act["off"], *[0] * len(receipt.lines)]
            counts = {
                f"line_{each.master_line_id}": max(0, each.quantity + off[n]) for n, each in enumerate(receipt.lines)
            }
            fields = {**counts, "why": "Miscounted", "seen": len(receipt.corrections)}
            await self._page(retailer.shop_domain, f"/app/receiving/{receipt.parcel_id}/correct", **fields)

    async def _ship(self, act: Act) -> None:
        ready = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                lots = await demand_in_state(uow.session, retailer.id, DemandState.ALLOCATED)
                orders = await orders_of_lines(uow.session, retailer.id, {lot.line_id for lot in lots})
            ready += [(retailer, order_id) for order_id in sorted(set(orders.values()))]
        if chosen := pick(ready, act["which"]):
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
        if chosen := pick(await self.cast.shipments([ShipmentState.PACKED]), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/shipments/{chosen[1]}/unpack")

    async def _correct(self, act: Act) -> None:
        """Somebody wrote down a wrong number of a box that is on its way."""
        if chosen := pick(await self.cast.shipments([ShipmentState.SHIPPED]), act["which"]):
            path = f"/app/shipments/{chosen[1]}/tracking"
            await self._page(chosen[0].shop_domain, path, carrier="FedEx", number=f"FIX{act['number']}")

    async def _buffer(self, act: Act) -> None:
        await self._on_partner(act, "buffer", buffer=act["quantity"])

    async def _calendar(self, act: Act) -> None:
        await self._on_partner(act, "calendar", weekday=act["weekday"], cutoff_time=act["cutoff_time"])

    async def _sync(self, act: Act) -> None:
        if chosen := pick(await self.cast.partners(), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/stock/sync/{chosen[1].id}")

    async def _restore(self, act: Act) -> None:
        """The retailer has its own quantity written again where the partner had changed it."""
        await self._decide(act, "restore")

    async def _keep(self, act: Act) -> None:
        """The retailer lets the quantity stand that the partner wrote."""
        await self._decide(act, "keep")

    async def _decide(self, act: Act, verb: str) -> None:
        for retailer, partner in await self.cast.partners():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                running = await running_order(uow.session, retailer.id, partner.id)
            if running is None or not running.lines:
                continue
            line = pick(list(running.lines), act["which"])
            path = f"/app/master-orders/{running.id}/lines/{line.partner_variant_id}/{verb}"
            await self._page(retailer.shop_domain, path)

    async def _order_again(self, act: Act) -> None:
        """What a partner cancelled is to be ordered with the next master order."""
        cancelled = []
        for retailer in await self.cast.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                told = await open_exceptions(uow.session, "master_order_cancelled")
            cancelled += [(retailer, each.subject_id) for each in sorted(told, key=lambda each: int(each.subject_id))]
        if chosen := pick(cancelled, act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/master-orders/{chosen[1]}/order-again")

    async def _shelf(self, act: Act) -> None:
        """The retailer keeps what partners have at another of its locations from now on."""
        if store := pick(self.cast.shops("retailer"), act["which"]):
            place = pick([each for each in store.locations.values() if each.is_active], act["to"])
            await self._page(store.domain, "/app/settings/stock-location", stock=place.gid)

    async def _drift(self, act: Act) -> None:
        """The retailer's staff writes what is not theirs to write."""
        await self._count(self.cast.shops("retailer"), act, "Partner stock")
