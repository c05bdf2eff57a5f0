"""The Admin API over HTTP: who asks, what goes wrong on demand, what it costs, and the log of every call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from simulator.admin_api.app_identity import AppScopes
from simulator.admin_api.call import Call
from simulator.admin_api.cost import MAX_QUERY_COST, Bucket, cost_extension, rate_of
from simulator.admin_api.dropped import DroppedConnection
from simulator.admin_api.execution import Prepared, prepare, run
from simulator.admin_api.selection import selected_fields
from simulator.faults.faults import Fault
from simulator.oauth.tokens import find_token
from simulator.world.clock import machine_now
from simulator.world.records import Outcome
from simulator.world.store import Store
from simulator.world.world import World

SERVED = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01")
GARBAGE = "<!DOCTYPE html><html><head><title>Something went wrong</title></head><body><h1>Oops</h1></body></html>"
COST_DOCUMENTATION = "https://shopify.dev/api/usage/limits#rate-limits"


@dataclass(frozen=True)
class Answer:
    """What a request came to, before it is sent or lost."""

    status: int
    body: dict[str, Any]
    outcome: Outcome
    cost: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


class AdminApi:
    """Answers `/admin/api/{version}/graphql.json` of every store of a world."""

    def __init__(self, world: World, *, now: Callable[[], datetime] = machine_now) -> None:
        self.world = world
        self._now = now
        self._buckets: WeakKeyDictionary[Store, Bucket] = WeakKeyDictionary()

    async def answer(self, request: Request, shop: str, version: str) -> Response:
        """Answer one request to the store; a dropped connection raises httpx.ReadError out of the application."""
        store = self.world.stores.get(shop)
        if store is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        refused = self._refuse_stranger(store, request.headers.get("X-Shopify-Access-Token", ""))
        if refused is not None:
            return refused
        posted = await _read(request)
        if posted is None:
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        query, variables, operation_name = posted
        prepared = prepare(query, variables, operation_name)
        fault = self.world.faults.draw_request(self.world, store.domain, prepared.name)
        call = self._call(store, request, version)
        response = await self._serve(prepared, call, query, fault)
        response.headers["X-Shopify-API-Version"] = call.api_version
        return response

    def bucket(self, store: Store) -> Bucket:
        """The app's points at the store, as of now."""
        bucket = self._buckets.setdefault(store, Bucket(rate_of(store.plan)))
        bucket.restore_rate = rate_of(store.plan)  # a store may change its plan
        bucket.restore(self._now(), self.world.now)
        return bucket

    def _refuse_stranger(self, store: Store, presented: str) -> Response | None:
        token = find_token(store, presented, self._now())
        if token is None or not store.app.installed:
            self._record_stranger(store)
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": message}, 401)
        if store.app.frozen:
            status = self.world.switches.frozen_status
            self._record_stranger(store)
            return JSONResponse({"errors": "Unavailable Shop"}, status)
        if token.used_at is None:
            token.used_at = self._now()
            self.world.touch(store, store.app)
        return None

    def _call(self, store: Store, request: Request, version: str) -> Call:
        token = find_token(store, request.headers["X-Shopify-Access-Token"], self._now())
        assert token is not None
        granted = frozenset(token.scopes) & frozenset(store.app.scopes)
        return Call(
            world=self.world,
            store=store,
            scopes=granted,
            machine_now=self._now(),
            client_id=self.world.settings.api_key,
            app_scopes=AppScopes.read(self.world.settings.manifest),
            protected_data=self.world.switches.protected_data,
            search_lag=timedelta(seconds=self.world.faults.search_lag_seconds),
            api_version=version if version in SERVED else SERVED[0],
        )

    async def _serve(self, prepared: Prepared, call: Call, query: str, fault: Fault | None) -> Response:
        if fault is not None and fault.action == "delay":
            await asyncio.sleep(fault.seconds)
            fault = None
        if fault is not None and fault.action == "user_error":
            call.refuses_changes = True
            fault = None
        happens = fault is None or fault.phase == "after"
        answer = self._execute(prepared, call) if happens else _untouched(fault)
        outcome = answer.outcome if fault is None else _OUTCOMES[(fault.action, fault.phase)]
        self._record(query, prepared, call, answer, outcome)
        if fault is not None and fault.action != "throttle":
            return _SENT[fault.action]()
        if fault is not None:
            return self._throttled(prepared, call)
        return JSONResponse(answer.body, answer.status)

    def _execute(self, prepared: Prepared, call: Call) -> Answer:
        if prepared.errors:
            return Answer(200, {"errors": list(prepared.errors)}, "refused")
        model = prepared.cost_model
        requested = model.requested(prepared.operation) if prepared.operation else 0
        bucket = self.bucket(call.store)
        if requested > MAX_QUERY_COST:
            return Answer(200, {"errors": [_too_dear(requested)]}, "refused")
        if not bucket.take(requested):
            return Answer(200, _throttle_body(requested, bucket), "throttled")
        name = f"{prepared.name}:{len(self.world.requests) + 1}"
        with self.world.action(f"request:{call.store.domain}:{name}"):
            body = run(prepared, call)
        assert prepared.operation is not None
        actual = model.actual(prepared.operation, body.get("data"))
        bucket.give_back(requested - actual)
        body["extensions"] = {"cost": cost_extension(requested, actual, bucket)}
        return Answer(200, body, "refused" if _has_errors(body) else "ok", actual)

    def _throttled(self, prepared: Prepared, call: Call) -> Response:
        requested = 0
        if not prepared.errors and prepared.operation is not None:
            requested = prepared.cost_model.requested(prepared.operation)
        # A throttle on demand is a bucket a twentieth of a second short: a caller who believes it waits little.
        bucket = self.bucket(call.store)
        available = max(requested - max(bucket.restore_rate // 20, 1), 0)
        return JSONResponse(_throttle_body(requested, bucket, available=available))

    def _record(self, query: str, prepared: Prepared, call: Call, answer: Answer, outcome: Outcome) -> None:
        self.world.record_request(
            shop=call.store.domain,
            operation=prepared.name,
            document=query,
            selected_fields=[] if prepared.errors else selected_fields(prepared.document, prepared.operation),
            variables=dict(prepared.variables),
            key=_key_of(prepared, call),
            cost=answer.cost,
            outcome=outcome,
            resource=call.resources[0] if call.resources else None,
        )

    def _record_stranger(self, store: Store) -> None:
        """A call without a live token is logged without looking at what it asks."""
        self.world.record_request(
            shop=store.domain,
            operation="",
            document="",
            selected_fields=[],
            variables={},
            key=None,
            cost=None,
            outcome="unauthorized",
            resource=None,
        )


_OUTCOMES: dict[tuple[str, str], Outcome] = {
    ("drop", "before"): "dropped_before",
    ("drop", "after"): "dropped_after",
    ("throttle", "before"): "throttled",
    ("throttle", "after"): "throttled",
    ("server_error", "before"): "server_error",
    ("server_error", "after"): "server_error",
    ("garbage", "before"): "garbage",
    ("garbage", "after"): "garbage",
}
_SENT: dict[str, Callable[[], Response]] = {
    "drop": DroppedConnection,
    "server_error": lambda: JSONResponse({"errors": "Internal Server Error"}, 503),
    "garbage": lambda: HTMLResponse(GARBAGE),
}


def _untouched(fault: Fault | None) -> Answer:
    assert fault is not None
    return Answer(503, {}, _OUTCOMES[(fault.action, fault.phase)])


async def _read(request: Request) -> tuple[str, dict[str, Any], str | None] | None:
    try:
        posted = await request.json()
    except (ValueError, RecursionError):
        return None
    if not isinstance(posted, dict) or not isinstance(posted.get("query"), str):
        return None
    variables = posted.get("variables") or {}
    name: Literal[""] | str | None = posted.get("operationName")
    return (posted["query"], variables, name or None) if isinstance(variables, dict) else None


def _key_of(prepared: Prepared, call: Call) -> str | None:
    if call.idempotency_key is not None:
        return call.idempotency_key
    key = prepared.variables.get("key")
    return key if isinstance(key, str) else None


def _has_errors(body: dict[str, Any]) -> bool:
    payloads = (body.get("data") or {}).values()
    return "errors" in body or any(isinstance(one, dict) and one.get("userErrors") for one in payloads)


def _too_dear(requested: int) -> dict[str, Any]:
    return {
        "message": f"Query cost is {requested}, which exceeds the single query max cost limit ({MAX_QUERY_COST}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": requested,
            "maxCost": MAX_QUERY_COST,
            "documentation": COST_DOCUMENTATION,
        },
    }


def _throttle_body(requested: int, bucket: Bucket, available: int | None = None) -> dict[str, Any]:
    cost = cost_extension(requested, None, bucket)
    if available is not None:
        cost["throttleStatus"]["currentlyAvailable"] = available
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": COST_DOCUMENTATION}}
    return {"errors": [error], "extensions": {"cost": cost}}
