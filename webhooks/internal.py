"""What an operator's scheduler and a checker ask: is there work, do the work; with a bearer secret."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.errors import Unavailable
from app.core.runtime import Runtime
from app.core.settings import Settings

TIME_LIMIT = 60.0  # of a scheduled call on a serverless host
Endpoint = Callable[[Request], Awaitable[Response]]

# One look at partial indexes only. A planned instant that has come is a job that is due, swept or not. An event whose
# handling is tried again later is no work of now, and one whose handling failed is told as that.
_QUIET = """
SELECT
    (SELECT count(*) FROM job_runs WHERE state = 'queued' AND run_at <= %(now)s)
        + (SELECT count(*) FROM planned_instants WHERE at <= %(now)s),
    (SELECT count(*) FROM job_runs WHERE state = 'running'),
    (SELECT count(*) FROM job_runs WHERE state = 'failed'),
    (SELECT count(*) FROM inbox_events AS event WHERE handled_at IS NULL AND failed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM job_runs
            WHERE state = 'queued' AND run_at > %(now)s AND coalesce_key = 'inbox.handle|' || event.id)
        AND NOT EXISTS (SELECT 1 FROM job_runs
            WHERE state = 'failed' AND coalesce_key = 'inbox.handle|' || event.id)),
    least((SELECT min(run_at) FROM job_runs WHERE state = 'queued' AND run_at > %(now)s),
          (SELECT min(at) FROM planned_instants WHERE at > %(now)s))
"""


def guarded(endpoint: Endpoint) -> Endpoint:
    """Let in only who carries the secret, compared in constant time."""

    async def answer(request: Request) -> Response:
        settings: Settings = request.app.state.runtime.settings
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(token.encode(), settings.internal_secret.encode())
        if scheme.lower() != "bearer" or not known:
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        try:
            return await endpoint(request)
        except Unavailable as error:
            return JSONResponse({"error": error.sentence}, status_code=503)

    return answer


async def quiet(request: Request) -> Response:
    """Tell what is to be done at this business time, and when the next thing is."""
    runtime: Runtime = request.app.state.runtime
    now = await runtime.clock.look()
    due, running, failed, unhandled, next_at = (await runtime.direct.rows(_QUIET, {"now": now}))[0]
    return JSONResponse(
        {
            "at": now.isoformat(),
            "jobs_due": due,
            "jobs_running": running,
            "jobs_failed": failed,
            "inbox_unhandled": unhandled,
            "next_planned_at": next_at.isoformat() if next_at else None,
        }
    )


async def drain(request: Request) -> Response:
    """Sweep once, then do what is due until most of the time is used; calls may overlap."""
    do: Callable[[float], Awaitable[int]] = request.app.state.drain
    return JSONResponse({"ran": await do(TIME_LIMIT * 0.8)})


async def health(request: Request) -> Response:
    """Tell whether we can work."""
    runtime: Runtime = request.app.state.runtime
    try:
        await runtime.direct.rows("SELECT 1", {})
    except Unavailable:
        return JSONResponse({"status": "unavailable"}, status_code=503)
    return JSONResponse({"status": "ok"})


routes = [
    Route("/internal/quiet", guarded(quiet), methods=["GET"], name="internal.quiet"),
    Route("/internal/drain", guarded(drain), methods=["GET"], name="internal.drain"),
    Route("/health", health, methods=["GET"], name="health"),
]
