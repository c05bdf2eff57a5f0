"""Who and what there is in a history at this moment: the world's side and the hub's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.unit_of_work import SYSTEM, system_for
from app.fulfillment.queries import list_shipments
from app.fulfillment.states import ShipmentState
from app.partners.queries import PartnerFacts, partners_of
from app.stores.queries import StoreFacts, stores_with_role
from app.stores.states import StoreRole
from simulator.world.order_model import DraftOrder, Fulfillment, Order
from simulator.world.store import Store
from tests.histories.stage import Stage


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody an act can be about."""

    stage: Stage

    def shops(self, role: str) -> list[Store]:
        """Stores that play this part."""
        return [each for each in self.stage.world.stores.values() if each.profile.role == role]

    def orders(self) -> list[tuple[Store, Order]]:
        """Customers' orders that can still change."""
        return [
            (store, order)
            for store in self.shops("retailer")
            for order in store.orders.values()
            if order.cancelled_at is None
        ]

    def masters(self) -> list[tuple[Store, Order]]:
        """Our orders in partners' stores of which something is still to be sent."""
        return [
            (store, order)
            for store in self.shops("partner")
            for order in store.orders.values()
            if _is_ours(order.tags)
            and order.cancelled_at is None
            and any(line.unfulfilled_quantity for line in order.lines)
        ]

    def drafts(self) -> list[tuple[Store, DraftOrder]]:
        """Our drafts in partners' stores."""
        return [
            (store, draft)
            for store in self.shops("partner")
            for draft in store.draft_orders.values()
            if _is_ours(draft.tags) and draft.deleted_at is None and draft.order_id is None
        ]

    def sent(self) -> list[tuple[Store, Fulfillment]]:
        """What partners sent of our orders."""
        return [
            (store, each)
            for store in self.shops("partner")
            for each in store.fulfillments.values()
            if each.status == "SUCCESS" and _is_ours(store.orders[each.order_id].tags)
        ]

    async def retailers(self) -> list[StoreFacts]:
        """The retailers as the hub knows them."""
        async with self.stage.shops.open_uow(SYSTEM) as uow:
            return await stores_with_role(uow, StoreRole.RETAILER)

    async def partners(self) -> list[tuple[StoreFacts, PartnerFacts]]:
        """Every partnership."""
        found = []
        for retailer in await self.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                found += [(retailer, each) for each in await partners_of(uow.session, retailer.id)]
        return found

    def installed(self) -> list[Store]:
        """Stores that have the app."""
        return [each for each in self.stage.world.stores.values() if each.app.installed]

    async def shipments(self, states: Sequence[ShipmentState]) -> list[tuple[StoreFacts, int]]:
        """Boxes in these states."""
        found = []
        for retailer in await self.retailers():
            async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
                rows = await list_shipments(uow.session, retailer.id, states)
            found += [(retailer, each.id) for each in sorted(rows, key=lambda each: each.id)]
        return found


def _is_ours(tags: Sequence[str]) -> bool:
    return any(tag.startswith("ph-") for tag in tags)
