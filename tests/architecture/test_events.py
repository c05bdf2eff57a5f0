"""Every event tells a sentence; every subscription joins a real event and a job that is done."""

import inspect
import pkgutil
from importlib import import_module
from string import Formatter
from typing import get_type_hints

import pytest

import app
import jobs.subscriptions
from app.events.declaration import Event
from app.job_runs.declaration import Job
from jobs.registry import load_handlers
from jobs.subscriptions import EVENT_JOBS


def declared(module_name: str, base: type) -> list[type]:
    """Return what the domains' modules of this name declare."""
    found = []
    for domain in pkgutil.iter_modules(app.__path__):
        if domain.ispkg and any(each.name == module_name for each in _modules_of(domain.name)):
            module = import_module(f"app.{domain.name}.{module_name}")
            kinds = [
                kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
            ]
            found += [kind for kind in kinds if issubclass(kind, base)]
    return found


def _modules_of(domain: str) -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(import_module(f"app.{domain}").__path__))


EVENTS = declared("events", Event)
JOBS = declared("jobs", Job)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_tells_a_sentence_of_its_own_fields(event: type[Event]) -> None:
    details = vars(event)["__dataclass_fields__"]
    named = {name.split(".")[0] for _, name, _, _ in Formatter().parse(event.sentence) if name}

    assert named <= set(details)
    assert event.sentence
    assert event.subject
    assert event.__doc__


def test_names_are_given_once() -> None:
    for kinds in (EVENTS, JOBS):
        names = [kind.name for kind in kinds]  # type: ignore[attr-defined]
        assert len(names) == len(set(names))


def test_subscriptions_name_real_events_and_jobs_that_are_done() -> None:
    handlers = load_handlers()
    source = vars(jobs.subscriptions)
    followers = [kind for kind in source.values() if inspect.isclass(kind) and issubclass(kind, Job)]

    assert set(EVENT_JOBS) <= set(EVENTS)
    assert all(kind.name in handlers for kind in followers)
    for follows in EVENT_JOBS.values():
        assert all(get_type_hints(function)["return"] for function in follows)


def test_every_job_has_its_handler() -> None:
    handlers = load_handlers()

    assert {kind.name for kind in JOBS} <= set(handlers)  # type: ignore[attr-defined]
