"""How an act is played: the world by its control API, the hub by its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.core.errors import HubError
from simulator.world.order_model import Order
from simulator.world.store import Store
from tests.histories.cast import Cast
from tests.histories.clockwork import Hands
from tests.histories.stage import Stage
from tests.histories.story import Act

T = TypeVar("T")


@dataclass
class Playing:
    """What every kind of act is played with."""

    stage: Stage
    hands: Hands
    granted: dict[str, list[str]] = field(default_factory=dict)  # what stores permitted before they took it back
    placed: int = 0
    units: int = 0

    @property
    def cast(self) -> Cast:
        """Who is there."""
        return Cast(self.stage)

    async def _send_part(self, store: Store, order: Order, part: float, tracking: dict[str, str]) -> None:
        counts = {line.id: -(-line.unfulfilled_quantity * part // 1) for line in order.lines}
        lines = [{"line_id": line_id, "quantity": int(count)} for line_id, count in counts.items() if count]
        await self._control(
            "POST", f"{store.domain}/orders/{order.id}/fulfillments", {"lines": lines, "tracking": tracking}
        )

    async def _count(self, shops: Sequence[Store], act: Act, place: str | None) -> None:
        levels = [
            (store, level)
            for store in shops
            for level in store.levels.values()
            if place is None or store.locations[level.location_id].name == place
        ]
        if chosen := pick(levels, act["which"]):
            store, level = chosen
            item = {"inventory_item_id": level.item_id, "location_id": level.location_id}
            await self._control("PUT", f"{store.domain}/inventory", {**item, "available": act["available"]})

    async def _on_partner(self, act: Act, verb: str, **fields: object) -> None:
        if chosen := pick(await self.cast.partners(), act["which"]):
            await self._page(chosen[0].shop_domain, f"/app/partners/{chosen[1].id}/{verb}", **fields)

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


def pick(things: Sequence[Any], share: float) -> Any:
    """Return the thing at this share of the list; None of an empty one."""
    return things[min(int(share * len(things)), len(things) - 1)] if things else None
