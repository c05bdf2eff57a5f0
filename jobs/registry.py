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


@dataclass(frozen=True, slots=True)
class Heard:
    """The function that handles a topic; `without_store`: also for shops nobody knows."""

    function: TopicHandler
    without_store: bool


HANDLERS: dict[str, Handled] = {}
TOPIC_HANDLERS: dict[tuple[str, str | None], Heard] = {}


def handles(kind: type[J]) -> Callable[[JobHandler[J]], JobHandler[J]]:
    """Make the decorated function the one handler of this kind of job."""

    def register(handler: JobHandler[J]) -> JobHandler[J]:
        if kind.name in HANDLERS:
            raise ValueError(f"{kind.name} has a handler already")
        HANDLERS[kind.name] = Handled(kind, handler)
        return handler

    return register


def hears(*topics: str, role: str | None = None, without_store: bool = False) -> Callable[[TopicHandler], TopicHandler]:
    """Make the decorated function the one that handles webhook events of these topics, of stores of one role or all."""

    def register(handler: TopicHandler) -> TopicHandler:
        for topic in topics:
            if (topic, role) in TOPIC_HANDLERS:
                raise ValueError(f"{topic} has a handler already")
            TOPIC_HANDLERS[topic, role] = Heard(handler, without_store)
        return handler

    return register


def topic_handler(topic: str, role: str | None) -> Heard | None:
    """Return who handles the topic for stores of this role."""
    return TOPIC_HANDLERS.get((topic, role)) or TOPIC_HANDLERS.get((topic, None))


def load_handlers() -> dict[str, Handled]:
    """Import every module of this package that may declare a handler, and return what they declared."""
    for module in pkgutil.iter_modules(jobs.__path__):
        if module.name != "worker":  # the program itself, which imports us
            import_module(f"jobs.{module.name}")
    return HANDLERS
