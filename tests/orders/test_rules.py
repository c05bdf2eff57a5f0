"""What an order's lines want, since when, and whether it was paid: tables of cases."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.orders.rules import (
    OpenQuantity,
    PaymentBooks,
    Routing,
    SentUnits,
    ShownLine,
    Wanted,
    carried_properties,
    is_shown_at,
    ordered_over_time,
    payable_at,
    sent_by_hand,
    shipped_unseen,
    standing_units,
    target_of,
    wanted_units,
)

PLACED = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
NOT_ROUTED = Routing(is_shown=False, was_shown=False, is_cancelled=False)
ROUTED = Routing(is_shown=True, was_shown=True, is_cancelled=False)
GONE = Routing(is_shown=False, was_shown=True, is_cancelled=False)
CANCELLED = Routing(is_shown=False, was_shown=False, is_cancelled=True)


def at(hours: float) -> datetime:
    """So many hours after the order."""
    return PLACED + timedelta(hours=hours)


def books(status: str, *movements: tuple[str, float, str], needs_payment: bool = True) -> PaymentBooks:
    """An order of 100 and what happened since: ("sold" | "paid", hour, amount)."""
    sold = [(PLACED, Decimal(100))] + [
        (at(hour), Decimal(amount)) for kind, hour, amount in movements if kind == "sold"
    ]
    received = [(at(hour), Decimal(amount)) for kind, hour, amount in movements if kind == "paid"]
    return PaymentBooks(status, needs_payment, sold, received)


@pytest.mark.parametrize(
    ("open_quantities", "fulfilled", "unfulfilled", "routing", "known", "target"),
    [
        pytest.param([], 0, 3, NOT_ROUTED, 0, 3, id="E29: before its fulfilment orders exist"),
        pytest.param([], 0, 1, NOT_ROUTED, 3, 1, id="edited before its fulfilment orders exist"),
        pytest.param([], 0, 0, GONE, 3, 3, id="E29: a list that is empty now lowers nothing"),
        pytest.param([], 1, 1, GONE, 3, 3, id="E29: nor does it with units sent"),
        pytest.param([], 0, 2, ROUTED, 0, 2, id="a line added by an edit, not routed yet"),
        pytest.param([], 0, 0, ROUTED, 3, 0, id="F3: a line removed by an edit"),
        pytest.param([("OPEN", 3)], 0, 3, ROUTED, 0, 3, id="open"),
        pytest.param([("OPEN", 2)], 0, 2, ROUTED, 3, 2, id="F1: edited to 2"),
        pytest.param([("OPEN", 5)], 0, 5, ROUTED, 3, 5, id="F2: edited to 5"),
        pytest.param([("IN_PROGRESS", 2)], 1, 2, ROUTED, 3, 3, id="partly sent"),
        pytest.param([("CLOSED", 0)], 3, 0, ROUTED, 3, 3, id="all sent"),
        pytest.param([("CLOSED", 0), ("OPEN", 3)], 0, 3, ROUTED, 3, 3, id="E30: moved, the closed one still listed"),
        pytest.param([("CLOSED", 3), ("OPEN", 3)], 0, 3, ROUTED, 3, 3, id="E30: the closed one keeps its number"),
        pytest.param([("ON_HOLD", 1), ("SCHEDULED", 1), ("INCOMPLETE", 1)], 0, 3, ROUTED, 3, 3, id="each still wanted"),
        pytest.param([("CANCELLED", 0)], 0, 0, ROUTED, 3, 0, id="F6: cancelled"),
        pytest.param([("CANCELLED", 0)], 2, 0, ROUTED, 3, 2, id="cancelled after two were sent"),
        pytest.param([], 0, 3, CANCELLED, 3, 0, id="cancelled before it was routed"),
        pytest.param([("CLOSED", 0)], 3, 0, ROUTED, 3, 3, id="F15: returned later, what was sent stays sent"),
    ],
)
def test_target(
    open_quantities: list[tuple[str, int]], fulfilled: int, unfulfilled: int, routing: Routing, known: int, target: int
) -> None:
    """E29, E30, F1, F2, F3, F6, F15"""
    line = ShownLine([OpenQuantity(*each) for each in open_quantities], fulfilled, unfulfilled)

    assert target_of(line, routing, known) == target


@pytest.mark.parametrize(
    ("ordered", "booked", "paid"),
    [
        pytest.param(0, books("PAID", ("paid", 0, "100")), 0, id="paid at once"),
        pytest.param(0, books("PAID", ("paid", -0.01, "100")), 0, id="paid a moment before it was placed"),
        pytest.param(0, books("PAID", ("paid", 5, "100")), 5, id="paid later"),
        pytest.param(0, books("PAID", ("paid", 2, "40"), ("paid", 7, "60")), 7, id="paid in two parts"),
        pytest.param(0, books("PENDING"), None, id="pending"),
        pytest.param(0, books("AUTHORIZED"), None, id="authorised only"),
        pytest.param(0, books("EXPIRED"), None, id="the authorisation ran out"),
        pytest.param(0, books("VOIDED"), None, id="voided"),
        pytest.param(0, books("PARTIALLY_PAID", ("paid", 1, "99.99")), None, id="a cent is missing"),
        pytest.param(0, books("PENDING", needs_payment=False), 0, id="payment terms: nothing to wait for"),
        pytest.param(4, books("PENDING", ("sold", 4, "50"), needs_payment=False), 4, id="payment terms, added later"),
        pytest.param(0, books("PARTIALLY_PAID", ("paid", 0, "100"), ("sold", 3, "50")), 0, id="unpaid edit: the first"),
        pytest.param(3, books("PARTIALLY_PAID", ("paid", 0, "100"), ("sold", 3, "50")), None, id="unpaid edit: added"),
        pytest.param(
            3, books("PAID", ("paid", 0, "100"), ("sold", 3, "50"), ("paid", 6, "50")), 6, id="the edit paid later"
        ),
        pytest.param(
            0,
            books("PAID", ("paid", 0, "100"), ("sold", 3, "50"), ("paid", 6, "50")),
            0,
            id="which delays nothing else",
        ),
        pytest.param(0, books("REFUNDED", ("paid", 1, "100"), ("paid", 9, "-100")), 1, id="refunded later"),
        pytest.param(0, books("PARTIALLY_REFUNDED", ("paid", 1, "100"), ("paid", 9, "-30")), 1, id="partly refunded"),
        pytest.param(
            0,
            books("PARTIALLY_REFUNDED", ("paid", 1, "100"), ("sold", 9, "-30"), ("paid", 9, "-30")),
            1,
            id="units refunded",
        ),
        pytest.param(
            3,
            books(
                "PARTIALLY_REFUNDED",
                *(("paid", 0, "100"), ("sold", 3, "50"), ("paid", 3, "50"), ("paid", 3, "-1")),
                *(("sold", 6, "50"), ("paid", 6, "50")),
            ),
            3,
            id="a little given back in the second of the payment",
        ),
        pytest.param(
            3,
            books(
                "PARTIALLY_PAID",
                *(("paid", 0, "100"), ("sold", 3, "50"), ("sold", 5, "-80"), ("paid", 5, "-80"), ("sold", 8, "10")),
            ),
            None,
            id="what is refunded of the others pays for nothing that was added",
        ),
        pytest.param(
            3,
            books(
                "PARTIALLY_REFUNDED",
                *(("paid", 0, "100"), ("sold", 3, "50"), ("sold", 5, "-80"), ("paid", 5, "-80"), ("paid", 7, "50")),
            ),
            7,
            id="nor makes it paid earlier",
        ),
        pytest.param(0, books("PAID", ("paid", 1, "80"), ("sold", 2, "-20")), 2, id="made cheaper until paid"),
        pytest.param(0, books("PAID", ("sold", 0, "-100")), 0, id="nothing to pay"),
        pytest.param(0, books("PENDING", ("sold", 0, "-100")), None, id="nothing to pay, yet shown as pending"),
        pytest.param(0, books("PARTIALLY_PAID", ("paid", 1, "100")), None, id="our sum does not know the shipping"),
        pytest.param(0, books("PAID", ("paid", 1, "90")), 1, id="nor a discount: the status tells"),
        pytest.param(0, books("PAID"), 0, id="marked as paid without a transaction"),
        pytest.param(0, books(""), None, id="no status at all"),
        pytest.param(
            9,
            books("REFUNDED", ("paid", 0, "100"), ("paid", 5, "-100"), ("sold", 5, "-100"), ("sold", 9, "30")),
            None,
            id="ordered after all was paid back, and not paid",
        ),
        pytest.param(
            9,
            books("REFUNDED", ("paid", 0, "100"), ("sold", 9, "60"), ("sold", 9, "-30"), ("paid", 9, "-100")),
            None,
            id="added in the second in which all was paid back",
        ),
        pytest.param(
            0,
            books("REFUNDED", ("paid", 0, "90"), ("paid", 5, "-90"), ("sold", 9, "30")),
            9,
            id="paid by Shopify's word, and refunded",
        ),
    ],
)
def test_paid(ordered: float, booked: PaymentBooks, paid: float | None) -> None:
    """Contract §5: paid at the first instant, not before it was ordered, at which the order stands PAID."""
    assert payable_at(at(ordered), booked) == (None if paid is None else at(paid))


PAID_AT_ONCE = books("PAID", ("paid", 0, "100"))


@pytest.mark.parametrize(
    ("quantity", "edits", "booked", "released", "wanted"),
    [
        pytest.param(3, [], PAID_AT_ONCE, None, [(3, 0)], id="as placed"),
        pytest.param(3, [], books("PAID", ("paid", 5, "100")), None, [(3, 5)], id="as paid"),
        pytest.param(3, [], books("PENDING"), None, [(3, None)], id="unpaid"),
        pytest.param(3, [], PAID_AT_ONCE, 8, [(3, 8)], id="released from a hold"),
        pytest.param(3, [], books("PAID", ("paid", 9, "100")), 8, [(3, 9)], id="released, then paid"),
        pytest.param(
            5,
            [(4, 2)],
            books("PAID", ("paid", 0, "100"), ("sold", 4, "60"), ("paid", 4, "60")),
            None,
            [(3, 0), (2, 4)],
            id="F2: two added",
        ),
        pytest.param(3, [(4, -1)], PAID_AT_ONCE, None, [(2, 0)], id="F1: one taken away"),
        pytest.param(5, [(4, -2), (5, 2)], PAID_AT_ONCE, None, [(1, 0), (2, 5)], id="taken away and added again"),
        pytest.param(6, [(4, 2), (5, -1), (6, 1)], PAID_AT_ONCE, None, [(3, 0), (1, 4), (1, 6)], id="the newest goes"),
        pytest.param(2, [(4, 2)], PAID_AT_ONCE, None, [(2, 4)], id="a line that an edit added"),
        pytest.param(3, [(4, -5)], PAID_AT_ONCE, None, [], id="more taken away than there was"),
    ],
)
def test_wanted(
    quantity: int,
    edits: list[tuple[float, int]],
    booked: PaymentBooks,
    released: float | None,
    wanted: list[tuple[int, float | None]],
) -> None:
    """F1, F2"""
    ordered = ordered_over_time(PLACED, quantity, [(at(h), n) for h, n in edits])

    told = wanted_units(ordered, 0, booked, None if released is None else at(released))

    assert told == [Wanted(n, None if hour is None else at(hour)) for n, hour in wanted]


@pytest.mark.parametrize(
    ("ordered", "target", "standing"),
    [
        pytest.param([(0, 3), (4, -1)], 2, [(0, 2)], id="refunded, and not to be sent"),
        pytest.param([(0, 3), (4, -1)], 3, [(0, 3)], id="refunded, and to be sent all the same"),
        pytest.param([(0, 1), (4, -1)], 1, [(0, 1)], id="all refunded, and to be sent all the same"),
        pytest.param([(0, 3), (2, 2), (4, -1)], 5, [(0, 3), (2, 2)], id="the newest was refunded"),
        pytest.param([(0, 3), (2, -2), (4, 2), (6, -1)], 3, [(0, 1), (4, 2)], id="edited down, up, and refunded"),
        pytest.param([(0, 3)], 2, [(0, 3)], id="somebody else will say what of it is gone"),
    ],
)
def test_what_is_refunded_and_sent_all_the_same_stands(
    ordered: list[tuple[float, int]], target: int, standing: list[tuple[float, int]]
) -> None:
    """F13: the target decides."""
    told = standing_units([(at(hour), units) for hour, units in ordered], target)

    by_time: dict[datetime, int] = defaultdict(int)
    for instant, units in told:
        by_time[instant] += units
    assert by_time == {at(hour): units for hour, units in standing}


@pytest.mark.parametrize(
    ("attributes", "kept"),
    [
        ([("Grind", "French press")], [("Grind", "French press")]),
        ([(" grind ", " fine ")], [("grind", "fine")]),
        ([("Gift message", "Dear Ada"), ("_hidden", "x"), ("Engraving", "Ada")], []),
        ([("Size", ""), ("Roast", "dark"), ("Grind", "fine")], [("Grind", "fine"), ("Roast", "dark")]),
        ([("Grind", "x" * 300)], [("Grind", "x" * 100)]),
    ],
)
def test_properties_that_travel(attributes: list[tuple[str, str]], kept: list[tuple[str, str]]) -> None:
    """E15: an allow-list; what a customer wrote stays behind."""
    assert carried_properties(attributes) == kept


@pytest.mark.parametrize(
    ("shown", "shipped", "boxed", "by_hand"),
    [
        pytest.param(0, 0, 0, 0, id="nothing was sent"),
        pytest.param(2, 0, 0, 2, id="before anything of ours went"),
        pytest.param(3, 2, 0, 1, id="beside ours"),
        pytest.param(2, 2, 0, 0, id="ours"),
        pytest.param(2, 0, 2, 0, id="perhaps the box that is being told of"),
        pytest.param(3, 0, 2, 1, id="more than the box holds"),
        pytest.param(0, 2, 0, 0, id="ours is not shown"),
    ],
)
def test_what_was_sent_beside_us(shown: int, shipped: int, boxed: int, by_hand: int) -> None:
    sent = SentUnits(shown, taken_back=0, shipped=shipped, boxed=boxed, wanted=3)

    assert (sent_by_hand(sent), shipped_unseen(sent)) == (by_hand, 0)


@pytest.mark.parametrize(
    ("shown", "taken_back", "shipped", "wanted", "unseen"),
    [
        pytest.param(0, 0, 2, 3, 0, id="the reading is older than the box"),
        pytest.param(0, 2, 2, 3, 2, id="all of it was taken back"),
        pytest.param(1, 2, 3, 3, 2, id="one box of two"),
        pytest.param(2, 2, 2, 3, 0, id="shown again"),
        pytest.param(1, 2, 2, 3, 1, id="shown again in part"),
        pytest.param(0, 2, 2, 0, 0, id="not wanted any more: over-shipped"),
        pytest.param(0, 2, 2, 1, 1, id="one not wanted any more"),
        pytest.param(0, 1, 2, 3, 1, id="one was taken back; of the other the reading knows nothing yet"),
        pytest.param(1, 1, 0, 3, 0, id="what was sent by hand"),
    ],
)
def test_what_left_and_is_not_shown(shown: int, taken_back: int, shipped: int, wanted: int, unseen: int) -> None:
    assert shipped_unseen(SentUnits(shown, taken_back, shipped, 0, wanted)) == unseen


@pytest.mark.parametrize(("days", "shown"), [(0, True), (59.99, True), (60, False), (400, False)])
def test_how_long_an_order_is_shown(days: float, shown: bool) -> None:
    """E25: of an older one it says nothing that it is not shown."""
    assert is_shown_at(PLACED, PLACED + timedelta(days=days)) is shown
