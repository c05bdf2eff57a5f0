"""Which function does which job: filled by the modules of this package as they are imported."""

import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import jobs
from app.inbox.declaration import InboxEvent
from app.job_runs.declaration import Job
from jobs.context import JobContext

J = TypeVar("J", bound=Job)
JobHandler = Callable[[JobContext, J], Awaitable[None]]
TopicHandler = Callable[[JobContext, InboxEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handled:
    """A kind of job and the function that does it."""

    kind: type[Job]
    handler: JobHandler[Any]


HANDLERS: dict[str, Handled] = {}
TOPIC_HANDLERS: dict[str, TopicHandler] = {}


def handles(kind: type[J]) -> Callable[[JobHandler[J]], JobHandler[J]]:
    """Make the decorated function the one handler of this kind of job."""

    def register(handler: JobHandler[J]) -> JobHandler[J]:
        if kind.name in HANDLERS:
            raise ValueError(f"{kind.name} has a handler already")
        HANDLERS[kind.name] = Handled(kind, handler)
        return handler

    return register


def hears(*topics: str) -> Callable[[TopicHandler], TopicHandler]:
    """Make the decorated function the one that handles webhook events of these topics."""

    def register(handler: TopicHandler) -> TopicHandler:
        for topic in topics:
            if topic in TOPIC_HANDLERS:
                raise ValueError(f"{topic} has a handler already")
            TOPIC_HANDLERS[topic] = handler
        return handler

    return register


def load_handlers() -> dict[str, Handled]:
    """Import every module of this package that may declare a handler, and return what they declared."""
    for module in pkgutil.iter_modules(jobs.__path__):
        if module.name != "worker":  # the program itself, which imports us
            import_module(f"jobs.{module.name}")
    return HANDLERS
