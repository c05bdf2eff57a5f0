"""What a rehearsal prints at its end: the books in a few figures, and the promises."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.rehearsal.checks import Verdict


def summary(books: Mapping[str, Any]) -> dict[str, Any]:
    """Return the books in figures: units by state on both sides, and per master order ordered, received, short."""
    states: dict[str, Counter[str]] = {"demand": Counter(), "supply": Counter()}
    for lot in books["lots"]:
        states[lot["side"]].update(lot["balances"])
    received: Counter[str] = Counter()
    for receipt in books["receipts"]:
        received.update({line["line"]: line["quantity"] for line in receipt["lines"]})
    shorted: Counter[str] = Counter()
    for lot in books["lots"]:
        if lot["side"] == "supply":
            shorted[lot["owner"]] += lot["balances"].get("shorted", 0)
    shops = {each["id"]: each["shop"] for each in books["stores"]}
    masters = [
        {
            "partner": shops[master["partner"]],
            "retailer": shops[master["retailer"]],
            "cutoff_on": master["cutoff_on"],
            "state": master["state"],
            "ordered": sum(line["quantity"] for line in master["lines"]),
            "received": sum(received[line["id"]] for line in master["lines"]),
            "short": sum(shorted[line["id"]] for line in master["lines"]),
        }
        for master in sorted(books["master_orders"], key=lambda each: (each["cutoff_at"], each["marker"]))
    ]
    return {
        "units": {side: dict(sorted(counts.items())) for side, counts in states.items()},
        "master_orders": masters,
        "shipments": len(books["shipments"]),
        "open_exceptions": dict(Counter(each["kind"] for each in books["exceptions"] if not each["resolved_at"])),
    }


def told(figures: Mapping[str, Any], verdicts: Sequence[Verdict], killed: Mapping[str, int]) -> Iterator[str]:
    """Return the report as lines for a person."""
    if killed:
        yield f"killed  {sum(killed.values())}: " + "  ".join(f"{name} {killed[name]}" for name in sorted(killed))
    for side, counts in figures["units"].items():
        yield f"{side:7} " + "  ".join(f"{state} {count}" for state, count in counts.items())
    yield f"{'partner':32}{'cut-off':12}{'state':9}{'ordered':>8}{'received':>9}{'short':>6}"
    for row in figures["master_orders"]:
        yield (
            f"{row['partner']:32}{row['cutoff_on']:12}{row['state']:9}"
            f"{row['ordered']:>8}{row['received']:>9}{row['short']:>6}"
        )
    yield f"shipments {figures['shipments']}, open exceptions {figures['open_exceptions'] or 'none'}"
    for verdict in verdicts:
        yield f"promise {verdict.number}: {'held' if verdict.held else 'BROKEN'} – {verdict.promise}"
        yield from (f"    {each}" for each in verdict.broken[:20])
