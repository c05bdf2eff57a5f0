"""How a trade ends: units, orders and fulfilments on all stores, stock, exceptions; without numbers and times."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from app.books.export import export_books
from simulator.world.truth import store_truth
from tests.support.trade import Trade

Row = Mapping[str, Any]
Ending = dict[str, Counter[str]]
"""What there is of each kind, and how often."""

OPEN = "SELECT count(*) FROM inbox_events WHERE handled_at IS NULL"
TOLD_ONCE = "SELECT name FROM domain_events WHERE name LIKE 'catalog.s%' OR name = 'catalog.product.drafted'"


async def ending_of(trade: Trade) -> Ending:
    """Return everything in which a play that was disturbed must equal one that was not."""
    books = await export_books(trade.shops.open_uow)
    async with trade.uow() as uow, uow.machinery() as session:
        unhandled = await session.scalar(text(OPEN))
        told = await session.scalars(text(TOLD_ONCE))
    ending = {
        "lots": _counted(map(_lot, books["lots"])),
        "masters": _counted(map(_master, books["master_orders"])),
        "receipts": _counted(map(_receipt, books["receipts"])),
        "shipments": _counted(
            (each["order"], each["state"], len(each["fulfillment_ids"]), _quantities(each["lines"]))
            for each in books["shipments"]
        ),
        "stock": _counted(_offer(each) for each in books["stock"]),
        "exceptions": _counted(
            (each["kind"], each["subject"]["kind"]) for each in books["exceptions"] if not each["resolved_at"]
        ),
        "told": _counted(told),
        "failed jobs": _counted(await trade.failed_jobs()),
        "news nobody handled": _counted(["news"] * (unhandled or 0)),
    }
    return ending | {shop: _store(store_truth(store)) for shop, store in trade.shops.world.stores.items()}


def _lot(lot: Row) -> Any:
    owner = lot["owner"] if lot["side"] == "demand" else lot["variant"]
    balances = sorted((state, count) for state, count in lot["balances"].items() if count)
    return lot["side"], owner, lot["eligible_at"], lot["late"], lot["supply"] is not None, balances


def _master(master: Row) -> Any:
    lines = sorted((line["variant"], line["quantity"], line["unit_cost"]["amount"]) for line in master["lines"])
    changes = sorted((each["kind"], each["quantity"]) for each in master["changes"])
    named = [master[name] for name in ("marker", "state", "frozen_with_flag")]
    return *named, lines, changes


def _receipt(receipt: Row) -> Any:
    return sorted((line["announced"], line["quantity"], line["over"]) for line in receipt["lines"])


def _offer(offer: Row) -> Any:
    return [value for name, value in offer.items() if not name.endswith("_at")]


def _store(truth: Row) -> Counter[str]:
    """What a store's owner sees there."""
    seen: list[tuple[Any, ...]] = [
        (
            "order",
            each["by"],
            each["tags"],
            each["financial_status"],
            bool(each["payment_terms"]),
            _quantities(each["lines"]),
        )
        for each in truth["orders"]
    ]
    seen += [
        ("draft", each["status"], each["tags"], _quantities(each["lines"]))
        for each in truth["draft_orders"]
        if not each["deleted_at"]
    ]
    seen += [
        (
            "fulfillment",
            each["order_id"],
            each["by"],
            each["status"],
            len(each["tracking_numbers"]),
            _quantities(each["lines"]),
        )
        for each in truth["fulfillments"]
    ]
    seen += [("product", each["id"], each["status"]) for each in truth["products"] if not each["deleted_at"]]
    seen += [("stock", each["variant_id"], each["location_id"], each["available"]) for each in truth["stock"]]
    seen += [("subscription", each["topic"]) for each in truth["subscriptions"] if not each["deleted_at"]]
    return _counted(seen)


def _quantities(lines: Iterable[Row]) -> Any:
    return sorted((line.get("variant_id") or line.get("line_id") or line["line"], line["quantity"]) for line in lines)


def _counted(rows: Iterable[Any]) -> Counter[str]:
    return Counter(str(row) for row in rows)


def differences(expected: Ending, ended: Ending) -> list[str]:
    """Return what is missing in an ending, and what is too much."""
    missing = [f"{kind}: no {each}" for kind in expected for each in expected[kind] - ended[kind]]
    return missing + [f"{kind}: not expected {each}" for kind in ended for each in ended[kind] - expected[kind]]
