"""The one way to Shopify's Admin API: time-outs, waits, safe repeats, and failures by their meaning."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio
import httpx
import msgspec

from app.core.errors import HubError, Unavailable
from app.core.log import logger
from app.gateways.shopify.answers import Answer, NoValidAnswer, read_answer
from app.gateways.shopify.budget import Budget, Cost, OverBudget
from app.gateways.shopify.documents import Document, find_document
from app.gateways.shopify.errors import Throttled, UnknownOutcome
from app.gateways.shopify.silence import Silences

API_VERSION = "2026-10"
CONNECT_SECONDS = 1.0
TOTAL_SECONDS = 10.0
THROTTLE_WAITS = 3
LONGEST_WAIT = 15.0
REPEATS = 2
FIRST_PAUSE = 0.1
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)

log = logger("shopify")


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """Which store is called, and what opens it."""

    shop_domain: str
    access_token: str = field(repr=False)


class NotSent(Exception):
    """The request surely never reached Shopify."""


class ShopifyClient:
    """Executes the documents of queries/ for whichever store the caller has access to."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_version: str = API_VERSION,
        budget: Budget | None = None,
        patience: float = TOTAL_SECONDS,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.http = http
        self.api_version = api_version
        self.silences = Silences()
        self._budget = budget
        self._patience = patience
        self._pause = pause

    async def execute(
        self, access: StoreAccess, operation: str, variables: Mapping[str, object], answer: type[Answer]
    ) -> Answer:
        """Return the operation's data as `answer`; repeats only what may be repeated."""
        document = find_document(operation)
        waits = repeats = 0
        may_have_changed = False
        draws = True
        while True:
            try:
                return await self._attempt(access, document, variables, answer, draws=draws)
            except (NotSent, NoValidAnswer) as error:
                repeats += 1
                may_have_changed |= document.changes and isinstance(error, NoValidAnswer)
                log.warning(
                    "shopify.no_answer", operation=operation, shop=access.shop_domain, why=str(error), attempt=repeats
                )
                is_over = repeats > REPEATS or self.silences.are_many(access.shop_domain)
                if is_over or (may_have_changed and not document.repeatable):
                    raise UnknownOutcome() if may_have_changed else Unavailable("Shopify did not answer.") from error
                draws = True
                await self._pause(FIRST_PAUSE * 2 ** (repeats - 1) * (0.5 + random.random()))
            except HubError as error:
                waits += 1
                wait = _wait_asked(error)
                if wait is None or waits > THROTTLE_WAITS or wait > LONGEST_WAIT:
                    if may_have_changed:
                        raise UnknownOutcome() from error
                    raise
                await self._pause(wait)
                draws = False  # it waited as Shopify asked, and its answer tells all others how the bucket stands

    async def _attempt(
        self,
        access: StoreAccess,
        document: Document,
        variables: Mapping[str, object],
        answer: type[Answer],
        *,
        draws: bool,
    ) -> Answer:
        costs: list[Cost | None] = []
        shop, operation = access.shop_domain, document.operation
        promised = await self._budget.ask(shop, operation) if self._budget and draws else 0.0
        try:
            response = await self._send(access, document, variables)
            with self._noting_answer(shop):
                return read_answer(response, answer, document.changes, costs.append)
        except (NotSent, NoValidAnswer):
            self.silences.note(shop, answered=False)
            raise
        finally:
            if self._budget:
                self._budget.settle(shop, operation, promised, costs[0] if costs else None)

    @contextmanager
    def _noting_answer(self, shop_domain: str) -> Iterator[None]:
        """A refusal is an answer too."""
        try:
            yield
        except HubError:
            self.silences.note(shop_domain, answered=True)
            raise
        self.silences.note(shop_domain, answered=True)

    async def _send(self, access: StoreAccess, document: Document, variables: Mapping[str, object]) -> httpx.Response:
        body = {"query": document.text, "operationName": document.operation, "variables": variables}
        try:
            with anyio.fail_after(self._patience):
                response = await self.http.post(
                    f"https://{access.shop_domain}/admin/api/{self.api_version}/graphql.json",
                    content=msgspec.json.encode(body),
                    headers={"Content-Type": "application/json", "X-Shopify-Access-Token": access.access_token},
                )
        except NEVER_SENT as error:
            raise NotSent(type(error).__name__) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise NoValidAnswer(type(error).__name__) from error
        self._check_version(response)
        return response

    def _check_version(self, response: httpx.Response) -> None:
        served = response.headers.get("X-Shopify-API-Version", self.api_version)
        if served != self.api_version:
            log.error("shopify.other_version_served", wanted=self.api_version, served=served)


def _wait_asked(error: HubError) -> float | None:
    """Return how long Shopify asks us to wait before the same call; none: it is of no use to repeat it now."""
    if isinstance(error, Throttled) and not isinstance(error, OverBudget):
        return error.retry_after or 1.0
    return None
