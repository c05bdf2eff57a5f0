"""`python -m benchmarks.orders`: a sale's peak; how long until each order is captured and split among the partners."""

import argparse
import asyncio
import random
import time

import httpx

from benchmarks.machine import family_cpu_seconds
from benchmarks.world import RETAILER, Benched, benched_world

PROGRAMS = ("worker", "web", "postgres", "simulator")
SPLIT = """
SELECT count(*) FROM (
    SELECT line.store_id, line.order_id FROM order_lines AS line LEFT JOIN unit_lots AS lot
        ON lot.store_id = line.store_id AND lot.owner_kind = 'order_line' AND lot.owner_id = line.id
    GROUP BY 1, 2 HAVING bool_and(line.routed_partner_id IS NOT NULL AND lot.id IS NOT NULL)) AS split
"""
LAG = """
SELECT extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY captured_at - placed_at)),
    extract(epoch FROM percentile_disc(0.99) WITHIN GROUP (ORDER BY captured_at - placed_at)),
    extract(epoch FROM max(captured_at - placed_at)) FROM orders
"""


async def buy(on: Benched, orders: int, seconds: float) -> float:
    """Let customers buy at fixed instants; return how long it took."""
    variants, dice = on.variants(), random.Random(1)
    async with httpx.AsyncClient(base_url=on.world.simulator_url, timeout=120) as http:

        async def one(number: int) -> None:
            await asyncio.sleep(number * seconds / orders)
            chosen = dice.sample(variants, k=dice.choice((1, 1, 2, 3)))
            lines = [{"variant_id": each, "quantity": 1} for each in chosen]
            answer = await http.post(f"/stores/{RETAILER}/orders", json={"lines": lines, "force": True})
            answer.raise_for_status()

        began = time.monotonic()
        await asyncio.gather(*map(one, range(orders)))
        return time.monotonic() - began


def used(on: Benched) -> dict[str, float]:
    """Return how long each program has computed up to now."""
    return {name: family_cpu_seconds(on.pid(name)) for name in PROGRAMS}


def measure(on: Benched, orders: int, seconds: float, patience: float) -> None:
    """Buy, wait until all is split, and tell."""
    before = used(on)
    began = time.monotonic()
    bought_in = asyncio.run(buy(on, orders, seconds))
    print(f"{orders} orders were bought in {bought_in:.1f} s", flush=True)
    split = 0
    while split < orders and time.monotonic() - began < patience:
        time.sleep(0.1)
        ((split,),) = on.rows(SPLIT)
    took = time.monotonic() - began
    ((median, p99, longest),) = on.rows(LAG)
    print(f"{split} of them split {took:.1f} s after the first was bought, {took - bought_in:.1f} s after the last")
    print(f"from bought to captured: p50 {median:.1f} s  p99 {p99:.1f} s  longest {longest:.1f} s")
    now = used(on)
    print("computed for it: " + ", ".join(f"{name} {now[name] - before[name]:.1f} s" for name in PROGRAMS))
    calls = [call for call in on.calls() if call["shop"] == RETAILER]
    print(f"THROTTLED answers: {sum(call['outcome'] == 'throttled' for call in calls)}")
    reads = [call for call in calls if call["operation"] == "OrdersById"]
    print(f"reading the orders took {len(reads)} calls of {sum(call['cost'] or 0 for call in reads)} points")


def main() -> None:
    """Measure one peak in a world of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--partners", type=int, default=3)
    parser.add_argument("--plan", default="plus", help="the retailer's plan: how many points Shopify gives back")
    parser.add_argument("--patience", type=float, default=300)
    options = parser.parse_args()
    with benched_world() as on:
        on.set_up(options.partners)
        on.send("PATCH", f"/stores/{RETAILER}", {"plan": options.plan})
        on.send("PUT", "/clock", {"rate": 1})
        measure(on, options.orders, options.seconds, options.patience)


if __name__ == "__main__":
    main()
