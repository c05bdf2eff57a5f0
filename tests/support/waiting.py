"""Work that is seen to wait for a lock, for tests of who waits for whom."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def start_waiting(engine: AsyncEngine, work: Coroutine[Any, Any, None], number: int = 1) -> "asyncio.Task[None]":
    """Start the work, and return when so many in this database wait."""
    task = asyncio.create_task(work)
    deadline = time.monotonic() + 10
    async with engine.connect() as watcher:
        while (await watcher.execute(WAITING)).scalar_one() < number:
            assert time.monotonic() < deadline, "nobody waited"
            assert not task.done(), "nobody waited"
            await watcher.rollback()
    return task
