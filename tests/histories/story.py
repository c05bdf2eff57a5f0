"""What happens in a history, drawn by seed: acts are plain data that name things by a share, so any can be left out."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Act = Mapping[str, Any]
Dice = random.Random


@dataclass(frozen=True, slots=True)
class Story:
    """One history: where it plays, under which weather, and what happens."""

    seed: int
    shape: int
    faults: str
    acts: tuple[Act, ...]


FEWEST, MOST = 62, 72  # but for what follows the last cut-off
STEPS = (0, 1, 5, 20, 45, 120, 300, 480, 840)  # seconds
JUMPS = (0.3, 1, 3, 7, 16, 26, 50)  # hours
AWAY = (0, 0.3, 3, 30)  # hours; after two days Shopify asks that a store that left be forgotten
SCOPES = (
    "write_draft_orders",
    "read_orders",
    "read_products",
    "read_inventory",
    "read_fulfillments",
    "write_inventory",
)
AROUND_CUTOFF = (-30, -1, 0, 0, 1, 60, 890, 905, 1800, 8000, 90000)  # seconds
PAYMENTS = ("paid",) * 7 + ("pending", "pending", "authorized")


def draw(seed: int, faults: str, shapes: int) -> Story:
    """Return the history of a seed."""
    dice = random.Random(f"history:{seed}")
    count = dice.randint(FEWEST, MOST)
    weights = [weight for weight, _ in ACTS.values()]
    acts = _draw_all(OPENING, dice)
    while len(acts) < count:
        [kind] = dice.choices(list(ACTS), weights)
        acts += _draw_all([kind, *(WEEK_GOES_ON if kind == "cutoff" and dice.random() < 0.7 else ())], dice)
    return Story(seed, seed % shapes, faults, tuple(acts))


def _draw_all(kinds: Iterable[str], dice: Dice) -> list[Act]:
    return [{"do": kind, **ACTS[kind][1](dice)} for kind in kinds]


def with_acts(story: Story, acts: Sequence[Act]) -> Story:
    """Return the story with these acts only."""
    return replace(story, acts=tuple(acts))


def _share(dice: Dice) -> float:
    return round(dice.random(), 4)


def _which(dice: Dice) -> dict[str, Any]:
    return {"which": _share(dice)}


def _place(dice: Dice) -> dict[str, Any]:
    lines = [(_share(dice), dice.choice((1, 1, 2, 3, 5))) for _ in range(dice.choice((1, 1, 2, 3)))]
    return {
        "shop": _share(dice),
        "lines": lines,
        "payment": dice.choice(PAYMENTS),
        "terms": dice.random() < 0.04,
        "test": dice.random() < 0.04,
        "grind": dice.random() < 0.2,
        "force": dice.random() < 0.4,
    }


def _edit(dice: Dice) -> dict[str, Any]:
    return {
        **_which(dice),
        "line": _share(dice),
        "delta": dice.choice((-9, -2, -1, -1, 1, 2, 3)),
        "adds": _share(dice) if dice.random() < 0.2 else None,
        "paid": dice.random() < 0.6,
    }


def _refund(dice: Dice) -> dict[str, Any]:
    units = dice.choice((0, 1, 1, 2))
    return {**_which(dice), "line": _share(dice), "units": units, "restock": dice.random() < 0.6}


def _stock(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "available": dice.choice((0, 3, 8, 15, 30, 60))}


def _buys(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "quantity": dice.randint(1, 3)}


def _meddle(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "line": _share(dice), "quantity": dice.choice((0, 1, 2, 4, 9)), "note": dice.random() < 0.2}


def _fulfil(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "part": dice.choice((0.3, 0.5, 1, 1, 1)), "number": dice.randint(1, 10**8)}


def _price(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "price": dice.choice(("12.49", "14.00", "15.00", "16.10"))}


def _scope(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "scope": dice.choice(SCOPES)}


def _receive(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "off": [dice.choice((0, 0, 0, 0, -1, -2, 1)) for _ in range(4)]}


def _recount(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "off": [dice.choice((-9, -2, -1, 0, 1, 2)) for _ in range(4)]}


def _ship(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "part": dice.choice((0.5, 1, 1, 1)), "hands_over": dice.random() < 0.8}


def _calendar(dice: Dice) -> dict[str, Any]:
    hour = dice.choice(("02:30", "09:00", "18:00"))
    return {**_which(dice), "weekday": dice.randint(1, 7), "cutoff_time": hour}


def _turn(dice: Dice) -> dict[str, Any]:
    return {"seconds": dice.choice(STEPS)}


def _to(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "to": _share(dice)}


def _grace(dice: Dice) -> dict[str, Any]:
    return {"seconds": dice.choice((0, 960, 1800))}


def _jump(dice: Dice) -> dict[str, Any]:
    return {"hours": dice.choice(JUMPS)}


def _leaves(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "hours": dice.choice(AWAY)}


def _cutoff(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "seconds": dice.choice(AROUND_CUTOFF)}


def _halt(dice: Dice) -> dict[str, Any]:
    return {
        "nth": dice.randint(1, 6),
        "moment": dice.choice(("before", "after")),
        "ends": dice.choice(("dies", "dies", "freezes", "freezes", "database")),
        "thaws": dice.choice((0, 1, 2)),
    }


def _redeliver(dice: Dice) -> dict[str, Any]:
    return {**_which(dice), "delay": dice.choice((0, 0, 300))}


ACTS: Mapping[str, tuple[float, Callable[[Dice], dict[str, Any]]]] = {
    "place": (18, _place),
    "pay": (5, _which),
    "edit": (6, _edit),
    "cancel": (4, _which),
    "refund": (3, _refund),
    "hold": (2.5, _which),
    "release": (2.5, _which),
    "stock": (3, _stock),
    "own_sale": (1.5, _buys),
    "edit_draft": (2, _meddle),
    "delete_draft": (1, _which),
    "complete_draft": (1, _which),
    "fulfil": (7, _fulfil),
    "unfulfil": (0.7, _which),
    "reprice": (0.5, _price),
    "fulfil_by_hand": (0.5, _fulfil),
    "take_back": (0.4, _which),
    "retrack": (0.7, _fulfil),
    "receive": (7, _receive),
    "recount": (1.2, _recount),
    "ship": (6, _ship),
    "unpack": (0.5, _which),
    "uninstall": (0.5, _which),
    "reinstall": (1.2, _which),
    "retailer_leaves": (0.3, _leaves),
    "cancel_master": (0.6, _which),
    "order_again": (0.8, _which),
    "freeze_store": (0.4, _which),
    "unfreeze_store": (0.8, _which),
    "buffer": (0.5, _buys),
    "calendar": (0.5, _calendar),
    "sync": (0.7, _which),
    "restore": (1, _which),
    "keep": (0.7, _which),
    "correct": (0.5, _fulfil),
    "disconnect": (0.25, _which),
    "rejoin": (0.6, _which),
    "shelf": (0.3, _to),
    "redeliver": (1.5, _redeliver),
    "drift": (0.7, _stock),
    "expire_tokens": (0.5, _which),
    "revoke_tokens": (0.4, _which),
    "open_app": (0.8, _which),
    "take_scope": (0.4, _scope),
    "move": (0.5, _to),
    "delete_variant": (0.3, _which),
    "halt": (3, _halt),
    "stop": (0.8, lambda _: {}),
    "start": (1.2, lambda _: {}),
    "turn": (16, _turn),
    "grace": (1, _grace),
    "jump": (3, _jump),
    "cutoff": (4.5, _cutoff),
}
"""Each kind of act with how often it comes, and how it is drawn."""

OPENING = ("turn", "place", "place", "place", "turn", "place", "place")
"""How each history begins, so that there is something to happen to."""

WEEK_GOES_ON = ("grace", "fulfil", "turn", "receive", "ship", "fulfil", "turn", "receive", "turn", "ship", "ship")
"""What often follows a cut-off, so that goods get as far as the customer."""
