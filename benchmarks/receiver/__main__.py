"""`python -m benchmarks.receiver`: how fast deliveries are stored for good, beside Shopify's own Node library."""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import uuid
from typing import Any

from app.core.local_services.lease import PROJECT
from app.core.local_services.world import HOST
from benchmarks.machine import cpu_seconds, resident_mib
from benchmarks.receiver.stage import Receiver, Stage, serving, stage

CONNECTIONS = 32


def send(on: Stage, receiver: Receiver, seconds: float, rate: int = 0) -> dict[str, Any]:
    """Send a load and return its report, with what was found in the database and what the receiver took for it."""
    run = uuid.uuid4().hex[:12]
    plan = {"host": HOST, "port": receiver.port, "secret": on.secret, "run": run, "seconds": seconds}
    plan |= {"rate": rate, "connections": CONNECTIONS}
    command = [sys.executable, "-m", "benchmarks.receiver.load", json.dumps(plan)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    found["stored"] = on.count(receiver.table, run)
    found["lost"] = found["answers"].get("200", 0) - found["stored"]
    return found


def measure(on: Stage, receiver: Receiver, seconds: float, rate: int = 0) -> dict[str, Any]:
    """Start the receiver afresh, warm it up, and measure one load."""
    with serving(receiver) as process:
        send(on, receiver, 1.5)
        on.empty(receiver.table)
        before = cpu_seconds(process.pid)
        found = send(on, receiver, seconds, rate)
        answered = max(1, found["answers"].get("200", 0))
        found["cpu_us"] = (cpu_seconds(process.pid) - before) / answered * 1e6
        found["mib"] = resident_mib(process.pid)
    return found


def show(what: str, found: dict[str, Any]) -> None:
    """Print one run."""
    facts = "  ".join(f"{name} {found[name]:.1f}" for name in ("p50", "p99", "longest", "rate", "cpu_us", "mib"))
    counts = f"sent {found['sent']}  answers {found['answers']}  broken {found['broken']}  lost {found['lost']}"
    print(f"{what:14} {facts}  {counts}", flush=True)


def main() -> None:
    """Measure open at two rates, then closed beside the peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rates", type=int, nargs="*", default=[200, 1000])
    options = parser.parse_args()
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    with stage(port) as on:
        hub, peer = on.hub(), on.peer()
        for rate in options.rates:
            show(f"hub {rate}/s", measure(on, hub, options.seconds, rate))
        if peer is None:
            print("Node, npm or the packages cannot be had here: the peer is left out.")
        ratios = []
        for _ in range(options.pairs):
            ours = measure(on, hub, options.seconds)
            show("hub closed", ours)
            if peer:
                theirs = measure(on, peer, options.seconds)
                show("peer closed", theirs)
                ratios.append(ours["rate"] / theirs["rate"])
        if ratios:
            print(f"ratio  min {min(ratios):.2f}  median {statistics.median(ratios):.2f}  max {max(ratios):.2f}")


if __name__ == "__main__":
    main()
