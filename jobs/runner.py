"""Runs job runs: claims them, calls their handlers under the fence, ends each the way its outcome asks."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from structlog.contextvars import bound_contextvars

from app.core.errors import Conflict, HubError, Unavailable
from app.core.log import logger
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, Actor, UnitOfWork, UnitsOfWork
from app.exceptions.service import (
    JOB_FAILED,
    JOB_WAITING,
    NO_STORE,
    Problem,
    open_exception,
    resolve_exceptions,
    resolve_of_each,
)
from app.job_runs import rules
from app.job_runs.declaration import job_from
from app.job_runs.errors import LeaseLost
from app.job_runs.ledger import LEASE_SECONDS, ClaimedRun, Ledger, Share, check_fence, end_in, fail_in
from app.job_runs.states import JobState
from app.partners.jobs import TellOfWork
from app.partners.service import ask_to_tell_of_work
from app.stores.errors import NotConnected, PermissionMissing, StoreMissing
from app.stores.flows import ConnectedShopify
from jobs.context import Ended, JobContext
from jobs.lease import CURRENT, HeldRun
from jobs.registry import Handled

Waiting = Unavailable | PermissionMissing | StoreMissing
MOST_LAPSES = 3  # a job that took this many workers down with it is set aside
RECORD_PAUSE = 0.25
REPORTED_FROM = 10  # attempts after which waiting is worth telling somebody

log = logger("jobs")


class UnknownJob(HubError):
    """No handler of this name: an older or newer version queued it."""

    sentence = "Nobody knows how to do this job."


class Poisonous(HubError):
    """The job ended its workers again and again."""

    sentence = "The job stopped its worker several times and was set aside."


@dataclass(slots=True)
class Runner:
    """One worker's hands: claims as many runs as it has hands free."""

    runtime: Runtime
    units: UnitsOfWork
    shopify: ConnectedShopify
    handlers: Mapping[str, Handled]
    ledger: Ledger
    held: dict[int, HeldRun] = field(default_factory=dict)

    async def claim(self, limit: int) -> list[HeldRun]:
        """Claim up to so many due runs."""
        now = await self.runtime.clock.look()
        claimed: list[HeldRun] = []
        while len(claimed) < limit:
            since, share = time.monotonic(), self._share()
            found = [HeldRun(run, now, since) for run in await self.ledger.claim(now, limit - len(claimed), share)]
            self.held.update({each.run.id: each for each in found})
            claimed += found
            if not found or len(self._share().crowded()) == len(share.crowded()):
                break  # what was left out was not for a store's share: there is nothing more
        return claimed

    def _share(self) -> Share:
        """A store that answers slowly leaves hands for the others."""
        hands = self.runtime.settings.worker_jobs
        stores = Counter(each.run.store_id for each in self.held.values() if each.run.store_id is not None)
        return Share(max(1, hands - hands * 3 // 10), stores)

    async def renew(self) -> None:
        """Renew the leases of what is held, not beyond a job's maximum; stop what another worker took over."""
        renewed = [held for held in self.held.values() if held.may_last()]
        if not renewed:
            return
        at = time.monotonic()
        try:
            ours = await self.ledger.renew([held.run for held in renewed])
        except Unavailable:
            return  # the leases run on; the next beat may still be in time
        for held in renewed:
            if held.run.id in ours:
                held.until = at + LEASE_SECONDS
            elif self.held.get(held.run.id) is held and held.task is not None:
                held.task.cancel()

    async def work(self, held: HeldRun, may_go_on: Callable[[], bool]) -> int:
        """Run this and then whatever else is due, one after the other; returns how many runs that were.

        Each is a task of its own: when one goes to another worker it is stopped, and its hand goes on.
        """
        ran = 0
        claimed = [held]
        while claimed:
            (ended,) = await asyncio.gather(self.run(claimed.pop()), return_exceptions=True)
            if isinstance(ended, Exception):
                log.warning("job.hand_stumbled", why=type(ended).__name__)
            ran += 1
            if may_go_on():
                claimed = await self.claim(1)
        return ran

    async def run(self, held: HeldRun) -> None:
        """Run one claimed run to its end, whatever that is; never raises but for cancellation."""
        run = held.run
        held.task = asyncio.current_task()
        token = CURRENT.set(held)
        try:
            with bound_contextvars(job=run.name, job_id=run.id, request_id=run.request_id):
                await self._attempt(held)
        except asyncio.CancelledError:
            # The worker stops, or the lease went to another one, who then finds the row no longer ours to return.
            with suppress(Unavailable):
                now = await self.runtime.clock.now()
                await self.ledger.put_back(run, now, now, "The worker stopped.")
            raise
        except LeaseLost:
            log.warning("job.lease_lost", name=run.name, run=run.id, attempt=run.attempt)
        except Unavailable as error:  # the ledger itself is away: the lease runs out and the run comes back
            log.warning("job.end_not_recorded", name=run.name, run=run.id, why=error.sentence)
        finally:
            CURRENT.reset(token)
            self.held.pop(run.id, None)

    async def _attempt(self, held: HeldRun) -> None:
        record = await self._outcome(held)
        while True:
            try:
                return await record()
            except Unavailable:  # the ledger is away: as long as the run is ours nobody else can know its end
                if held.remaining() <= 0:
                    raise
                await asyncio.sleep(RECORD_PAUSE)

    async def _outcome(self, held: HeldRun) -> Callable[[], Awaitable[None]]:
        """Call the handler; return what records how that ended.

        What a handler that failed may have ended was not committed.
        """
        run = held.run
        ended = Ended()
        try:
            await self._call_handler(held, ended)
        except LeaseLost:
            raise
        except Conflict as conflict:
            return partial(self._end, run, Ended(), conflict.sentence)
        except (Unavailable, PermissionMissing, StoreMissing, TimeoutError) as error:
            return partial(self._wait, run, error)
        except NotConnected as gone:
            # A store that removed the app has no work left of its own; who needs another store has to know.
            is_its_own = gone.store_id == run.store_id
            return partial(self._end, run, Ended(), gone.sentence) if is_its_own else partial(self._fail, run, gone)
        except Exception as error:
            return partial(self._fail, run, error)
        return partial(self._end, run, ended, None)

    async def _call_handler(self, held: HeldRun, ended: Ended) -> None:
        run = held.run
        handled = self.handlers.get(run.name)
        if run.lapses >= MOST_LAPSES:
            raise Poisonous
        if handled is None:
            raise UnknownJob
        job = job_from(handled.kind, run.arguments)
        held.longest = job.max_seconds
        async with asyncio.timeout(job.max_seconds):
            await handled.handler(self._context(held, ended), job)

    def _context(self, held: HeldRun, ended: Ended) -> JobContext:
        run = held.run

        async def fence(uow: UnitOfWork) -> None:
            if not uow.is_last:
                return await check_fence(uow, run)
            ended.superseded = await end_in(uow, run)
            ended.is_recorded = True

        fenced = replace(self.units, guard=fence)
        return JobContext(
            job_id=run.id,
            store_id=run.store_id,
            attempt=run.attempt,
            now=held.claimed_at,
            open_uow=fenced,
            shopify=self.shopify.with_units(fenced),
            settings=self.runtime.settings,
            progress=self._progress_of(run),
            ended=ended,
        )

    def _progress_of(self, run: ClaimedRun) -> Callable[[int, int], Awaitable[None]]:
        async def show(done: int, total: int) -> None:
            await self.ledger.show_progress(run, done, total)

        return show

    async def _end(self, run: ClaimedRun, ended: Ended, note: str | None) -> None:
        if not ended.is_recorded:
            ended.superseded = await self.ledger.end(run, await self.runtime.clock.now(), note)
            ended.is_recorded = True  # a second try of what follows knows what the first one learned
        await self._resolve(run, ended.superseded)

    async def _wait(self, run: ClaimedRun, error: Waiting | TimeoutError) -> None:
        """Queue the run again for later; after many attempts somebody is told, but it goes on.

        A run that joined a later wish is over: what stands open about it, nobody else would resolve.
        """
        why, asked = "The job took longer than it may.", None
        if not isinstance(error, TimeoutError):
            why, asked = error.sentence, error.retry_after
        wait = rules.back_off(run.attempt, random.random(), asked)
        log.info(
            "job.waits", name=run.name, run=run.id, attempt=run.attempt, why=why, seconds=round(wait.total_seconds(), 1)
        )
        state = await self.ledger.retry(run, await self.runtime.clock.now(), wait, why)
        if state is None:
            raise LeaseLost(run.name)
        if state is JobState.CANCELLED:
            return await self._resolve(run, [])
        is_told = not isinstance(error, TimeoutError) and error.is_told
        if run.attempt >= REPORTED_FROM and not is_told:
            step = "It is tried again by itself; look whether the store or service it needs is reachable."
            async with self._open_for(run) as uow:
                await open_exception(uow, Problem(JOB_WAITING, "job", str(run.id), f"{run.name}: {why}", step))
                await _tell_retailers(uow, run)

    async def _fail(self, run: ClaimedRun, error: Exception) -> None:
        """End the run and open an exception of what failed, in one transaction; the run waits for nothing any more.

        The runs are locked first, as whoever tries one again does.
        """
        # What an unforeseen error says may quote a customer; its kind is enough here, the log has the rest.
        why = error.sentence if isinstance(error, HubError) else f"A fault in the hub ({type(error).__name__})."
        log.error(
            "job.failed", name=run.name, run=run.id, why=why, exc_info=None if isinstance(error, HubError) else error
        )
        step = "Look at the cause; when it is mended, retry the job."
        async with self._open_for(run) as uow:
            async with uow.machinery():
                failed_id = await fail_in(uow, run, why)
            await resolve_exceptions(uow, "job", run.id, [JOB_WAITING])
            await open_exception(uow, Problem(JOB_FAILED, "job", str(failed_id), f"{run.name}: {why}", step))
            await _tell_retailers(uow, run)

    async def _resolve(self, run: ClaimedRun, superseded: Sequence[int]) -> None:
        """End what stands open about the run, and about those that are over with it."""
        told = [*superseded, *([run.id] if run.attempt > REPORTED_FROM else [])]
        if told:
            async with self._open_for(run) as uow:
                await resolve_of_each(uow, "job", told)
                await _tell_retailers(uow, run)

    def _open_for(self, run: ClaimedRun) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.units(actor_of(run))


def actor_of(run: ClaimedRun) -> Actor:
    """Return the system acting for the run's store, or for none."""
    return SYSTEM.of_store(NO_STORE if run.store_id is None else run.store_id)


async def _tell_retailers(uow: UnitOfWork, run: ClaimedRun) -> None:
    """A partner's store has no list of its own: whoever sells its products is told, but not of the telling itself."""
    if run.name != TellOfWork.name:
        await ask_to_tell_of_work(uow)
