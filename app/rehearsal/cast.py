"""Who plays in a rehearsal: invented retailers and partners, the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

ROASTERS = ("Oak", "Oak Hill", "Harbour", "Lantern", "Juniper", "Copper Kettle", "Northwind", "Saltmarsh")
BLENDS = ("House Blend", "Espresso Nero", "Decaf Dusk", "Single Origin Huila", "Filter Morning", "Winter Roast")
SIZES = (("250 g", "9.50"), ("500 g", "17.00"), ("1 kg", "31.00"))
ZONES = ("America/New_York", "Europe/Amsterdam", "America/Denver", "Pacific/Auckland")
DOMAIN = ".myshopify.com"


@dataclass(frozen=True, slots=True)
class PartnerPart:
    """A partner's store: what it is called, what it sells, when its week ends."""

    shop: str
    name: str
    time_zone: str
    discount: Decimal
    weekday: int
    cutoff_time: time
    buffer: int
    products: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RetailerPart:
    """A retailer's store and the partners it invites."""

    shop: str
    name: str
    partners: Sequence[PartnerPart]


def cast(seed: int, retailers: int, partners: int, *, shared_partner: bool) -> list[RetailerPart]:
    """Return the players; with `shared_partner` every retailer also sells the first retailer's first partner."""
    dice = random.Random(f"cast:{seed}")
    parts: list[RetailerPart] = []
    number = 0
    for index in range(retailers):
        invited = []
        for _ in range(partners):
            invited.append(_partner(dice, number))
            number += 1
        if shared_partner and index:
            invited = [parts[0].partners[0], *invited[1:]]
        parts.append(RetailerPart(f"good-cup-{index + 1}{DOMAIN}", f"Good Cup {index + 1}", invited))
    return parts


def _partner(dice: random.Random, number: int) -> PartnerPart:
    name = ROASTERS[number % len(ROASTERS)] + (f" {number // len(ROASTERS) + 1}" if number >= len(ROASTERS) else "")
    handle = name.lower().replace(" ", "-")
    titles = dice.sample(BLENDS, 3)
    return PartnerPart(
        shop=f"{handle}{DOMAIN}",
        name=f"{name} Roasters",
        time_zone=ZONES[number % len(ZONES)],
        discount=Decimal(dice.choice(("0.30", "0.35", "0.40"))),
        weekday=4,
        cutoff_time=time(18),
        buffer=2,
        products=[_product(dice, title, f"{handle[:3].upper()}{place}") for place, title in enumerate(titles)],
    )


def _product(dice: random.Random, title: str, code: str) -> dict[str, Any]:
    return {
        "title": title,
        "description_html": f"<p>{title}, roasted weekly.</p>",
        "product_type": "Coffee",
        "status": "ACTIVE",
        "options": [{"name": "Size", "values": [size for size, _ in SIZES]}],
        "variants": [
            {
                "sku": f"{code}-{size.replace(' ', '')}",
                "price": price,
                "option_values": [size],
                "quantity": dice.randint(60, 120),
                "weight": "250",
                "weight_unit": "GRAMS",
            }
            for size, price in SIZES
        ],
    }
