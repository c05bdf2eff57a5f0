"""What goes wrong on demand: profiles and rules, drawn by seed for each call and each webhook."""

from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from simulator.world.world import World

Phase = Literal["before", "after", "webhook"]
Action = Literal[
    "drop", "delay", "throttle", "server_error", "garbage", "user_error", "lose", "double", "late", "reorder"
]
REQUEST_ACTIONS: frozenset[str] = frozenset({"drop", "delay", "throttle", "server_error", "garbage", "user_error"})
SECONDS: dict[str, float] = {"delay": 0.2, "late": 600, "reorder": 30, "double": 60}  # the most each one takes


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When something goes wrong. Shop and operation are patterns (`*`); of a webhook the operation is its topic."""

    shop: str = "*"
    operation: str = "*"
    phase: Phase | None = None  # before or after a request took effect, or a webhook; a drop happens before unless told
    action: Action
    probability: float | None = None
    nth: int | None = None  # exactly the nth call or webhook that fits, since the rules were set
    seconds: float | None = None  # of a delay (machine time) or lateness (business time): exactly so long

    def fits(self, shop: str, operation: str) -> bool:
        """Whether the rule is about this operation of this shop."""
        return fnmatch(shop, self.shop) and fnmatch(operation, self.operation)

    @property
    def is_for_webhooks(self) -> bool:
        """Whether the rule is about webhooks, not about requests."""
        return self.phase == "webhook" or self.action not in REQUEST_ACTIONS


PROFILES: dict[str, tuple[Rule, ...]] = {
    "none": (),
    "light": (
        Rule(action="drop", phase="after", probability=0.01),
        Rule(action="throttle", probability=0.01),
        Rule(action="double", probability=0.05),
        Rule(action="late", probability=0.05),
    ),
    "standard": (
        Rule(action="delay", probability=0.03),
        Rule(action="drop", phase="before", probability=0.02),
        Rule(action="drop", phase="after", probability=0.02),
        Rule(action="throttle", probability=0.01),
        Rule(action="server_error", probability=0.01),
        Rule(action="garbage", probability=0.005),
        Rule(action="lose", probability=0.03),
        Rule(action="double", probability=0.10),
        Rule(action="late", probability=0.10),
        Rule(action="reorder", probability=0.05),
    ),
}
SEARCH_LAG_SECONDS = {"standard": 30.0}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing gone wrong; `seconds` says how long a delay or lateness lasts."""

    action: Action
    phase: Phase
    seconds: float = 0


@dataclass(kw_only=True)
class FaultRecord:
    """An entry of the log of faults."""

    number: int
    at: datetime
    shop: str
    operation: str
    occurrence: int
    phase: Phase
    action: Action
    seconds: float


@dataclass(kw_only=True)
class Faults:
    """The faults in force. With a seed of their own they repeat apart from the world's."""

    seed: int
    profile: str = "none"
    rules: list[Rule] = field(default_factory=list)
    fitting: dict[int, int] = field(default_factory=dict)  # how many fitted each rule with `nth`, by its index

    @property
    def search_lag_seconds(self) -> float:
        """How long the search index is behind."""
        return SEARCH_LAG_SECONDS.get(self.profile, 0.0)

    def draw_request(self, world: "World", shop: str, operation: str) -> Fault | None:
        """What goes wrong with this call to the Admin API, if anything."""
        return self._draw(world, shop, operation, ("request", operation), webhooks=False)

    def draw_webhook(self, world: "World", shop: str, topic: str, resource: str) -> Fault | None:
        """What goes wrong with this webhook, if anything."""
        return self._draw(world, shop, topic, ("webhook", f"{topic}:{resource}"), webhooks=True)

    def _draw(
        self, world: "World", shop: str, operation: str, drawn_as: tuple[str, str], webhooks: bool
    ) -> Fault | None:
        rules = [rule for rule in self.rules if rule.is_for_webhooks == webhooks]
        if not rules:
            return None
        kind, key = drawn_as
        occurrence = world.draws.occurrence(shop, f"fault:{kind}:{key}")
        fraction = world.draws.fraction(shop, f"fault:{key}", occurrence, self.seed)
        exact = self._counted(rules, shop, operation)
        if exact:
            return self._fault(world, exact[0], (shop, operation, occurrence), fraction)
        for rule in rules:
            if rule.nth is not None or not rule.fits(shop, operation):
                continue
            probability = 1.0 if rule.probability is None else rule.probability
            if fraction < probability:
                return self._fault(world, rule, (shop, operation, occurrence), fraction / probability)
            fraction -= probability
        return None

    def _counted(self, rules: list[Rule], shop: str, operation: str) -> list[Rule]:
        """Count one more for each fitting rule that waits for its nth; those for which this is it."""
        reached: list[Rule] = []
        for index, rule in enumerate(self.rules):
            if rule in rules and rule.nth is not None and rule.fits(shop, operation):
                self.fitting[index] = self.fitting.get(index, 0) + 1
                if self.fitting[index] == rule.nth:
                    reached.append(rule)
        return reached

    def _fault(self, world: "World", rule: Rule, what: tuple[str, str, int], share: float) -> Fault:
        phase: Phase = "webhook" if rule.is_for_webhooks else (rule.phase or "before")
        seconds = rule.seconds if rule.seconds is not None else share * SECONDS.get(rule.action, 0)
        fault = Fault(action=rule.action, phase=phase, seconds=seconds)
        shop, operation, occurrence = what
        world.record_fault(
            shop=shop,
            operation=operation,
            occurrence=occurrence,
            phase=phase,
            action=rule.action,
            seconds=seconds,
        )
        return fault
