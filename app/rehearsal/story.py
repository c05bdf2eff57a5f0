"""The story of a rehearsed week: what customers and partners do and when, drawn by seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)
CUSTOMER_HOURS = (timedelta(hours=6), timedelta(days=5))
"""Customers buy from the first morning until the last partner's cut-off is over."""


class Deed(StrEnum):
    """What somebody outside the hub does."""

    BUY = "buy"
    PAY = "pay"
    CANCEL = "cancel"
    REDUCE = "reduce"
    RESTOCK = "restock"
    FULFILL = "fulfill"
    RECEIVE = "receive"
    SHIP = "ship"


@dataclass(frozen=True, slots=True, order=True)
class Scene:
    """One deed at its time; `number` tells customers apart."""

    at: datetime
    number: int
    deed: Deed


def week(seed: int, index: int, begins: datetime, orders: int) -> list[Scene]:
    """Return a week's scenes in order.

    Of the orders one in eight is paid later, one in ten cancelled, one in twelve reduced. The partners send their
    master orders a day after the cut-offs, the centre opens the parcels on the day after and ships at once.
    """
    dice = random.Random(f"week:{seed}:{index}")
    scenes = list(_customers(dice, begins, orders))
    scenes += [Scene(begins + timedelta(days=2, hours=9), 0, Deed.RESTOCK)]
    scenes += [Scene(begins + timedelta(days=5, hours=12), 0, Deed.FULFILL)]
    scenes += [Scene(begins + timedelta(days=6, hours=10), 0, Deed.RECEIVE)]
    scenes += [Scene(begins + timedelta(days=6, hours=11), 0, Deed.SHIP)]
    return sorted(scenes)


def basket(seed: int, index: int, number: int, variants: Sequence[str]) -> list[tuple[str, int]]:
    """Return what a customer puts in the basket: up to three variants, of one partner or several."""
    dice = random.Random(f"basket:{seed}:{index}:{number}")
    chosen = dice.sample(list(variants), k=min(len(variants), dice.choice((1, 1, 2, 3))))
    return [(variant, dice.choice((1, 1, 1, 2, 3))) for variant in chosen]


def pays_later(seed: int, index: int, number: int) -> bool:
    """Tell whether a customer pays some time after ordering."""
    return random.Random(f"pays:{seed}:{index}:{number}").random() < 1 / 8


def _customers(dice: random.Random, begins: datetime, orders: int) -> Iterator[Scene]:
    first, last = CUSTOMER_HOURS
    for number in range(1, orders + 1):
        at = begins + first + (last - first) * dice.random()
        at = at.replace(microsecond=0)
        yield Scene(at, number, Deed.BUY)
        later = at + timedelta(minutes=dice.randint(20, 1200))
        fate = dice.random()
        yield Scene(later, number, Deed.PAY)
        if fate < 0.10:
            yield Scene(later + timedelta(minutes=5), number, Deed.CANCEL)
        elif fate < 0.18:
            yield Scene(later + timedelta(minutes=5), number, Deed.REDUCE)
