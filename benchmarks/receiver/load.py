"""The load, in a process of its own: `python -m benchmarks.receiver.load PLAN` answers one line of JSON.

Open: deliveries leave at fixed instants whether or not earlier ones were answered, and a wait counts from the instant
a delivery was due, so that a receiver that hangs cannot slow its own measurement down. Closed: each of so many
connections sends its next delivery when its last one was answered, which finds the most a receiver can do.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import msgspec
import uvloop

from benchmarks.receiver.deliveries import deliveries

PATIENCE = 15.0  # for what is still under way at the end


class Plan(msgspec.Struct):
    """What to send where."""

    host: str
    port: int
    secret: str
    run: str  # begins every webhook id
    seconds: float
    rate: int = 0  # a second; none: closed
    connections: int = 32  # when closed


@dataclass
class Tally:
    """What became of it."""

    sent: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # connections that ended before the answer
    waits: list[float] = field(default_factory=list)
    took: float = 0.0


class Line(asyncio.Protocol):
    """One kept connection, one delivery at a time."""

    def __init__(self, answered: "Callable[[Line, int], None]") -> None:
        self._answered = answered
        self._buffer = b""
        self.due: float | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what we write to."""
        self.transport = cast(asyncio.Transport, transport)

    def send(self, delivery: bytes, due: float) -> None:
        """Send; the answer counts from the instant it was due."""
        assert self.transport is not None
        self.due = due
        self.transport.write(delivery)

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer."""
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if end and len(rest) >= _length(head):
            self._buffer = b""
            self._answered(self, int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of an answer that will not come."""
        self.transport = None
        if self.due is not None:
            self._answered(self, 0)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


class Load:
    """Carries out a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally()
        self._loop = asyncio.get_running_loop()
        self._stock: Iterator[bytes] = deliveries(f"{plan.host}:{plan.port}", plan.secret, plan.run)
        self._free: list[Line] = []
        self._under_way = 0
        self._all_begun = False
        self._quiet = asyncio.Event()
        self._until = 0.0

    async def run(self) -> Tally:
        """Send what is planned and wait for the answers."""
        began = self._loop.time()
        self._until = began + self.plan.seconds
        await (self._send_openly(began) if self.plan.rate else self._send_closed())
        self._all_begun = True
        self._check_quiet()
        try:
            await asyncio.wait_for(self._quiet.wait(), self.plan.seconds + PATIENCE)
        except TimeoutError:
            self.tally.broken += self._under_way
        self.tally.took = self._loop.time() - began
        return self.tally

    async def _send_openly(self, began: float) -> None:
        connecting = set()
        for number in range(int(self.plan.rate * self.plan.seconds)):
            due = began + number / self.plan.rate
            if (wait := due - self._loop.time()) > 0:
                await asyncio.sleep(wait)
            self._under_way += 1
            if line := self._take_free():
                self._send(line, due)
            else:
                connecting.add(task := asyncio.create_task(self._send_on_another(due)))
                task.add_done_callback(connecting.discard)

    def _take_free(self) -> Line | None:
        while self._free:
            if (line := self._free.pop()).transport:
                return line  # those that were idle for long were ended by the receiver
        return None

    async def _send_on_another(self, due: float) -> None:
        try:
            self._send(await self._connect(), due)
        except OSError:
            self._under_way -= 1
            self.tally.broken += 1
            self._check_quiet()

    async def _send_closed(self) -> None:
        for line in [await self._connect() for _ in range(self.plan.connections)]:
            self._under_way += 1
            self._send(line, self._loop.time())

    async def _connect(self) -> Line:
        _, line = await self._loop.create_connection(lambda: Line(self._answered), self.plan.host, self.plan.port)
        return line

    def _send(self, line: Line, due: float) -> None:
        self.tally.sent += 1
        line.send(next(self._stock), due)

    def _answered(self, line: Line, status: int) -> None:
        now, due, line.due = self._loop.time(), line.due, None
        assert due is not None
        if status:
            self.tally.answers[status] += 1
            self.tally.waits.append(now - due)
        else:
            self.tally.broken += 1
        if not self.plan.rate and now < self._until and line.transport:
            return self._send(line, now)
        self._under_way -= 1
        if line.transport:
            self._free.append(line)
        self._check_quiet()

    def _check_quiet(self) -> None:
        if self._all_begun and not self._under_way:
            self._quiet.set()


def report(tally: Tally) -> dict[str, object]:
    """Return the tally with its waits as quantiles, in milliseconds."""
    waits = sorted(tally.waits) or [0.0]
    quantiles = {f"p{part}": waits[min(len(waits) - 1, len(waits) * part // 100)] * 1000 for part in (50, 99)}
    facts = {"sent": tally.sent, "answers": tally.answers, "broken": tally.broken, "took": tally.took}
    return {**facts, **quantiles, "longest": waits[-1] * 1000, "rate": tally.answers[200] / tally.took}


async def main(plan: Plan) -> None:
    """Carry out the plan and print its report."""
    print(json.dumps(report(await Load(plan).run())))


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Plan)))
