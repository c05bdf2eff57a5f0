"""The client: what it repeats, what it waits for, and what it says of a change nobody confirmed."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import msgspec
import pytest

from app.core.errors import HubError, Unavailable
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import (
    Misunderstood,
    ScopeMissing,
    StoreFrozen,
    StoreGone,
    Throttled,
    TokenDead,
    UnknownOutcome,
)

pytestmark = pytest.mark.anyio

ACCESS = StoreAccess("roaster.myshopify.com", "shpat_0123456789abcdef")
QUERY, CHANGE, KEYED_CHANGE = "GrantedScopes", "DraftOrderComplete", "InventorySetQuantities"
Step = httpx.Response | Exception


class Anything(msgspec.Struct):
    """An answer of which only `done` matters."""

    done: bool


class Network:
    """Answers requests one after the other, and remembers waits instead of waiting."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(self, operation: str) -> Anything:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.answer)) as http:
            return await ShopifyClient(http, pause=self.pause).execute(ACCESS, operation, {}, Anything)


def done() -> httpx.Response:
    return httpx.Response(200, json={"data": {"done": True}})


def throttled(requested: float = 250, available: float = 50, rate: float = 100) -> httpx.Response:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}
    errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    return httpx.Response(200, json={"errors": errors, "extensions": {"cost": cost}})


def errors(code: str | None, path: list[Any] | None = None, **more: Any) -> httpx.Response:
    error: dict[str, Any] = {"message": "no", "extensions": {"code": code}}
    return httpx.Response(200, json={"errors": [error | ({"path": path} if path else {})]} | more)


HTML = httpx.Response(200, text="<html>Something went wrong</html>")
UNCLEAR: list[Callable[[], Step]] = [
    lambda: httpx.ReadTimeout("slow"),
    lambda: httpx.ReadError("cut"),
    lambda: httpx.WriteError("cut"),
    lambda: httpx.RemoteProtocolError("cut"),
    lambda: httpx.Response(500),
    lambda: httpx.Response(503, text="busy"),
    lambda: httpx.Response(302, headers={"Location": "https://example.com"}),
    lambda: HTML,
    lambda: httpx.Response(200, content=b"\xff"),
    lambda: httpx.Response(200, content=b"[" * 5000),
    lambda: httpx.Response(200, json={}),
    lambda: httpx.Response(200, json={"data": None}),
    lambda: httpx.Response(200, json={"data": {"done": "perhaps"}}),
    lambda: errors("INTERNAL_SERVER_ERROR"),
]


async def test_sends_the_store_its_token_and_the_document() -> None:
    network = Network([done()])

    await network.run(QUERY)

    (request,) = network.requests
    assert str(request.url) == "https://roaster.myshopify.com/admin/api/2026-10/graphql.json"
    assert request.headers["X-Shopify-Access-Token"] == ACCESS.access_token
    assert msgspec.json.decode(request.content)["operationName"] == QUERY


@pytest.mark.parametrize("operation", [QUERY, CHANGE, KEYED_CHANGE])
async def test_waits_as_long_as_the_bucket_needs(operation: str) -> None:
    network = Network([throttled(), throttled(requested=100, available=0), done()])

    await network.run(operation)

    assert network.waits == [2.0, 1.0]


@pytest.mark.parametrize(("header", "wait"), [("2.5", 2.5), ("0", 0.05), ("soon", 1.0)])
async def test_waits_as_a_429_asks_even_before_a_change(header: str, wait: float) -> None:
    network = Network([httpx.Response(429, headers={"Retry-After": header}), done()])

    await network.run(CHANGE)

    assert network.waits == [wait]


async def test_gives_up_waiting_and_says_when_to_come_back() -> None:
    network = Network([throttled() for _ in range(4)])

    with pytest.raises(Throttled) as refused:
        await network.run(CHANGE)

    assert refused.value.retry_after == 2.0


async def test_does_not_sit_out_a_long_wait() -> None:
    network = Network([httpx.Response(429, headers={"Retry-After": "120"})])

    with pytest.raises(Throttled) as refused:
        await network.run(QUERY)

    assert refused.value.retry_after == 120


@pytest.mark.parametrize("unclear", UNCLEAR, ids=range(len(UNCLEAR)))
async def test_a_change_sent_without_a_valid_answer_is_unknown_and_never_sent_again(
    unclear: Callable[[], Step],
) -> None:
    network = Network([unclear(), done()])

    with pytest.raises(UnknownOutcome):
        await network.run(CHANGE)

    assert len(network.requests) == 1


@pytest.mark.parametrize("unclear", UNCLEAR, ids=range(len(UNCLEAR)))
@pytest.mark.parametrize("operation", [QUERY, KEYED_CHANGE])
async def test_what_may_be_repeated_is_repeated_twice(operation: str, unclear: Callable[[], Step]) -> None:
    network = Network([unclear(), unclear(), done()])

    answer = await network.run(operation)

    assert answer.done


@pytest.mark.parametrize(("operation", "failure"), [(QUERY, Unavailable), (KEYED_CHANGE, UnknownOutcome)])
async def test_after_three_silences_only_a_change_is_unknown(operation: str, failure: type[Exception]) -> None:
    network = Network([httpx.ReadTimeout("slow") for _ in range(3)])

    with pytest.raises(Unavailable) as refused:
        await network.run(operation)

    assert type(refused.value) is failure


@pytest.mark.parametrize("operation", [QUERY, CHANGE, KEYED_CHANGE])
async def test_what_was_surely_not_sent_is_tried_again_and_stays_known(operation: str) -> None:
    network = Network([httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("busy")])

    with pytest.raises(Unavailable) as refused:
        await network.run(operation)

    assert type(refused.value) is Unavailable
    assert len(network.requests) == 3


@pytest.mark.parametrize(
    "then", [httpx.ConnectError("refused"), httpx.Response(401), httpx.Response(429, headers={"Retry-After": "99"})]
)
async def test_an_unclear_change_stays_unknown_whatever_follows(then: Step) -> None:
    network = Network([httpx.ReadTimeout("slow"), then, httpx.ConnectError("refused")])

    with pytest.raises(UnknownOutcome):
        await network.run(KEYED_CHANGE)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (httpx.Response(401, text="[API] Invalid API key or access token"), TokenDead),
        (httpx.Response(402), StoreFrozen),
        (httpx.Response(403), TokenDead),
        (httpx.Response(404), StoreGone),
        (httpx.Response(423), StoreFrozen),
        (httpx.Response(400), Misunderstood),
        (errors("ACCESS_DENIED", ["draftOrderComplete"]), ScopeMissing),
        (errors("SHOP_INACTIVE"), StoreFrozen),
        (errors("MAX_COST_EXCEEDED"), Misunderstood),
        (errors("undefinedField", ["query", "shop"]), Misunderstood),
    ],
)
@pytest.mark.parametrize("operation", [QUERY, CHANGE, KEYED_CHANGE])
async def test_refusals_have_a_meaning_and_are_not_repeated(
    operation: str, answer: httpx.Response, meaning: type[HubError]
) -> None:
    network = Network([answer])

    with pytest.raises(meaning):
        await network.run(operation)


async def test_an_error_below_the_mutation_means_it_may_have_been_made() -> None:
    made = errors("ACCESS_DENIED", ["draftOrderComplete", "draftOrder", "order"], data={"draftOrderComplete": {}})
    network = Network([made])

    with pytest.raises(UnknownOutcome):
        await network.run(CHANGE)


async def test_neither_logs_nor_prints_show_the_token(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A16: logs contain no token, at any level."""
    caplog.set_level(logging.DEBUG)
    network = Network([httpx.ReadTimeout("slow"), httpx.Response(401)])

    with pytest.raises(TokenDead) as refused:
        await network.run(QUERY)

    written = caplog.text + "".join(capfd.readouterr()) + repr(refused.value) + repr(ACCESS)
    assert "roaster.myshopify.com" in written
    assert ACCESS.access_token not in written
