"""Assembles what runs jobs, for the worker and for a scheduled call that drains the queue."""

import asyncio
import os
import socket
import time
from collections.abc import Mapping
from functools import partial

import httpx

from app.core.runtime import Runtime
from app.gateways.shopify.budget import JOBS, Budget
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.network import build_http_client
from app.job_runs.ledger import Ledger
from app.stores.budgets import SharedBudgets
from app.stores.flows import ConnectedShopify
from jobs.insisting import insist
from jobs.lease import refuse_without_lease
from jobs.registry import Handled, load_handlers
from jobs.runner import Runner
from jobs.subscriptions import subscribers
from jobs.sweeper import sweep

HEARTBEAT = 10.0


def build_runner(
    runtime: Runtime, http: httpx.AsyncClient | None = None, handlers: Mapping[str, Handled] | None = None
) -> Runner:
    """Return the hands of a worker; its calls outside start only under a lease that lasts."""
    http = http or build_http_client(runtime.settings)
    http.event_hooks["request"] = [*http.event_hooks["request"], refuse_without_lease]
    units = runtime.units_of_work(subscribers())
    budget = Budget(SharedBudgets(runtime.direct), JOBS)
    client = ShopifyClient(http, api_version=runtime.settings.api_version, budget=budget)
    shopify = ConnectedShopify(units, client, runtime.settings)
    name = runtime.settings.worker_name or f"{socket.gethostname()}:{os.getpid()}"
    return Runner(
        runtime, units, shopify, load_handlers() if handlers is None else handlers, Ledger(runtime.direct, name)
    )


async def drain(runner: Runner, seconds: float) -> int:
    """Sweep once, then run what is due until the time is used; returns how many runs. Calls may overlap."""
    until = time.monotonic() + seconds
    await sweep(runner.units)
    heartbeat = asyncio.create_task(insist(partial(keep_leases, runner)))
    try:
        claimed = await runner.claim(runner.runtime.settings.worker_jobs)
        hands = [runner.work(held, lambda: time.monotonic() < until) for held in claimed]
        ran = await asyncio.gather(*hands, return_exceptions=True)  # a hand that can claim no more leaves the others be
    finally:
        heartbeat.cancel()
    if failures := [each for each in ran if isinstance(each, BaseException)]:
        raise failures[0]
    return sum(each for each in ran if isinstance(each, int))


async def keep_leases(runner: Runner) -> None:
    """Renew what the runner holds, until cancelled."""
    while True:
        await asyncio.sleep(HEARTBEAT)
        await runner.renew()
