"""Play weeks against the simulator: customers buy and change their minds, partners send, the centre receives."""

import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.rehearsal import staff, story
from app.rehearsal.control import Control, Refused
from app.rehearsal.hub import Hub
from app.rehearsal.killing import Killer
from app.rehearsal.setting_up import Staged
from app.rehearsal.staff import Miscount
from app.rehearsal.story import Deed, Scene

Say = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What was done, for the report."""

    bought: int = 0
    refused: int = 0
    cancelled: int = 0
    reduced: int = 0
    parcels_sent: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    shipped: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Player:
    """One rehearsal: who plays, how it is drawn, what came of it."""

    hub: Hub
    control: Control
    staged: Sequence[Staged]
    seed: int
    say: Say
    killer: Killer | None = None
    tally: Tally = field(default_factory=Tally)
    placed: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    async def play_week(self, index: int, begins: datetime, orders: int) -> None:
        """Play one week from its first to its last scene, and then until nothing is left to do."""
        variants = {each.store.shop_domain: await self._on_sale(each.store.shop_domain) for each in self.staged}
        for number, scene in enumerate(story.week(self.seed, index, begins, orders)):
            async with self.killer.during((index, number)) if self.killer else nullcontext():
                await self.control.advance(scene.at)
                await self._act(index, scene, variants)
        await self.control.advance(begins + story.WEEK)
        self.say(
            f"week {index + 1}: {self.tally.bought} orders, {len(self.tally.received)} parcels received, "
            f"{len(self.tally.shipped)} boxes shipped"
        )

    async def buy_some(self, index: int, orders: int) -> None:
        """Let some customers of a week buy now."""
        variants = {each.store.shop_domain: await self._on_sale(each.store.shop_domain) for each in self.staged}
        for number in range(1, orders + 1):
            await self._buy(index, number, variants)

    async def _act(self, index: int, scene: Scene, variants: dict[str, list[str]]) -> None:
        match scene.deed:
            case Deed.BUY:
                await self._buy(index, scene.number, variants)
            case Deed.PAY | Deed.CANCEL | Deed.REDUCE:
                await self._change(index, scene)
            case Deed.RESTOCK:
                await self._restock(index)
            case Deed.FULFILL:
                await self._fulfill_master_orders()
            case Deed.RECEIVE:
                self.tally.received += await staff.receive_all(self.hub, self.seed, Miscount(short=1, over=1))
            case Deed.SHIP:
                await self.control.settle()
                self.tally.shipped += await staff.ship_all(self.hub)

    async def _buy(self, index: int, number: int, variants: dict[str, list[str]]) -> None:
        dice = random.Random(f"shop:{self.seed}:{index}:{number}")
        shop = dice.choice(sorted(variants))
        lines = [
            {"variant_id": variant, "quantity": quantity}
            for variant, quantity in story.basket(self.seed, index, number, variants[shop])
        ]
        paid = not story.pays_later(self.seed, index, number)
        try:
            order = await self.control.post(f"/stores/{shop}/orders", {"lines": lines, "paid": paid})
        except Refused:
            self.tally.refused += 1
            return
        self.placed[index, number] = (shop, order["id"])
        self.tally.bought += 1

    async def _change(self, index: int, scene: Scene) -> None:
        if (index, scene.number) not in self.placed:
            return
        shop, gid = self.placed[index, scene.number]
        path = f"/stores/{shop}/orders/{gid.rsplit('/', 1)[-1]}"
        try:
            match scene.deed:
                case Deed.PAY if story.pays_later(self.seed, index, scene.number):
                    await self.control.post(f"{path}/pay")
                case Deed.CANCEL:
                    await self.control.post(f"{path}/cancel", {"reason": "CUSTOMER"})
                    self.tally.cancelled += 1
                case Deed.REDUCE:
                    await self._reduce(shop, gid, path)
        except Refused:
            # What the customer wants is too late: the box is gone, or the order was cancelled before.
            self.tally.refused += 1

    async def _reduce(self, shop: str, gid: str, path: str) -> None:
        truth = await self.control.truth(shop)
        order = next(each for each in truth["orders"] if each["id"] == gid)
        line = max(order["lines"], key=lambda each: each["unfulfilled"])
        if not line["unfulfilled"]:
            return
        await self.control.post(
            f"{path}/edit", {"lines": [{"line_id": line["id"], "quantity": line["current_quantity"] - 1}]}
        )
        self.tally.reduced += 1

    async def _restock(self, index: int) -> None:
        """Let each partner roast: some variants of theirs get more stock."""
        for shop in sorted({partner.shop_domain for each in self.staged for partner in each.partners}):
            truth = await self.control.truth(shop)
            dice = random.Random(f"restock:{self.seed}:{index}:{shop}")
            for level in dice.sample(truth["stock"], k=min(3, len(truth["stock"]))):
                await self.control.put(
                    f"/stores/{shop}/inventory",
                    {
                        "variant_id": level["variant_id"],
                        "location_id": level["location_id"],
                        "available": level["available"] + dice.randint(5, 20),
                    },
                )

    async def _fulfill_master_orders(self) -> None:
        """Let each partner send its open master orders, every other one in two parcels."""
        for shop in sorted({partner.shop_domain for each in self.staged for partner in each.partners}):
            truth = await self.control.truth(shop)
            for order in truth["orders"]:
                if not any(tag.startswith("ph-") for tag in order["tags"]) or order["cancelled_at"]:
                    continue
                left = [(line["id"], line["unfulfilled"]) for line in order["lines"]]
                left = [(line_id, quantity) for line_id, quantity in left if quantity]
                for parcel in _parcels(left, in_two=int(order["id"].rsplit("/", 1)[-1]) % 2 == 0):
                    await self._send(shop, order["id"], parcel)

    async def _send(self, shop: str, order_gid: str, parcel: list[tuple[str, int]]) -> None:
        self.tally.parcels_sent += 1
        tracking = {"company": "DHL Express", "number": f"IN{self.tally.parcels_sent:08d}"}
        await self.control.post(
            f"/stores/{shop}/orders/{order_gid.rsplit('/', 1)[-1]}/fulfillments",
            {"lines": [{"line_id": gid, "quantity": quantity} for gid, quantity in parcel], "tracking": tracking},
        )

    async def _on_sale(self, shop: str) -> list[str]:
        truth = await self.control.truth(shop)
        return sorted(variant["id"] for variant in truth["variants"] if not variant["deleted_at"])


def _parcels(left: list[tuple[str, int]], *, in_two: bool) -> list[list[tuple[str, int]]]:
    if not in_two:
        return [left] if left else []
    first = [(line_id, (quantity + 1) // 2) for line_id, quantity in left]
    second = [(line_id, quantity // 2) for line_id, quantity in left if quantity // 2]
    return [parcel for parcel in (first, second) if parcel]


def monday_after(now: datetime) -> datetime:
    """Return the next Monday at midnight."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=(7 - midnight.weekday()))
