"""The doorbell: tells the workers through Redis that a job may run, quickly or not at all."""

import asyncio
import time
from collections.abc import Sequence

import msgspec
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import AbstractBackoff, ExponentialBackoff, NoBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, TimeoutError

QUEUE = "hub:jobs"
FUNCTION = "run"
PATIENCE = 0.1
SILENCE = 1.0  # after a bell that was not heard, the sweeper finds the jobs anyway
MOST = 20  # a worker that wakes looks for more by itself

serialize = msgspec.msgpack.encode
deserialize = msgspec.msgpack.decode


class ArqBell:
    """Rings through arq's queue."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url, patience=PATIENCE, backoff=NoBackoff(), retries=0)
        self._silent_until = 0.0

    async def ring(self, jobs: Sequence[tuple[int, int]]) -> None:
        """Announce (job id, attempt) pairs; a bell nobody hears costs nothing but its time."""
        if time.monotonic() < self._silent_until:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(self._announce(*job) for job in jobs[:MOST]))
        except (RedisError, OSError):
            self._silent_until = time.monotonic() + SILENCE

    async def _announce(self, run_id: int, attempt: int) -> None:
        await self._redis.enqueue_job(FUNCTION, run_id, _job_id=f"{run_id}:{attempt}")

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose(close_connection_pool=True)


def connect_worker(url: str) -> ArqRedis:
    """Return the connection of a worker, which outlives a restart of Redis."""
    return connect(url, patience=5.0, backoff=ExponentialBackoff(cap=1, base=0.05), retries=30)


def connect(url: str, *, patience: float, backoff: AbstractBackoff, retries: int) -> ArqRedis:
    """Return a connection to arq's queue; nothing is pickled, so that writing to Redis runs no code."""
    pool: ConnectionPool = ConnectionPool.from_url(
        url,
        socket_connect_timeout=patience,
        socket_timeout=patience,
        retry=Retry(backoff, retries),
        retry_on_error=[ConnectionError, TimeoutError, OSError, BusyLoadingError] if retries else [],
    )
    return ArqRedis(pool, job_serializer=serialize, job_deserializer=deserialize, default_queue_name=QUEUE)
