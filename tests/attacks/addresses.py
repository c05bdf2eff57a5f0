"""The addresses of the application, read off the routes it serves: a new route is attacked without being named here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount, Route

from embedded_ui.routes import TABLE
from embedded_ui.wrapper import PageEndpoint, PageRoute

PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
CHANGES = tuple(method for method in METHODS if method not in ("GET", "HEAD"))


@dataclass(frozen=True)
class Address:
    """One path of the application, with ids nobody has in it, and the methods it answers."""

    template: str
    path: str
    methods: frozenset[str]
    is_page: bool  # of the embedded app, behind the ID token


def filled(template: str, **values: object) -> str:
    """The path with these values in it; what is not given is 1."""
    return PARAMETER.sub(lambda found: str(values.get(found[1], 1)), template)


def addresses(application: Any) -> list[Address]:
    """Every address the application serves; fails on a kind of route it does not know how to attack."""
    return list(_read(application.routes))


def _read(routes: Any) -> Iterator[Address]:
    for route in routes:
        if isinstance(route, Mount):
            yield Address(route.path, f"{route.path}/app.css", frozenset({"GET", "HEAD"}), False)
        elif isinstance(route, Route) and isinstance(route.endpoint, PageEndpoint):
            answered = {row.method for row in route.endpoint.rows}
            yield Address(route.path, filled(route.path), frozenset(answered), True)
        elif isinstance(route, Route) and route.methods:
            yield Address(route.path, filled(route.path), frozenset(route.methods), False)
        else:
            raise AssertionError(f"nothing attacks {route!r} yet")


def parameters(row: PageRoute) -> tuple[str, ...]:
    """The names of the ids in a page's path."""
    return tuple(PARAMETER.findall(row.path))


WITH_IDS = tuple(row for row in TABLE if parameters(row))
CHANGING = tuple(row for row in TABLE if row.method != "GET")
READING = tuple(row for row in TABLE if row.method == "GET")
