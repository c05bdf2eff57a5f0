"""Which lots fill a box, and which fulfilment order lines it answers."""

import pytest

from app.fulfillment.models import Shipment, ShipmentLine
from app.fulfillment.rules import CannotFulfill, PackedLot, ReadyLot, ToFulfill, choose_lines, fill, packable


@pytest.mark.parametrize(
    ("wanted", "packed"),
    [
        ({1: 2}, [PackedLot(1, 1, 2, 2)]),
        ({1: 5}, [PackedLot(1, 1, 3, 3), PackedLot(2, 1, 2, 2)]),
        ({2: 1}, [PackedLot(3, 2, 1, 2)]),
        ({2: 2}, [PackedLot(3, 2, 1, 3), PackedLot(4, 2, 1, 1)]),
        ({3: 1}, [PackedLot(5, 3, 0, 1), PackedLot(6, 3, 1, 1)]),
        ({1: 6}, None),
        ({2: 3}, None),
        ({9: 1}, None),
    ],
)
def test_lots_fill_a_box_oldest_first(wanted: dict[int, int], packed: list[PackedLot] | None) -> None:
    """B21: a pack of two needs two of the partner's units, whichever master orders they came with."""
    sizes = {1: (3, 1, 1), 2: (2, 1, 1), 3: (3, 2, 2), 4: (2, 2, 2), 5: (1, 3, 2), 6: (2, 3, 2)}  # units, line, per
    ready = [ReadyLot(lot, line, units, per) for lot, (units, line, per) in sizes.items()]

    assert fill(wanted, ready) == packed
    assert packable(ready) == {1: 5, 2: 2, 3: 1}


def open_line(order: str, line: str, of: str, remaining: int, status: str = "OPEN", place: str = "L1") -> ToFulfill:
    return ToFulfill(order, status, place, line, of, remaining)


@pytest.mark.parametrize(
    ("wanted", "lines", "groups"),
    [
        ({"a": 2}, [open_line("F1", "1", "a", 3)], [{"F1": [("1", 2)]}]),
        ({"a": 2}, [open_line("F1", "1", "a", 3), open_line("F1", "2", "b", 3)], [{"F1": [("1", 2)]}]),
        (
            {"a": 2},
            [open_line("F1", "1", "a", 1), open_line("F2", "2", "a", 1)],
            [{"F1": [("1", 1)], "F2": [("2", 1)]}],
        ),
        (
            {"a": 1, "b": 1},
            [open_line("F1", "1", "a", 1), open_line("F2", "2", "b", 1, place="L2")],
            [{"F1": [("1", 1)]}, {"F2": [("2", 1)]}],
        ),
        ({"a": 1}, [open_line("F0", "0", "a", 1, "CLOSED"), open_line("F1", "1", "a", 1)], [{"F1": [("1", 1)]}]),
    ],
)
def test_only_what_is_in_the_box(wanted: dict[str, int], lines: list[ToFulfill], groups: object) -> None:
    """I2, E30."""
    assert choose_lines(wanted, lines) == groups


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([open_line("F1", "1", "a", 2, "ON_HOLD")], "on hold"),
        ([open_line("F1", "1", "a", 2, "SCHEDULED")], "scheduled"),
        ([open_line("F1", "1", "a", 1)], "fewer units"),
        ([], "fewer units"),
    ],
)
def test_why_a_box_cannot_be_posted(lines: list[ToFulfill], reason: str) -> None:
    """I3, I4."""
    with pytest.raises(CannotFulfill, match=reason):
        choose_lines({"a": 2}, lines)


def two_packs() -> Shipment:
    """Two packs of two in one box: one unit came with one master order, three with the next."""
    lines = [(10, 0, 1), (11, 2, 3)]
    return Shipment(
        lines=[ShipmentLine(order_line_id=1, lot_id=lot, quantity=items, units=units) for lot, items, units in lines]
    )


@pytest.mark.parametrize(
    ("left", "items"), [({10: 1, 11: 3}, 2), ({10: 1, 11: 1}, 1), ({10: 0, 11: 2}, 1), ({10: 0, 11: 0}, 0)]
)
def test_a_pack_of_two_master_orders_is_one_item(left: dict[int, int], items: int) -> None:
    """B21: what of the box is still wanted is told whole, whichever of its units were cancelled."""
    box = two_packs()
    told = box.items(left)
    box.keep(left)

    assert told == {1: items}
    assert sum(line.quantity for line in box.lines) == items
    assert {line.lot_id: line.units for line in box.lines} == {lot: units for lot, units in left.items() if units}


def test_a_pack_can_be_packed_once_all_of_it_is_here() -> None:
    """B21, H4: whichever master orders it came with; half a pack is none."""
    assert packable([ReadyLot(10, 1, 1, 2), ReadyLot(11, 1, 1, 2), ReadyLot(12, 2, 1, 2)]) == {1: 1}
