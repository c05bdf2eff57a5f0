"""Which function does which job: filled by the modules of this package as they are imported."""

import pkgutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import jobs
from app.core.unit_of_work import UnitOfWork
from app.inbox.declaration import InboxEvent
from app.job_runs.declaration import Job
from jobs.context import JobContext

J = TypeVar("J", bound=Job)
JobHandler = Callable[[JobContext, J], Awaitable[None]]
Hearing = Callable[[UnitOfWork, InboxEvent], Awaitable[str | None]]
HearingAbroad = Callable[[JobContext, InboxEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handled:
    """A kind of job and the function that does it."""

    kind: type[Job]
    handler: JobHandler[Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """The function that hears a topic; `without_store`: also of shops nobody knows."""

    function: Hearing
    without_store: bool = False


@dataclass(frozen=True, slots=True)
class HeardAbroad:
    """The function that hears a topic with stores in between, and so in units of work of its own."""

    function: HearingAbroad
    without_store: bool = False


HANDLERS: dict[str, Handled] = {}
TOPIC_HANDLERS: dict[tuple[str, str | None], Heard | HeardAbroad] = {}


def handles(kind: type[J]) -> Callable[[JobHandler[J]], JobHandler[J]]:
    """Make the decorated function the one handler of this kind of job."""

    def register(handler: JobHandler[J]) -> JobHandler[J]:
        if kind.name in HANDLERS:
            raise ValueError(f"{kind.name} has a handler already")
        HANDLERS[kind.name] = Handled(kind, handler)
        return handler

    return register


def hears(*topics: str, role: str | None = None, without_store: bool = False) -> Callable[[Hearing], Hearing]:
    """Make the decorated function the one that hears these topics, of stores of one role or of all.

    It works in the unit of work that stamps the event, so that the effect and the stamp stand or fall together, and
    returns what came of it where that is worth a note.
    """

    def register(function: Hearing) -> Hearing:
        _keep(topics, role, Heard(function, without_store))
        return function

    return register


def hears_abroad(
    *topics: str, role: str | None = None, without_store: bool = False
) -> Callable[[HearingAbroad], HearingAbroad]:
    """Make the decorated function the one that hears these topics, where that needs other stores or calls to them.

    The event is stamped afterwards; killed before that, the function is called again.
    """

    def register(function: HearingAbroad) -> HearingAbroad:
        _keep(topics, role, HeardAbroad(function, without_store))
        return function

    return register


def _keep(topics: Sequence[str], role: str | None, heard: Heard | HeardAbroad) -> None:
    for topic in topics:
        if (topic, role) in TOPIC_HANDLERS:
            raise ValueError(f"{topic} is heard already")
        TOPIC_HANDLERS[topic, role] = heard


def who_hears(topic: str, role: str | None) -> Heard | HeardAbroad | None:
    """Return what hears the topic for stores of this role."""
    return TOPIC_HANDLERS.get((topic, role)) or TOPIC_HANDLERS.get((topic, None))


def load_handlers() -> dict[str, Handled]:
    """Import every module of this package that may declare a handler, and return what they declared."""
    for module in pkgutil.iter_modules(jobs.__path__):
        if module.name != "worker":  # the program itself, which imports us
            import_module(f"jobs.{module.name}")
    return HANDLERS
