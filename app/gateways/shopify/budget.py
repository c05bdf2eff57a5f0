"""What a shop's Admin API costs: learned from its answers, shared by all processes, asked for before each call.

A process draws points in portions, so that in the normal case one statement serves many calls; when points are
scarce each call draws its own, and pages may use the last of them, which jobs may not.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import anyio

from app.core.errors import Unavailable
from app.core.log import logger
from app.gateways.shopify.errors import Throttled

SMALLEST_BUCKET, SLOWEST_RATE = 2000.0, 100.0  # of a shop that told us nothing yet
GUESS = 100.0  # of an operation whose cost nobody told us yet
PORTION = 1 / 16  # of the bucket
PURSE_SECONDS = 1.0
SHORTEST_WAIT, LONGEST_WAIT = 0.02, 0.5  # another process may have been told of more points than were expected

log = logger("shopify.budget")


class OverBudget(Throttled):
    """The points of a shop are used up for longer than the caller can wait; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer tells of its own cost and of the bucket."""

    requested: float
    available: float
    maximum: float
    restore_rate: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The bucket as an answer told of it, so many seconds ago."""

    cost: Cost
    age: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a process asks of the shared budget, and what it tells by the way."""

    points: float  # at least
    portion: float  # if there is plenty
    reserve: float  # share of the bucket that stays for those who may use it
    settled: float  # points promised before whose calls were answered, or never made
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the shared budget granted (nothing: wait), and how the bucket stands."""

    points: float
    free: float
    maximum: float
    restore_rate: float


class Budgets(Protocol):
    """The budgets of all shops, shared by whoever calls them."""

    async def draw(self, shop_domain: str, wish: Wish) -> Drawn:
        """Promise points to the caller, or tell how many are free; `Unavailable` when nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class Urgency:
    """How much of the bucket one must leave to others, and how long one can wait for one's turn."""

    reserve: float
    patience: float


PAGES = Urgency(reserve=0.0, patience=4.0)
JOBS = Urgency(reserve=0.25, patience=15.0)


def lowest(wish: Wish, maximum: float) -> float:
    """Return how many points must be left in the bucket; a call that needs nearly all of it may have it."""
    return max(0.0, min(wish.reserve * maximum, maximum - wish.points))


def grant(wish: Wish, free: float, maximum: float) -> float:
    """Decide how many points a wish gets: a portion while half the bucket stays, else what it needs, else none."""
    if free - wish.portion >= maximum / 2:
        return max(wish.portion, wish.points)
    return wish.points if free - wish.points >= lowest(wish, maximum) else 0.0


def how_long_to_wait(wish: Wish, drawn: Drawn) -> float:
    """Return the seconds until the bucket holds what is asked for, at the rate at which it fills."""
    missing = lowest(wish, drawn.maximum) + wish.points - drawn.free
    return max(SHORTEST_WAIT, missing / max(drawn.restore_rate, 1.0))


@dataclass(slots=True)
class Purse:
    """What this process holds of one shop's points, and what it has to tell when it draws again."""

    points: float = 0.0
    until: float = 0.0
    settled: float = 0.0
    maximum: float = SMALLEST_BUCKET
    cost: Cost | None = None
    cost_at: float = 0.0
    news: anyio.Event = field(default_factory=anyio.Event)  # set when a call of this process is over

    def pay(self, points: float, now: float) -> bool:
        """Take the points out if they are there."""
        if now > self.until or points > self.points:
            return False
        self.points -= points
        return True

    def fill(self, drawn: Drawn, now: float) -> None:
        """Put in what was granted; it is to be used at once."""
        self.points += drawn.points
        self.until = now + PURSE_SECONDS
        self.maximum = drawn.maximum

    def wish(self, points: float, reserve: float, now: float) -> Wish:
        """Return the wish for more; what was not used in time is given back with it."""
        if now > self.until:
            self.settled, self.points = self.settled + self.points, 0.0
        seen = Seen(self.cost, max(0.0, now - self.cost_at)) if self.cost else None
        wish = Wish(points, max(points, self.maximum * PORTION), reserve, self.settled, seen)
        self.settled, self.cost = 0.0, None
        return wish

    def not_told(self, wish: Wish) -> None:
        """Keep what could not be told for the next time."""
        self.settled += wish.settled


async def until_news(seconds: float, news: anyio.Event) -> None:
    """Wait so long, or until a call is over: it gives back what it did not need."""
    with anyio.move_on_after(seconds):
        await news.wait()


@dataclass(slots=True)
class Budget:
    """One process's way to the shared budgets."""

    budgets: Budgets
    urgency: Urgency = JOBS
    pause: Callable[[float, anyio.Event], Awaitable[None]] = until_news
    _purses: dict[str, Purse] = field(default_factory=dict)
    _costs: dict[str, float] = field(default_factory=dict)

    async def ask(self, shop_domain: str, operation: str) -> float:
        """Return how many points the call was promised; wait for them, or raise `OverBudget`."""
        points = self._costs.get(operation, GUESS)
        purse = self._purses.setdefault(shop_domain, Purse())
        waited = 0.0
        while not purse.pay(points, time.monotonic()):
            wish = purse.wish(points, self.urgency.reserve, time.monotonic())
            try:
                drawn = await self.budgets.draw(shop_domain, wish)
            except Unavailable:  # the budget is a courtesy: who knows nothing of it still hears `THROTTLED`
                purse.not_told(wish)
                return 0.0
            if drawn.points:
                purse.fill(drawn, time.monotonic())
                continue
            waited += await self._wait(how_long_to_wait(wish, drawn), waited, shop_domain, purse.news)
        return points

    async def _wait(self, seconds: float, waited: float, shop_domain: str, news: anyio.Event) -> float:
        if waited + seconds > self.urgency.patience:
            raise OverBudget(retry_after=seconds)
        log.info("shopify.waits_for_points", shop=shop_domain, seconds=round(seconds, 2))
        began = time.monotonic()
        await self.pause(min(seconds, LONGEST_WAIT), news)
        return time.monotonic() - began

    def settle(self, shop_domain: str, operation: str, promised: float, cost: Cost | None) -> None:
        """Note that a call is over, and what its answer told of costs, if it told."""
        purse = self._purses.setdefault(shop_domain, Purse())
        purse.settled += promised
        purse.news.set()
        purse.news = anyio.Event()
        if cost is None:
            return
        purse.cost, purse.cost_at = cost, time.monotonic()
        if cost.requested:
            # A larger page of the same operation costs more: remember the dearest, and forget it slowly.
            known = self._costs.get(operation, 0.0)
            self._costs[operation] = max(cost.requested, 0.9 * known)
