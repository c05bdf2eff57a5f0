"""The sum behind each quantity: a table of cases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.inventory.rules import (
    PATIENCE,
    Source,
    StockSum,
    Unexplained,
    change_reason,
    decayed,
    decays_at,
    explain,
    in_batches,
    judge_source,
    offered,
    stood_before,
    whole_units,
)
from app.partners.states import PartnerState

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def total(p: int, u: int = 0, others: int = 0, b: int = 0, s: int = 0, provisional: int = 0) -> StockSum:
    return StockSum(p, u, others, provisional, b, s)


@pytest.mark.parametrize(
    ("groups", "batches"),
    [
        ([], []),
        (["a", "b"], ["ab"]),
        (["ab", "c", "def"], ["abc", "def"]),
        (["ab", "cd", "e"], ["ab", "cde"]),
        (["a", "bcdefgh", "i"], ["a", "bcd", "efg", "hi"]),
    ],
)
def test_what_is_sold_from_one_stock_is_weighed_together(groups: list[str], batches: list[str]) -> None:
    """D4: a sale seen at one of them counts for all; only what no batch can hold is parted."""
    assert in_batches(groups, 3) == [list(batch) for batch in batches]


@pytest.mark.parametrize(
    ("terms", "sellable", "reason"),
    [
        pytest.param(total(20, 5, b=2), 13, "", id="D1"),
        pytest.param(total(15, 0, b=2), 13, "", id="D2: the partner sees them now"),
        pytest.param(total(20, 5, b=2), 13, "", id="D3: not yet in this snapshot"),
        pytest.param(total(20, 0, 15, b=2), 3, "", id="D28: others sold 15"),
        pytest.param(total(25, 5, b=2, provisional=1), 17, "", id="D4: a sale not captured yet"),
        pytest.param(total(2, 0, b=2), 0, "buffer", id="D7"),
        pytest.param(total(0, 0), 0, "sold out at the partner", id="D8"),
        pytest.param(total(0, 0, s=4), 4, "", id="D29: surplus at the centre"),
        pytest.param(total(0, 6, b=2, s=4), 4, "", id="what is oversold does not eat the surplus"),
        pytest.param(total(5, 5), 0, "already sold", id="all sold"),
        pytest.param(total(5, 2, 4), 0, "already sold", id="sold by several"),
    ],
)
def test_sellable(terms: StockSum, sellable: int, reason: str) -> None:
    """D1, D2, D3, D7, D28, D29: max(0, P − U − B) + S"""
    assert terms.sellable == sellable
    assert change_reason(terms) == reason


@dataclass
class Known:
    """A partner's variant as last read."""

    is_deleted: bool = False
    is_on_sale: bool = True
    missed_at: datetime | None = None


CONNECTED, GONE = PartnerState.CONNECTED, Known(is_deleted=True, is_on_sale=False)


@pytest.mark.parametrize(
    ("state", "variant", "source"),
    [
        pytest.param(CONNECTED, Known(), Source.SOLD, id="sold"),
        pytest.param(CONNECTED, GONE, Source.DELETED, id="B13"),
        pytest.param(CONNECTED, Known(is_on_sale=False), Source.WITHDRAWN, id="B16: archived or a draft"),
        pytest.param(CONNECTED, Known(missed_at=NOON), Source.MISSED, id="B10: seen by nobody since"),
        pytest.param(
            CONNECTED, Known(missed_at=NOON - timedelta(seconds=1)), Source.SOLD, id="B10: its stock was seen"
        ),
        pytest.param(CONNECTED, None, Source.MISSED, id="unknown"),
        pytest.param(PartnerState.PAUSED, Known(), Source.PAUSED, id="A18"),
        pytest.param(PartnerState.DISCONNECTED, Known(), Source.ENDED, id="A11"),
        pytest.param(PartnerState.DISCONNECTED, GONE, Source.ENDED, id="A11: whatever it was"),
    ],
)
def test_how_a_variant_stands_at_the_partner(state: PartnerState, variant: Known | None, source: Source) -> None:
    """What is sold there, and nothing else, is offered; of the rest it is said what it is (B10, B13, B16, A18)."""
    assert judge_source(state, variant, NOON) is source


@pytest.mark.parametrize(
    ("terms", "source", "reason"),
    [
        (total(0), Source.SOLD, "sold out at the partner"),
        (total(0), Source.DELETED, "deleted by the partner"),
        (total(0), Source.WITHDRAWN, "taken off sale by the partner"),
        (total(0), Source.PAUSED, "partner paused"),
        (total(0, s=2), Source.DELETED, ""),
        (total(2, b=2), Source.SOLD, "buffer"),
    ],
)
def test_what_is_not_sold_there_is_not_called_sold_out(terms: StockSum, source: Source, reason: str) -> None:
    assert change_reason(terms, source) == reason


@pytest.mark.parametrize(
    ("available", "units"),
    [(-4, 0), (0, 0), (3, 3), (3.7, 3), (Decimal("3.7"), 3), (None, 10)],
)
def test_whole_units(available: float | Decimal | None, units: int) -> None:
    """D5"""
    assert whole_units(available, untracked_cap=10) == units


@pytest.mark.parametrize(("pool", "units_per", "count"), [(3, 1, 3), (3, 2, 1), (1, 2, 0), (0, 1, 0)])
def test_packs_share_the_pool(pool: int, units_per: int, count: int) -> None:
    """B21"""
    assert offered(total(pool), units_per) == count


JUST_NOW, LONG_AGO = NOON - timedelta(minutes=2), NOON - PATIENCE


@pytest.mark.parametrize(
    ("was", "dropped", "captured", "becomes"),
    [
        pytest.param(Unexplained(), 0, 0, Unexplained(), id="nothing happened"),
        pytest.param(Unexplained(), 1, 0, Unexplained(1, NOON), id="a sale that is not captured yet"),
        pytest.param(Unexplained(1, JUST_NOW), 0, 1, Unexplained(), id="its order is captured"),
        pytest.param(Unexplained(), 2, 2, Unexplained(), id="sold and captured since the last look"),
        pytest.param(Unexplained(), 0, 1, Unexplained(-1, NOON), id="captured before the store shows it"),
        pytest.param(Unexplained(-1, JUST_NOW), 1, 0, Unexplained(), id="now it shows it"),
        pytest.param(Unexplained(1, JUST_NOW), 1, 0, Unexplained(2, JUST_NOW), id="patience counts from the first"),
        pytest.param(Unexplained(1, LONG_AGO), 0, 0, Unexplained(), id="it was no sale"),
        pytest.param(Unexplained(1, LONG_AGO), 1, 0, Unexplained(1, NOON), id="a new one afterwards"),
        pytest.param(Unexplained(2, JUST_NOW), -1, 0, Unexplained(1, JUST_NOW), id="one was cancelled before capture"),
        pytest.param(Unexplained(), -5, 0, Unexplained(), id="a rise explains nothing"),
        pytest.param(Unexplained(-1, JUST_NOW), -5, 0, Unexplained(-1, JUST_NOW), id="nor takes back what is captured"),
    ],
)
def test_what_no_order_explains(was: Unexplained, dropped: int, captured: int, becomes: Unexplained) -> None:
    """D4"""
    assert explain(was, dropped, captured, NOON) == becomes


@pytest.mark.parametrize(
    ("hours", "sellable", "next_in"),
    [
        pytest.param(0, 15 + 4, 2, id="just read"),
        pytest.param(1.99, 15 + 4, 2, id="not yet two hours"),
        pytest.param(2, 7 + 4, 6, id="half, rounded down"),
        pytest.param(5.99, 7 + 4, 6, id="not yet six hours"),
        pytest.param(6, 0 + 4, None, id="nothing but what is at the centre"),
        pytest.param(90, 0 + 4, None, id="for days"),
    ],
)
def test_an_old_reading_vouches_for_less(hours: float, sellable: int, next_in: float | None) -> None:
    """D18: half after two hours, nothing after six; the surplus is ours and stays."""
    read_at = NOON - timedelta(hours=hours)

    found = decayed(total(20, 3, b=2, s=4), read_at, NOON)

    assert found.sellable == sellable
    assert decays_at(found, read_at, NOON) == (None if next_in is None else read_at + timedelta(hours=next_in))


def test_of_nothing_there_is_nothing_to_withhold() -> None:
    """D18"""
    sold_out = decayed(total(3, 5), NOON - timedelta(hours=3), NOON)

    assert (sold_out.withheld, decays_at(sold_out, NOON - timedelta(hours=3), NOON)) == (0, None)
    assert change_reason(decayed(total(3), NOON - timedelta(hours=7), NOON)) == "not read for hours"


@pytest.mark.parametrize(
    ("seen", "asked_for", "there", "stood"),
    [
        (18, 18, 17, 18),
        (18, 8, 18, 18),
        (18, 8, 8, 8),
        (18, 8, 7, 8),
        (18, 8, 12, 18),
        (18, 28, 18, 18),
        (18, 28, 16, 18),
        (18, 28, 28, 28),
        (18, 28, 27, 28),
        (18, 28, 30, 28),
    ],
)
def test_from_which_number_the_store_came(seen: int, asked_for: int, there: int, stood: int) -> None:
    """D4: seen as one number, asked to be another, and nobody heard: the fewest sales explain what is there."""
    assert stood_before(seen, asked_for, there) == stood
