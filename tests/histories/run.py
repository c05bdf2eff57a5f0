"""Plays one history from its beginning to the calm after it, and has it judged."""

import logging
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from simulator.faults.faults import PROFILES, Faults
from simulator.world.draws import Draws
from simulator.world.switches import Switches
from tests.histories.checker.judge import judge
from tests.histories.clockwork import Hands
from tests.histories.evidence import gather
from tests.histories.play import Player
from tests.histories.stage import Stage, Theatre
from tests.histories.story import Story

ORDERS_WITHIN = timedelta(minutes=35)
REFUSED_WITHIN = timedelta(minutes=61)  # then each store has been called, and refused those it shut out
STOCK_WITHIN = timedelta(minutes=75)
SHUT_OUT = ("revoke_tokens", "retailer_leaves")
"""After these somebody has to open the app to let the hub in again, and may not have got through."""
LOOKS_EACH = timedelta(minutes=5)
LOG = logging.getLogger("histories")


@dataclass(slots=True)
class Played:
    """What came of a history."""

    story: Story
    findings: list[str]
    orders: int = 0
    units: int = 0
    reached: Counter[str] = field(default_factory=Counter)  # how far goods got
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    trace: tuple[Any, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return not self.findings


async def play(theatre: Theatre, story: Story) -> Played:
    """Play the story and judge what is left when it has calmed down."""
    began = time.process_time()
    random.seed(story.seed)
    switches = Switches().drawn(Draws(story.seed))
    async with theatre.open(story.shape, story.seed, switches) as stage:
        player = Player(stage, Hands(stage))
        played = Played(story, [])
        played.findings = await _through(player, played)
        played.orders, played.units = player.placed, player.units
        played.faults = Counter(f"{each.phase} {each.action}" for each in stage.world.fault_log)
        played.trace = _trace(stage)
    played.seconds = time.process_time() - began
    return played


async def _through(player: Player, played: Played) -> list[str]:
    """Return what is wrong; a fault of the hub or of the world ends the history where it is."""
    player.stage.world.faults = faults_of(played.story)
    try:
        for act in played.story.acts:
            await player.play(act)
        return await _calm(player, played)
    except Exception as error:
        LOG.exception("a history was halted")
        return [f"halted: {type(error).__name__}: {error}"]


def faults_of(story: Story) -> Faults:
    """Return the weather; what is delayed in machine time is so by nothing."""
    rules = [replace(rule, seconds=0.0) if rule.action == "delay" else rule for rule in PROFILES[story.faults]]
    return Faults(seed=story.seed, profile=story.faults, rules=rules)


async def _calm(player: Player, played: Played) -> list[str]:
    """Let the weather end, and look when orders must be in; what is not right by then has until everything must be."""
    await player.hands.rest()
    while any(store.app.frozen for store in player.stage.world.stores.values()):
        await player.play({"do": "unfreeze_store", "which": 0.0})
    await player.permit_everything()
    answer = await player.stage.control.put("/faults", json={"profile": "none"})
    assert answer.status_code == 200, answer.text
    if any(act["do"] in SHUT_OUT for act in played.story.acts):
        await player.hands.turn(REFUSED_WITHIN, step=LOOKS_EACH)
        await player.open_everywhere()
    await player.hands.turn(ORDERS_WITHIN, step=LOOKS_EACH)
    evidence = await gather(player.stage)
    findings = judge(evidence, orders_only=True)
    if not findings and judge(evidence):
        await player.hands.turn(STOCK_WITHIN - ORDERS_WITHIN, step=LOOKS_EACH)
        evidence = await gather(player.stage)
        findings = judge(evidence)
    played.reached = _reached(evidence["books"])
    return findings


def _reached(books: Mapping[str, Any]) -> Counter[str]:
    return Counter(
        {
            "master orders": sum(each["state"] == "closed" for each in books["master_orders"]),
            "parcels": len(books["receipts"]),
            "boxes": sum(each["state"] == "shipped" for each in books["shipments"]),
            "exceptions": len(books["exceptions"]),
        }
    )


def _trace(stage: Stage) -> tuple[Any, ...]:
    """Return what two plays of one story must have in common."""
    world = stage.world
    return (
        world.now,
        tuple((each.at, each.shop, each.operation, each.outcome) for each in world.requests),
        tuple((each.at, each.shop, each.operation, each.action) for each in world.fault_log),
        tuple((each.triggered_at, each.shop, each.topic, each.state) for each in world.outbox.log),
    )
