"""Work for a partner's store that fails or waits for long: told to whoever sells its products, and ended for all."""

import contextlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.catalog.jobs import TellOfSku
from app.core.unit_of_work import system_for
from app.exceptions.jobs import LookAtJobs
from app.exceptions.service import Problem, open_exception
from app.inventory.jobs import SyncStock
from app.job_runs.declaration import Job
from app.job_runs.models import JobRun
from app.job_runs.service import enqueue
from app.job_runs.states import JobState
from app.partners.flows import tell_of_work
from app.partners.jobs import CheckPartnerStore, TellOfAccess, TellOfWork
from jobs.runner import MOST_LAPSES, REPORTED_FROM
from simulator.faults.faults import Faults, Rule
from tests.support.linked import link, make_retailer
from tests.support.oak import Killed, killed_at
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

OTHER, STRANGER = "harbour.myshopify.com", "stranger.myshopify.com"
NO_JOB = 2**50
FAILED = "The job stopped its worker several times and was set aside."


@pytest.fixture
async def harbour(trade: Trade) -> Trade:
    """The partner's second retailer."""
    linked = await link(trade.shops, OTHER, PARTNER)
    await trade.settle()
    return Trade(trade.shops, trade.clock, trade.courier, OTHER, {PARTNER: linked})


async def queue_sync(trade: Trade, **fields: Any) -> int:
    """Queue a reading of the partner's stock whose run has these fields; returns the run."""
    return await queue(trade, SyncStock(trade.link.partner_store.id), **fields)


async def queue(trade: Trade, job: Job, **fields: Any) -> int:
    """Queue work for the partner's store whose run has these fields; returns the run."""
    async with trade.uow() as uow:
        await enqueue(uow, job)
    ((run_id, _),) = uow.due_jobs
    async with trade.uow() as uow, uow.machinery() as session:
        run = await session.get_one(JobRun, run_id)
        for name, value in fields.items():
            setattr(run, name, value)
    return run_id


async def fail_a_sync(trade: Trade) -> int:
    """Let a reading of the partner's stock fail, as one that ended several workers; tried again it succeeds."""
    run_id = await queue_sync(trade, lapses=MOST_LAPSES)
    await trade.settle()
    return run_id


async def states(trade: Trade, name: str) -> list[str]:
    """The states of the runs of this name that are not over, in order."""
    async with trade.uow() as uow, uow.machinery() as session:
        chosen = "SELECT state FROM job_runs WHERE name = :name AND state NOT IN ('done', 'cancelled') ORDER BY id"
        return list(await session.scalars(text(chosen), {"name": name}))


async def told(*retailers: Trade) -> list[list[tuple[str, str, int | None]]]:
    """What stands on each retailer's list: kind, subject and partner."""
    return [[(each.kind, each.subject_id, each.partner_id) for each in await one.problems()] for one in retailers]


async def page(trade: Trade) -> str:
    """The retailer's list as its staff reads it."""
    return (await trade.shops.get(trade.retailer, "/app/exceptions")).text


def path(run_id: int) -> str:
    return f"/app/exceptions/jobs/{run_id}/retry"


async def test_each_retailer_reads_of_a_failed_job_for_the_partners_store(trade: Trade, harbour: Trade) -> None:
    """Promise 5: with the partner named, and the button that tries it again."""
    await make_retailer(trade.shops, STRANGER)

    run_id = await fail_a_sync(trade)

    for each in (trade, harbour):
        shown = await page(each)
        assert "1 thing that cannot proceed by itself" in shown
        assert re.search(
            r"<s-heading>A piece of work did not succeed</s-heading>\s*<s-text[^>]*>Oak Roastery · ", shown
        )
        assert f"Keeping stock in step: {FAILED}" in shown
        assert f'action="{path(run_id)}"' in shown
    assert await told(trade, harbour) == [
        [("job_failed", str(run_id), each.link.partner.id)] for each in (trade, harbour)
    ]
    assert "Nothing needs you" in (await trade.shops.get(STRANGER, "/app/exceptions")).text


async def test_tried_again_by_one_it_ends_for_all(trade: Trade, harbour: Trade) -> None:
    """At once where it was said, for the others as soon as that is told; a second word comes too late."""
    run_id = await fail_a_sync(trade)

    first = await trade.shops.post(trade.retailer, path(run_id))
    at_once = await told(trade, harbour)
    again = [(await trade.shops.post(each, path(run_id))).status_code for each in (trade.retailer, OTHER)]
    await trade.settle()

    assert (first.status_code, again) == (303, [409, 409])
    assert [len(each) for each in at_once] == [0, 1]
    assert await told(trade, harbour) == [[], []]
    assert await trade.failed_jobs() == []
    assert [await states(trade, each.name) for each in (SyncStock, TellOfWork)] == [[], []]


async def test_what_fails_once_more_is_told_anew(trade: Trade, harbour: Trade) -> None:
    run_id = await fail_a_sync(trade)
    before = [(await each.problems())[0].id for each in (trade, harbour)]
    await trade.shops.post(OTHER, path(run_id))
    async with trade.uow() as uow, uow.machinery() as session:
        (await session.get_one(JobRun, run_id)).lapses = MOST_LAPSES

    await trade.settle()

    after = [(await each.problems())[0].id for each in (trade, harbour)]
    assert [len(await each.problems()) for each in (trade, harbour)] == [1, 1]
    assert before[1] != after[1]


async def test_a_stranger_is_answered_as_of_a_job_nobody_has(trade: Trade, harbour: Trade) -> None:
    """N3: neither who sells nothing of the partner, nor who did once, nor the partner's own staff."""
    await make_retailer(trade.shops, STRANGER)
    run_id = await fail_a_sync(trade)
    await trade.shops.post(OTHER, f"/app/partners/{harbour.link.partner.id}/disconnect")
    await trade.settle()

    for shop in (STRANGER, OTHER, PARTNER):
        nobodys = await trade.shops.post(shop, path(NO_JOB))
        foreign = await trade.shops.post(shop, path(run_id))
        assert (foreign.status_code, foreign.text) == (404, nobodys.text.replace(str(NO_JOB), str(run_id)))
    assert await states(trade, SyncStock.name) == ["failed"]
    assert [kind for kind, *_ in (await told(harbour))[0]] == []


async def test_who_begins_to_sell_the_partner_is_told_what_stands(trade: Trade) -> None:
    of_another_kind = TellOfSku(trade.link.partner_store.id, 1, "OLD", "NEW", "once")  # connecting does not do it again
    run_id = await queue(trade, of_another_kind, lapses=MOST_LAPSES)
    await trade.settle()

    linked = await link(trade.shops, OTHER, PARTNER)
    await trade.settle()

    harbour = Trade(trade.shops, trade.clock, trade.courier, OTHER, {PARTNER: linked})
    assert await told(harbour) == [[("job_failed", str(run_id), linked.partner.id)]]


async def test_what_still_stands_stays_when_the_retailers_own_jobs_are_looked_at(trade: Trade) -> None:
    run_id = await fail_a_sync(trade)

    async with trade.uow() as uow:
        await enqueue(uow, LookAtJobs(trade.retailer_id))
    await trade.settle()

    assert await told(trade) == [[("job_failed", str(run_id), trade.link.partner.id)]]


async def test_the_end_of_the_run_and_the_wish_to_tell_of_it_are_one(trade: Trade) -> None:
    """A worker that dies right after the run failed leaves the telling to the next one."""
    await queue_sync(trade, lapses=MOST_LAPSES)
    (held,) = await trade.shops.runner.claim(1)

    await trade.shops.runner.run(held)

    assert (await states(trade, SyncStock.name), await states(trade, TellOfWork.name)) == (["failed"], ["queued"])
    assert await told(trade) == [[]]


async def test_long_waiting_is_told_to_all_and_ends_for_all(trade: Trade, harbour: Trade) -> None:
    await trade.bring_in(trade.product())
    run_id = await queue_sync(trade, attempt=REPORTED_FROM - 1)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[Rule(shop=PARTNER, action="server_error")])
    (held,) = await trade.shops.runner.claim(1)
    await trade.shops.runner.run(held)
    trade.shops.world.faults = Faults(seed=1)
    await trade.settle()
    waiting = await told(trade, harbour)
    shown = await page(harbour)

    await trade.turn(minutes=10)

    assert waiting == [[("job_waiting", str(run_id), each.link.partner.id)] for each in (trade, harbour)]
    assert "A piece of work has waited for long" in shown
    assert path(run_id) not in shown
    assert await told(trade, harbour) == [[], []]


async def ask(trade: Trade, job: Job) -> None:
    async with trade.uow() as uow:
        await enqueue(uow, job)


async def tell(trade: Trade) -> None:
    """Have the retailers told, as once a day."""
    await ask(trade, TellOfWork(trade.link.partner_store.id))


async def test_what_was_told_and_is_over_ends_though_nobody_said_so(trade: Trade, harbour: Trade) -> None:
    """A worker that dies between the end of its run and its last word: the ledger knows, and is asked each day."""
    run_id = await queue_sync(trade, attempt=REPORTED_FROM, run_at=trade.clock.at + timedelta(hours=1))
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await open_exception(uow, Problem("job_waiting", "job", str(run_id), "Not now.", "Wait."))
    await tell(trade)
    await trade.settle()
    waiting = await told(trade, harbour)
    async with trade.uow() as uow, uow.machinery() as session:
        (await session.get_one(JobRun, run_id)).state = JobState.DONE

    trade.set_clock(trade.clock.at + timedelta(days=1))
    await trade.settle()

    assert [len(each) for each in waiting] == [1, 1]
    assert await told(trade, harbour) == [[], []]


async def test_telling_that_fails_does_not_ask_for_itself_again(trade: Trade) -> None:
    """The next telling, of whatever else, does what it was to do: nothing of it stands then."""
    await tell(trade)
    async with trade.uow() as uow, uow.machinery() as session:
        await session.execute(text("UPDATE job_runs SET lapses = 3 WHERE name = :name"), {"name": TellOfWork.name})

    await trade.settle()
    alone = (await states(trade, TellOfWork.name), await told(trade))
    await tell(trade)
    await trade.settle()

    assert alone == (["failed"], [[]])
    assert (await states(trade, TellOfWork.name), await told(trade)) == ([], [[]])


@pytest.mark.parametrize("step", range(3))
async def test_a_telling_killed_between_two_retailers_is_finished_by_the_next(
    trade: Trade, harbour: Trade, step: int
) -> None:
    """Whoever was told already is not told twice."""
    run_id = await queue_sync(trade, lapses=MOST_LAPSES)
    (held,) = await trade.shops.runner.claim(1)
    await trade.shops.runner.run(held)

    with contextlib.suppress(Killed):
        await tell_of_work(killed_at(trade.shops.open_uow, step), trade.link.partner_store.id)
    first = [len(each) for each in await told(trade, harbour)]
    await trade.settle()

    assert sum(first) == max(0, step - 1)
    assert [[subject for _, subject, _ in each] for each in await told(trade, harbour)] == [[str(run_id)]] * 2


@pytest.mark.parametrize("kind", [TellOfWork, TellOfAccess, CheckPartnerStore])
async def test_one_telling_at_a_time(trade: Trade, kind: Callable[[int], Job]) -> None:
    """What was read earlier is never said later."""
    job = kind(trade.link.partner_store.id)
    await ask(trade, job)
    (first,) = await trade.shops.runner.claim(2)
    await ask(trade, job)

    meanwhile = await trade.shops.runner.claim(2)
    await trade.shops.runner.run(first)
    afterwards = await trade.shops.runner.claim(2)

    assert [first.run.name, *(each.run.name for each in meanwhile)] == [job.name]
    assert [each.run.name for each in afterwards] == [job.name]
