"""`python -m benchmarks.closing`: thirty weeks end at one instant while Shopify takes its time; then a kill."""

import argparse
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta

from benchmarks.world import RETAILER, Benched, benched_world

THURSDAY_AFTERNOON = timedelta(days=3, hours=21)  # two hours before everybody's cut-off
GRACE = timedelta(minutes=16)
OPEN = "SELECT count(*) FROM cycles WHERE cutoff_at <= %s AND state NOT IN ('closed', 'empty')"
RUNNING = "SELECT id, attempt FROM job_runs WHERE state = 'running'"
STILL = "SELECT count(*) FROM job_runs WHERE id = %s AND attempt = %s AND state = 'running'"

ABOUT_MASTERS = ("DraftOrder", "Marked")
"""Calls by which a week is closed: reading, looking for its marker, writing, completing."""


def sell_to_everybody(on: Benched, seed: int) -> None:
    """Let customers buy everything there is, of some partners each, and the drafts follow."""
    variants = on.variants()
    random.Random(seed).shuffle(variants)
    for start in range(0, len(variants), 9):
        lines = [{"variant_id": each, "quantity": 1} for each in variants[start : start + 9]]
        on.send("POST", f"/stores/{RETAILER}/orders", {"lines": lines, "force": True})
    advance(on, timedelta(minutes=10))


def leap(on: Benched, passed: timedelta) -> None:
    """Let time pass at once: regular work that was missed meanwhile is made up for once."""
    ((then,),) = on.rows("SELECT %s::timestamptz", on.get("/clock")["now"])
    on.send("PUT", "/clock", {"now": (then + passed).isoformat()})
    advance(on, timedelta(minutes=1))


def advance(on: Benched, passed: timedelta) -> None:
    """Let time pass, with everything that falls due, until nobody has anything left to do."""
    turned = on.send("POST", "/clock/advance", {"seconds": passed.total_seconds(), "settle": True, "patience": 300})
    if not turned["settled"]:
        raise RuntimeError(f"the hub did not come to rest: {turned['waited_for']}")


def reach_the_cutoff(on: Benched, latency: float) -> tuple[object, int]:
    """Pass the end of everybody's week while Shopify takes its time; return it, and how many calls were made before."""
    ((cutoff, at),) = on.rows("SELECT max(cutoff_at), count(*) FROM cycles WHERE state = 'open'")
    assert at
    now = on.rows("SELECT %s::timestamptz", on.get("/clock")["now"])[0][0]
    advance(on, cutoff - now - timedelta(minutes=1))
    rules = [{"action": "delay", "probability": 1, "seconds": latency}]
    on.send("PUT", "/faults", {"seed": 1, "rules": rules})
    before = len(on.calls())
    on.send("PUT", "/clock", {"now": (cutoff + GRACE).isoformat(), "rate": 1})
    return cutoff, before


def wait_until_closed(on: Benched, cutoff: object, patience: float) -> float:
    """Return after how many seconds no week is open."""
    began = time.monotonic()
    while on.rows(OPEN, cutoff) != [(0,)]:
        if time.monotonic() - began > patience:
            raise RuntimeError(f"still open: {on.rows(OPEN, cutoff)}")
        time.sleep(0.1)
    return time.monotonic() - began


def stand_still(on: Benched) -> None:
    """End what was slow, stop the clock, and let everything come to rest."""
    on.send("PUT", "/faults", {"seed": 1, "profile": "none"})
    on.send("PUT", "/clock", {"rate": 0})
    advance(on, timedelta(minutes=5))


def close_everybody(on: Benched, latency: float, patience: float) -> None:
    """Measure the close."""
    sell_to_everybody(on, 1)
    cutoff, before = reach_the_cutoff(on, latency)
    took = wait_until_closed(on, cutoff, patience)
    calls = on.calls()[before:]
    stand_still(on)
    closed = on.rows("SELECT count(*) FROM cycles WHERE state = 'closed' AND cutoff_at = %s", cutoff)[0][0]
    about_masters = [call for call in calls if call["operation"].startswith(ABOUT_MASTERS)]
    each = Counter(call["shop"] for call in about_masters)
    shop = each.most_common(1)[0][0]
    print(f"{closed} partners closed {took:.1f} s after the cut-off's grace, each call taking {latency:.1f} s")
    of_one = [call["operation"] for call in about_masters if call["shop"] == shop]
    print(f"calls about a master order, most for one partner: {len(of_one)}: {', '.join(of_one)}")
    print(f"all calls in that time: {dict(Counter(call['operation'] for call in calls))}")
    print(f"THROTTLED answers so far: {sum(call['outcome'] == 'throttled' for call in on.calls())}")


def kill_amid_the_close(on: Benched, latency: float, patience: float) -> None:
    """Kill the worker while it closes the next week; tell when its runs went on."""
    sell_to_everybody(on, 2)
    cutoff, _ = reach_the_cutoff(on, latency)
    held: list[tuple[int, int]] = []
    while len(held) < 3:
        held = [(run_id, attempt) for run_id, attempt in on.rows(RUNNING)]
        time.sleep(0.02)
    began = time.monotonic()
    os.kill(on.pid("worker"), signal.SIGKILL)
    left = set(held)
    while left:
        left = {each for each in left if on.rows(STILL, *each) == [(1,)]}
        if time.monotonic() - began > patience:
            raise RuntimeError(f"never resumed: {left}")
        time.sleep(0.05)
    resumed = time.monotonic() - began
    wait_until_closed(on, cutoff, patience)
    print(f"worker killed with {len(held)} runs: all of them went on within {resumed:.1f} s, every week closed")


def main() -> None:
    """Measure a close and a killed one in a world of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=30)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--patience", type=float, default=300)
    options = parser.parse_args()
    with benched_world() as on:
        on.set_up(options.partners, "America/New_York", THURSDAY_AFTERNOON)
        close_everybody(on, options.latency, options.patience)
        leap(on, timedelta(days=6, hours=22))
        kill_amid_the_close(on, options.latency, options.patience)


if __name__ == "__main__":
    main()
