"""The judge of a rehearsal: a week as it should be holds every promise, and each thing gone wrong breaks its own."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from app.books.export import export_books
from app.rehearsal.checks import Evidence, judge
from app.rehearsal.hub import Hub
from app.rehearsal.staff import ship_all
from simulator.world.people import MARKS
from simulator.world.truth import store_truth
from tests.support.oak import Oak, lines_of
from tests.support.shops import PARTNER, RETAILER

pytestmark = pytest.mark.anyio


@pytest.fixture
async def evidence(oak: Oak) -> Evidence:
    """A week in which five units were bought, sent, received and shipped, and two more wait for the next."""
    await oak.sell(3, 2)
    await oak.close_week()
    oak.send(*lines_of(oak.order))
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[-1])
    shops = oak.trade.shops
    await ship_all(Hub(shops.open_uow, shops.shopify, shops.shopify.settings))
    await oak.trade.settle()
    await oak.sell(2)
    await oak.pass_time(timedelta(minutes=80))
    truth = {shop: store_truth(store) for shop, store in shops.world.stores.items()}
    calls = [msgspec.to_builtins(call) for call in shops.world.requests]
    return Evidence(await export_books(shops.open_uow), msgspec.to_builtins(truth), calls, MARKS)


def broken(evidence: Evidence) -> set[int]:
    return {verdict.number for verdict in judge(evidence) if not verdict.held}


async def test_a_week_as_it_should_be_holds_every_promise(evidence: Evidence) -> None:
    assert [verdict.broken for verdict in judge(evidence)] == [[]] * 5
    assert {master["state"] for master in evidence.books["master_orders"]} == {"closed", "open"}
    assert len(evidence.books["shipments"]) == 2


Doctor = Callable[[Any, Any, Any], None]


def _master(books: Any, state: str) -> Any:
    return next(master for master in books["master_orders"] if master["state"] == state)


def _lose_a_unit(books: Any, truth: Any, calls: Any) -> None:
    lot = next(lot for lot in books["lots"] if lot["side"] == "demand" and lot["balances"].get("queued"))
    lot["balances"]["queued"] -= 1


def _order_twice(books: Any, truth: Any, calls: Any) -> None:
    theirs = truth[PARTNER]["orders"]
    theirs.append(copy.deepcopy(next(order for order in theirs if any(tag.startswith("ph-") for tag in order["tags"]))))


def _send_more(books: Any, truth: Any, calls: Any) -> None:
    order = next(order for order in truth[PARTNER]["orders"] if any(tag.startswith("ph-") for tag in order["tags"]))
    order["lines"][0]["quantity"] += 1


def _tell_the_customer_less(books: Any, truth: Any, calls: Any) -> None:
    truth[RETAILER]["fulfillments"].pop()


def _show_the_partners_number(books: Any, truth: Any, calls: Any) -> None:
    number = truth[PARTNER]["fulfillments"][0]["tracking_numbers"]
    truth[RETAILER]["fulfillments"][0]["tracking_numbers"] += number


def _open_a_second_week(books: Any, truth: Any, calls: Any) -> None:
    books["master_orders"].append(_master(books, "open") | {"number": 2})


def _freeze_too_early(books: Any, truth: Any, calls: Any) -> None:
    _master(books, "closed")["frozen_at"] = "2020-01-01T00:00:00Z"


def _offer_too_much(books: Any, truth: Any, calls: Any) -> None:
    for level in truth[RETAILER]["stock"]:
        level["available"] += 1


def _believe_in_too_much(books: Any, truth: Any, calls: Any) -> None:
    for level in truth[PARTNER]["stock"]:
        level["available"] -= 1


def _forget_a_move(books: Any, truth: Any, calls: Any) -> None:
    books["moves"].pop()


def _tell_the_partner_a_name(books: Any, truth: Any, calls: Any) -> None:
    next(call for call in calls if call["shop"] == PARTNER)["variables"]["note"] = MARKS["retailer_customer"]


def _keep_a_name(books: Any, truth: Any, calls: Any) -> None:
    books["exceptions"].append({"kind": "x", "cause": MARKS["partner_customer"].title(), "resolved_at": None})


BROKEN_BY: dict[Doctor, set[int]] = {
    _lose_a_unit: {1, 4},
    _order_twice: {1},
    _send_more: {1},
    _tell_the_customer_less: {1},
    _show_the_partners_number: {1},
    _open_a_second_week: {2},
    _freeze_too_early: {2},
    _offer_too_much: {3},
    _believe_in_too_much: {3},
    _forget_a_move: {4},
    _tell_the_partner_a_name: {6},
    _keep_a_name: {6},
}


async def test_whatever_went_wrong_breaks_its_promise(evidence: Evidence) -> None:
    found: dict[Doctor, set[int]] = {}
    for doctor in BROKEN_BY:
        doctored = copy.deepcopy(evidence)
        doctor(doctored.books, doctored.truth, doctored.calls)
        found[doctor] = broken(doctored)

    assert found == BROKEN_BY
