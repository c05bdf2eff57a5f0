"""Answers for Turbo: a change on the page without leaving it, for a form that does not lead elsewhere."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from embedded_ui.session import Visit
from embedded_ui.templating import render

MEDIA_TYPE = "text/vnd.turbo-stream.html"


def answer_with_stream(visit: Visit, request: Request, name: str, **context: Any) -> Response:
    """Return `name`.turbo.html to Turbo and `name`.html to anybody else; both say the same."""
    if MEDIA_TYPE in request.headers.get("Accept", ""):
        content = render(f"{name}.turbo.html", visit=visit, settings=visit.settings, **context)
        return HTMLResponse(content, status_code=201, media_type=MEDIA_TYPE)
    return HTMLResponse(render(f"{name}.html", visit=visit, settings=visit.settings, **context), status_code=201)
