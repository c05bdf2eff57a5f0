"""Control routes of the world as a whole: the clock, faults, switches, webhooks, and what a checker reads."""

import json
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.control import bodies
from simulator.control.http import read_body, told, world_of
from simulator.control.refs import given
from simulator.control.settle import Clockmaker
from simulator.faults.faults import PROFILES, Faults, Rule
from simulator.webhooks.delivery import Courier, sign
from simulator.webhooks.topics import TOPIC_SCOPES
from simulator.world.clock import iso
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.people import MARKS
from simulator.world.records import RequestRecord, WebhookRecord
from simulator.world.switches import Switches
from simulator.world.truth import profile_truth, store_truth
from simulator.world.world import World

VERSION = "1"
SCHEMA = "2026-10"
DEFAULT_URI = "/webhooks/shopify"

CLOCK_PATIENCE = 1.0


def _clock(world: World) -> dict[str, Any]:
    return {"now": iso(world.now), "rate": world.clock.rate}


def _faults(world: World) -> dict[str, Any]:
    faults = world.faults
    return {"seed": faults.seed, "profile": faults.profile, "rules": [asdict(rule) for rule in faults.rules]}


def _overview(world: World) -> dict[str, Any]:
    return {
        "version": VERSION,
        "schema": SCHEMA,
        "seed": world.seed,
        "clock": _clock(world),
        "marks": MARKS,
        "switches": asdict(world.switches),
        "faults": _faults(world),
        "stores": [profile_truth(store) for store in world.stores.values()],
    }


async def show_control(request: Request) -> Response:
    """Tell what world this is."""
    return JSONResponse(_overview(world_of(request)))


async def reset(request: Request) -> Response:
    """Begin the world anew."""
    body, world = await read_body(request, bodies.Reset), world_of(request)
    switches = _switches(Switches(), body.switches) if isinstance(body.switches, dict) else Switches()
    world.reset(body.seed)
    world.switches = switches.drawn(world.draws) if body.switches == "drawn" else switches
    return told(world, "world", _overview(world))


def _switches(current: Switches, changes: dict[str, Any]) -> Switches:
    unknown = set(changes) - {one.name for one in fields(Switches)}
    if unknown:
        raise Unreadable(f"no switch {min(unknown)}")
    try:
        return msgspec.convert(asdict(current) | changes, Switches)
    except msgspec.ValidationError as failure:
        raise Unreadable(str(failure)) from None


async def set_switches(request: Request) -> Response:
    """Answer some of the platform's doubts."""
    world = world_of(request)
    try:
        changes = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
    except msgspec.DecodeError as failure:
        raise Unreadable(str(failure)) from None
    world.switches = _switches(world.switches, changes)
    return told(world, "switches", asdict(world.switches))


async def show_switches(request: Request) -> Response:
    """Tell how the platform's doubts are answered."""
    return JSONResponse(asdict(world_of(request).switches))


async def show_clock(request: Request) -> Response:
    """Tell the business time; with `?turns=` of an earlier answer once it was set since, or after a second."""
    world = world_of(request)
    seen = request.query_params.get("turns", "")
    if seen.isascii() and seen.isdigit():
        await world.clock.until_turned(int(seen), CLOCK_PATIENCE)
    return JSONResponse(_clock(world) | {"turns": world.clock.turns})


async def set_clock(request: Request) -> Response:
    """Set, stop or speed up the business clock."""
    body, world = await read_body(request, bodies.SetClock), world_of(request)
    world.clock.set(now=body.now, rate=body.rate)
    return told(world, "clock", _clock(world))


async def advance(request: Request) -> Response:
    """Turn the business clock forward."""
    body, world = await read_body(request, bodies.Advance), world_of(request)
    if (body.to is None) == (body.seconds is None):
        raise Unreadable("either to or seconds")
    clockmaker: Clockmaker = request.app.state.clockmaker
    to = body.to or world.now + timedelta(seconds=body.seconds or 0)
    turned = await clockmaker.advance(to, body.settle, body.patience)
    return JSONResponse(
        {
            "now": iso(turned.now),
            "steps": turned.steps,
            "settled": turned.settled,
            "waited_for": turned.waited_for,
        }
    )


async def show_store(request: Request) -> Response:
    """Tell what a store is."""
    return JSONResponse(profile_truth(world_of(request).store(request.path_params["shop"])))


async def show_truth(request: Request) -> Response:
    """Tell everything that is true, of one store or of all."""
    world, shop = world_of(request), request.query_params.get("shop")
    if shop:
        return JSONResponse({"at": iso(world.now), **store_truth(world.store(shop))})
    stores = {store.domain: store_truth(store) for store in world.stores.values()}
    return JSONResponse({"at": iso(world.now), "stores": stores})


def _since(request: Request) -> int:
    try:
        return max(0, int(request.query_params.get("since") or 0))
    except ValueError:
        raise Unreadable("since is the `next` of the answer before") from None


async def show_requests(request: Request) -> Response:
    """Tell the calls to the Admin API since the last answer."""
    calls = world_of(request).requests[_since(request) :]
    return JSONResponse({"calls": [_call(one) for one in calls], "next": _since(request) + len(calls)})


def _call(one: RequestRecord) -> dict[str, Any]:
    return asdict(one) | {"at": iso(one.at)}


async def show_webhooks(request: Request) -> Response:
    """Tell the webhooks since the last answer."""
    log = world_of(request).outbox.log[_since(request) :]
    return JSONResponse({"webhooks": [webhook_truth(one) for one in log], "next": _since(request) + len(log)})


def webhook_truth(one: WebhookRecord) -> dict[str, Any]:
    """One webhook as a checker reads it."""
    return {
        "id": one.id,
        "number": one.number,
        "event_id": one.event_id,
        "shop": one.shop,
        "topic": one.topic,
        "resource": one.resource,
        "triggered_at": iso(one.triggered_at),
        "state": one.state,
        "uri": one.uri,
        "body": one.body,
        "deliveries": [{"at": iso(each.at), "status": each.status} for each in one.deliveries],
    }


async def redeliver(request: Request) -> Response:
    """Deliver a webhook again, with its id and its original body."""
    body, world = await read_body(request, bodies.Redeliver), world_of(request)
    record = world.outbox.by_id.get(request.path_params["id"])
    if record is None:
        raise Unknown("no such webhook")
    for _ in range(body.times):
        world.outbox.schedule(world, record, body.delay)
    return told(world, record.id, webhook_truth(record))


async def forge(request: Request) -> Response:
    """Send the hub a webhook that nobody caused, and tell what it answered."""
    body, world = await read_body(request, bodies.Forge), world_of(request)
    settings = world.settings
    if settings.hub_url is None:
        raise Impossible("there is no hub to send it to")
    if body.secret == "old" and settings.old_api_secret is None:
        raise Impossible("there was no secret before this one")
    payload = body.raw.encode() if body.raw is not None else _forged_body(body)
    secrets = {"right": settings.api_secret, "old": settings.old_api_secret, "wrong": "not-the-secret"}
    record = _forged_record(world, body)
    courier: Courier = request.app.state.courier
    headers = courier.headers(record, payload)
    secret = secrets.get(body.secret)
    headers.pop("X-Shopify-Hmac-Sha256")
    if secret is not None:
        headers["X-Shopify-Hmac-Sha256"] = sign(secret, payload)
    replaced = {name.lower() for name in body.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in replaced}
    headers |= {name: value for name, value in body.headers.items() if value is not None}
    status, text = await courier.post(record.uri, payload, headers, method=body.method)
    return told(world, record.id, {"status": status, "answer": text[:2000], "uri": record.uri})


def _forged_body(body: bodies.Forge) -> bytes:
    return json.dumps({} if body.body is UNSET else body.body).encode()


def _forged_record(world: World, body: bodies.Forge) -> WebhookRecord:
    store = world.stores.get(body.shop.lower())
    known = world.outbox.uri_for(world, store, body.topic) if body.topic in TOPIC_SCOPES else None
    return WebhookRecord(
        number=0,
        id=str(uuid4()),
        event_id=str(uuid4()),
        shop=body.shop,
        topic=body.topic,
        resource="",
        triggered_at=world.now,
        body="",
        uri=body.uri or known or DEFAULT_URI,
    )


async def show_faults(request: Request) -> Response:
    """Tell what goes wrong on demand."""
    return JSONResponse(_faults(world_of(request)))


async def set_faults(request: Request) -> Response:
    """Put a profile or rules in force; without either, nothing goes wrong and what was delayed goes out."""
    body, world = await read_body(request, bodies.SetFaults), world_of(request)
    if body.profile and body.rules:
        raise Unreadable("either a profile or rules")
    profile = body.profile or ("rules" if body.rules else "none")
    rules = list(PROFILES[profile]) if profile in PROFILES else [Rule(**given(one)) for one in body.rules]
    seed = world.seed if body.seed is None else body.seed
    world.faults = Faults(seed=seed, profile=profile, rules=rules)
    if profile == "none":
        world.outbox.release_delayed(world)
    return told(world, "faults", _faults(world))


async def show_fault_log(request: Request) -> Response:
    """Tell what went wrong on demand."""
    return JSONResponse({"log": [asdict(one) | {"at": iso(one.at)} for one in world_of(request).fault_log]})
