import asyncio
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from app.core.direct import conninfo
from app.core.errors import Conflict
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.job_runs.errors import LeaseLost
from app.job_runs.ledger import Ledger
from app.job_runs.service import retry_job
from app.job_runs.states import JobState
from tests.support.hub import MONDAY_NOON
from tests.support.workers import Ring, lapse, queue, rows, until

pytestmark = pytest.mark.anyio


async def test_many_workers_and_each_job_is_claimed_once(alive: Runtime) -> None:
    wanted = await queue(alive, *(Ring(number) for number in range(60)))
    workers = [Ledger(alive.direct, f"worker {number}") for number in range(6)]

    claims = await asyncio.gather(*(worker.claim(MONDAY_NOON, 3) for worker in workers for _ in range(6)))

    claimed = [run.id for claim in claims for run in claim]
    assert sorted(claimed) == wanted


async def test_a_lane_runs_one_at_a_time(alive: Runtime) -> None:
    await queue(alive, *(Ring(number, row=f"lane {number % 2}") for number in range(20)), Ring(99))
    workers = [Ledger(alive.direct, f"worker {number}") for number in range(6)]

    claims = await asyncio.gather(*(worker.claim(MONDAY_NOON, 10) for worker in workers))

    claimed = sorted(run.arguments["number"] for claim in claims for run in claim)
    assert claimed == [0, 1, 99]


async def test_a_lane_goes_on_when_its_run_ends(alive: Runtime) -> None:
    await queue(alive, *(Ring(number, row="lane") for number in range(3)))
    worker = Ledger(alive.direct, "worker")

    order = []
    while claimed := await worker.claim(MONDAY_NOON, 10):
        order += [run.arguments["number"] for run in claimed]
        await worker.end(claimed[0], MONDAY_NOON)

    assert order == [0, 1, 2]


async def test_a_wish_that_meets_a_claim_is_not_lost(alive: Runtime) -> None:
    (first,) = await queue(alive, Ring(1, key="same"))
    async with await psycopg.AsyncConnection.connect(conninfo(alive.settings.database_url)) as claiming:
        await claiming.execute("SET ROLE hub_system")
        await claiming.execute("UPDATE job_runs SET state = 'running', attempt = 1 WHERE id = %s", [first])
        wish = asyncio.create_task(queue(alive, Ring(2, key="same")))
        await until(lambda: _somebody_waits(alive))
        await claiming.commit()

    (second,) = await wish

    assert second != first
    assert await rows(alive, "id, state") == [(first, "running"), (second, "queued")]


async def _somebody_waits(alive: Runtime) -> bool:
    return bool(await alive.direct.rows("SELECT 1 FROM pg_locks WHERE NOT granted", {}))


async def test_the_run_of_a_killed_worker_goes_to_another(alive: Runtime) -> None:
    """M3: nothing is lost when a worker dies, and the dead one may not end the run any more."""
    await queue(alive, Ring(1, row="lane"), Ring(2, row="lane"))
    dead, living = Ledger(alive.direct, "dead"), Ledger(alive.direct, "living")
    (slept,) = await dead.claim(MONDAY_NOON, 5)
    assert await living.claim(MONDAY_NOON, 5) == []

    await lapse(alive, slept.id)
    (taken,) = await living.claim(MONDAY_NOON, 5)

    assert (taken.id, taken.attempt, taken.lapses) == (slept.id, 2, 1)
    assert await dead.renew([slept]) == frozenset()
    with pytest.raises(LeaseLost):
        await dead.end(slept, MONDAY_NOON)
    assert not await dead.put_back(slept, MONDAY_NOON, MONDAY_NOON, None)
    assert await living.renew([taken]) == {taken.id}
    assert await living.end(taken, MONDAY_NOON) == []


async def test_a_worker_inherits_from_the_one_that_died_under_its_name(alive: Runtime) -> None:
    """The bar of a minute is not used up: a call that was under way may end, then the run goes on."""
    await queue(alive, Ring(1))
    dead, stranger, heir = (Ledger(alive.direct, name) for name in ("worker", "stranger", "worker"))
    (slept,) = await dead.claim(MONDAY_NOON, 1)

    await stranger.inherit(timedelta())
    found_by_stranger = await stranger.claim(MONDAY_NOON, 1)
    await heir.inherit(timedelta(hours=1))  # longer than the lease: nothing is prolonged
    ((is_prolonged,),) = await rows(alive, "leased_until > now() + interval '31 seconds'")
    await heir.inherit(timedelta(seconds=-1))
    (taken,) = await heir.claim(MONDAY_NOON, 1)

    assert found_by_stranger == []
    assert not is_prolonged
    assert (taken.id, taken.attempt) == (slept.id, 2)


async def test_a_renewed_lease_is_not_taken(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    holding, greedy = Ledger(alive.direct, "holding"), Ledger(alive.direct, "greedy")
    (held,) = await holding.claim(MONDAY_NOON, 1)
    await lapse(alive, held.id)

    assert await holding.renew([held]) == {held.id}

    assert await greedy.claim(MONDAY_NOON, 1) == []


async def test_a_run_put_back_joins_the_wish_that_came_meanwhile(alive: Runtime) -> None:
    first, *_ = await queue(alive, Ring(1, key="same"))
    worker = Ledger(alive.direct, "worker")
    (run,) = await worker.claim(MONDAY_NOON, 1)
    later = MONDAY_NOON.replace(hour=14)
    await queue(alive, Ring(2, key="same"))
    await alive.direct.rows("UPDATE job_runs SET run_at = %(at)s WHERE state = 'queued'", {"at": later})

    soon = MONDAY_NOON.replace(minute=1)
    assert await worker.put_back(run, MONDAY_NOON, soon, "Shopify did not answer.") is JobState.CANCELLED

    assert await rows(alive, "state, run_at") == [("cancelled", soon), ("queued", soon)]
    assert first == run.id


async def test_what_somebody_waits_for_goes_first_and_the_future_waits(alive: Runtime) -> None:
    await queue(alive, Ring(1), Ring(2), Ring(3))
    await alive.direct.rows("UPDATE job_runs SET priority = 0 WHERE arguments->>'number' = '3'", {})
    later = MONDAY_NOON.replace(hour=14)
    await alive.direct.rows("UPDATE job_runs SET run_at = %(at)s WHERE arguments->>'number' = '1'", {"at": later})
    worker = Ledger(alive.direct, "worker")

    claims = [await worker.claim(MONDAY_NOON, 1) for _ in range(3)]

    assert [[run.arguments["number"] for run in claim] for claim in claims] == [[3], [2], []]


async def test_a_coalesced_retry_racing_a_new_wish_ends_in_one_queued_run(alive: Runtime) -> None:
    await queue(alive, Ring(1, key="same"))
    worker = Ledger(alive.direct, "worker")
    for number in range(2, 12):
        (run,) = await worker.claim(MONDAY_NOON, 1)

        await asyncio.gather(
            worker.put_back(replace(run), MONDAY_NOON, MONDAY_NOON, None), queue(alive, Ring(number, key="same"))
        )

        assert [row[0] for row in await rows(alive, "state")].count("queued") == 1


async def test_a_retry_by_hand_racing_a_new_wish_is_refused(alive: Runtime) -> None:
    """M2: whoever looks again sees that the job waits already."""
    units = UnitsOfWork(alive.engine, alive.clock)
    (failed,) = await queue(alive, Ring(1, key="same"))
    await alive.direct.rows("UPDATE job_runs SET state = 'failed'", {})

    async def retry() -> None:
        async with units(system_for(7)) as uow:
            await retry_job(uow, failed)

    async with await psycopg.AsyncConnection.connect(conninfo(alive.settings.database_url)) as wishing:
        await wishing.execute("SET ROLE hub_system")
        await wishing.execute(
            "INSERT INTO job_runs (store_id, name, arguments, coalesce_key, run_at, queued_at)"
            " SELECT store_id, name, arguments, coalesce_key, run_at, queued_at FROM job_runs"
        )
        retrying = asyncio.create_task(retry())
        await until(lambda: _somebody_waits(alive))
        await wishing.commit()

    with pytest.raises(Conflict):
        await retrying
    assert sorted(await rows(alive, "state")) == [("failed",), ("queued",)]
