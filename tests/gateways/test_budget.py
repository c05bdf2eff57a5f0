"""The budget's rules, and one process's way to the shared budgets: portions, waits, what is told."""

from dataclasses import dataclass, field

import anyio
import pytest

from app.core.errors import Unavailable
from app.gateways.shopify.budget import (
    JOBS,
    PAGES,
    Budget,
    Cost,
    Drawn,
    OverBudget,
    Urgency,
    Wish,
    grant,
    how_long_to_wait,
)

pytestmark = pytest.mark.anyio

SHOP = "oak.myshopify.com"


def wish(points: float, reserve: float = 0.0, portion: float = 125) -> Wish:
    return Wish(points, max(points, portion), reserve, 0.0, None)


@pytest.mark.parametrize(
    ("asked", "free", "granted"),
    [
        (wish(20), 2000, 125),  # plenty: a portion, so that the next calls need not ask
        (wish(20), 1125, 125),
        (wish(20), 1124, 20),  # below half: what is needed
        (wish(400), 1900, 400),  # a call dearer than a portion
        (wish(20), 20, 20),
        (wish(20), 19, 0),
        (wish(20, reserve=0.25), 520, 20),  # jobs leave a quarter to pages
        (wish(20, reserve=0.25), 519, 0),
        (wish(1900, reserve=0.25), 1999, 0),  # the bucket must be full for a call that needs nearly all of it …
        (wish(1900, reserve=0.25), 2000, 1900),  # … and then it may run, whatever the reserve says
    ],
)
def test_how_many_points_a_wish_gets(asked: Wish, free: float, granted: float) -> None:
    assert grant(asked, free, maximum=2000) == granted


@pytest.mark.parametrize(
    ("asked", "free", "rate", "seconds"),
    [
        (wish(100), 50, 100, 0.5),  # D19: by what is missing and the rate, no fixed pause
        (wish(100), 50, 1000, 0.05),
        (wish(100, reserve=0.25), 50, 100, 5.5),
        (wish(100), 99.9, 100, 0.02),
        (wish(100), -50, 0, 150.0),
    ],
)
def test_how_long_one_waits_for_points(asked: Wish, free: float, rate: float, seconds: float) -> None:
    """D19"""
    assert how_long_to_wait(asked, Drawn(0, free, 2000, rate)) == pytest.approx(seconds)


@dataclass
class Till:
    """Shared budgets that give what they are told to give, and remember the wishes."""

    answers: list[Drawn | Exception]
    wishes: list[Wish] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    async def draw(self, shop_domain: str, wish: Wish) -> Drawn:
        self.wishes.append(wish)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pause(self, seconds: float, _news: anyio.Event) -> None:
        self.pauses.append(seconds)

    def budget(self, urgency: Urgency = JOBS) -> Budget:
        return Budget(self, urgency, self.pause)


async def test_one_portion_serves_several_calls_and_they_are_told_with_the_next() -> None:
    till = Till([Drawn(300, 1700, 2000, 100), Drawn(125, 1500, 2000, 100)])
    budget = till.budget()

    for _ in range(4):
        promised = await budget.ask(SHOP, "Shop")
        budget.settle(SHOP, "Shop", promised, Cost(100, 1900, 2000, 100))

    first, second = till.wishes
    assert (first.points, first.settled, first.seen) == (100, 0, None)
    assert second.settled == 300
    assert second.seen is not None
    assert second.seen.cost.available == 1900


async def test_what_an_operation_costs_is_learned() -> None:
    till = Till([Drawn(100, 1900, 2000, 100), Drawn(250, 1500, 2000, 100), Drawn(250, 1000, 2000, 100)])
    budget = till.budget()

    for cost in (250, 40):
        promised = await budget.ask(SHOP, "Products")
        budget.settle(SHOP, "Products", promised, Cost(cost, 1900, 2000, 100))
    await budget.ask(SHOP, "Products")

    assert [each.points for each in till.wishes] == [100, 250, pytest.approx(225)]


async def test_a_job_waits_by_the_rate_and_in_the_end_comes_back_later() -> None:
    """D19"""
    till = Till(
        [
            *(Drawn(0, 560, 2000, 100), Drawn(100, 600, 2000, 100)),
            *(Drawn(0, 100, 2000, 100), Drawn(100, 1900, 2000, 100)),  # an answer to somebody else tells of more
            Drawn(0, -9000, 2000, 100),
        ]
    )
    budget = till.budget()

    await budget.ask(SHOP, "Shop")
    await budget.ask(SHOP, "Shop")
    with pytest.raises(OverBudget) as late:
        await budget.ask(SHOP, "Shop")

    assert till.pauses == [pytest.approx(0.4), pytest.approx(0.5)]
    assert late.value.retry_after == pytest.approx(96.0)


async def test_whoever_waits_goes_on_when_another_call_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.gateways.shopify.budget.LONGEST_WAIT", 60)
    till = Till([Drawn(100, 100, 2000, 100), Drawn(0, -400, 2000, 100), Drawn(100, 1900, 2000, 100)])
    budget = Budget(till)
    promised = await budget.ask(SHOP, "Shop")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(budget.ask, SHOP, "Shop")
            await anyio.wait_all_tasks_blocked()
            asked_before = len(till.wishes)
            budget.settle(SHOP, "Shop", promised, None)

    assert (asked_before, len(till.wishes), till.wishes[-1].settled) == (2, 3, promised)


async def test_a_page_asks_for_what_jobs_must_leave() -> None:
    till = Till([Drawn(100, 100, 2000, 100), Drawn(100, 700, 2000, 100)])

    await till.budget(PAGES).ask(SHOP, "Shop")
    await till.budget(JOBS).ask(SHOP, "Shop")

    assert [each.reserve for each in till.wishes] == [0.0, 0.25]


async def test_without_the_shared_budget_calls_go_on_and_what_was_to_be_told_is_kept() -> None:
    till = Till([Drawn(100, 1900, 2000, 100), Unavailable(), Drawn(100, 1900, 2000, 100)])
    budget = till.budget()
    budget.settle(SHOP, "Shop", await budget.ask(SHOP, "Shop"), None)

    promised = await budget.ask(SHOP, "Shop")
    budget.settle(SHOP, "Shop", promised, None)
    await budget.ask(SHOP, "Shop")

    assert promised == 0
    assert till.wishes[2].settled == 100
