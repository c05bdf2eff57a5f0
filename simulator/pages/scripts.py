"""Serves the stand-ins for Shopify's two scripts, each assembled from its parts."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"


@cache
def polaris_script() -> str:
    """The stand-in for the Polaris elements, with the table of what they may carry."""
    table = (STATIC / "polaris" / "elements.json").read_text()
    return _wrapped(f"const MANIFEST = {table};\n{_joined('polaris')}")


@cache
def app_bridge_script() -> str:
    """The stand-in for App Bridge."""
    return _wrapped(_joined("bridge"))


def _joined(folder: str) -> str:
    return "\n".join(part.read_text() for part in sorted((STATIC / folder).glob("*.js")))


def _wrapped(source: str) -> str:
    return f'(() => {{\n"use strict";\n{source}\n}})();\n'


async def show_polaris(request: Request) -> Response:
    """Answer /static/polaris.js."""
    return _script(polaris_script())


async def show_app_bridge(request: Request) -> Response:
    """Answer /static/app-bridge.js."""
    return _script(app_bridge_script())


async def show_file(request: Request) -> Response:
    """The files of the simulator's own pages."""
    path = STATIC / request.path_params["name"]
    if not path.is_file():
        return PlainTextResponse("no such file", status_code=404)
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


def _script(source: str) -> Response:
    # As from the CDN: readable for any origin, and kept for a while.
    headers = {"Cache-Control": "max-age=60", "Access-Control-Allow-Origin": "*", "Timing-Allow-Origin": "*"}
    return Response(source, media_type="text/javascript", headers=headers)


routes = [
    Route("/static/polaris.js", show_polaris),
    Route("/static/app-bridge.js", show_app_bridge),
    Route("/static/{name}", show_file),
]
