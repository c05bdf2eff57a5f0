"""What Shopify and the host are told agrees with the code: topics, scopes, routes, jobs, crons."""

import json
import pkgutil
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from packaging.specifiers import SpecifierSet
from starlette.applications import Starlette
from starlette.routing import Match

import app as product
from app.asgi import create_app
from app.core.local_services.lease import PROJECT
from app.core.local_services.world import World
from app.core.settings import Settings, load_settings
from app.job_runs.declaration import Job
from app.stores import scopes
from app.stores.states import StoreRole
from app.stores.topics import TOPICS, TopicKind
from jobs.registry import HANDLERS, load_handlers, who_hears
from jobs.subscriptions import EVENT_JOBS
from tests.support.source import imported_packages
from webhooks.internal import TIME_LIMIT

MANIFESTS = ("shopify.app.toml", "shopify.app.dev.toml")
PERSONAL = ("name", "email", "phone", "address", "customer", "note", "ip", "city", "zip")


@pytest.fixture(params=MANIFESTS)
def manifest(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each of the two files Shopify is given."""
    return tomllib.loads((PROJECT / request.param).read_text())


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a local world."""
    world = World.of({"HUB_STATE_DIR": str(tmp_path_factory.mktemp("world"))})
    return load_settings(world.product_environment({"DATABASE_URL": "postgresql+psycopg://nobody@/none"}))


@pytest.fixture(scope="module")
def application(settings: Settings) -> Starlette:
    """The assembled application, not running."""
    return create_app(settings)


def answers(application: Starlette, method: str, path: str) -> bool:
    """Whether a route of ours takes this request."""
    scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in application.routes)


def subscriptions(manifest: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in manifest["webhooks"]["subscriptions"]:
        for topic in each.get(key, ()):
            yield topic, each


def test_both_files_say_the_same_but_for_name_and_address() -> None:
    first, second = (tomllib.loads((PROJECT / name).read_text()) for name in MANIFESTS)

    for key in ("access_scopes", "webhooks", "embedded", "pos"):
        assert first[key] == second[key]
    assert first["name"] != second["name"]
    assert all(len(each["name"]) < 30 for each in (first, second))


def test_topics_and_their_fields_are_those_of_the_table(manifest: dict[str, Any]) -> None:
    declared = {topic: tuple(each.get("include_fields", ())) for topic, each in subscriptions(manifest, "topics")}

    assert declared == {topic.name: topic.include_fields for topic in TOPICS if topic.kind is TopicKind.APP}


def test_the_three_demands_of_privacy_law_are_subscribed(manifest: dict[str, Any]) -> None:
    declared = {topic for topic, _ in subscriptions(manifest, "compliance_topics")}

    assert declared == {"customers/data_request", "customers/redact", "shop/redact"}
    assert declared == {topic.name for topic in TOPICS if topic.kind is TopicKind.COMPLIANCE}


def test_every_webhook_goes_to_a_route_of_ours(manifest: dict[str, Any], application: Starlette) -> None:
    addresses = {each["uri"] for each in manifest["webhooks"]["subscriptions"]}

    assert all(answers(application, "POST", address) for address in addresses)


def test_the_app_and_its_callback_are_routes_of_ours(manifest: dict[str, Any], application: Starlette) -> None:
    address = urlsplit(manifest["application_url"])

    assert answers(application, "GET", address.path)
    for callback in map(urlsplit, manifest["auth"]["redirect_urls"]):
        assert callback.netloc == address.netloc
        assert answers(application, "GET", callback.path)


def test_scopes_are_those_the_product_asks_for(manifest: dict[str, Any]) -> None:
    declared = manifest["access_scopes"]

    assert frozenset(declared["scopes"].split(",")) == scopes.REQUIRED
    assert frozenset(declared["optional_scopes"]) == scopes.OPTIONAL - scopes.REQUIRED
    assert declared["optional_scopes"] == sorted(declared["optional_scopes"])


def test_the_api_version_is_the_one_we_speak(manifest: dict[str, Any], settings: Settings) -> None:
    assert manifest["webhooks"]["api_version"] == settings.api_version


def test_no_topic_lets_a_person_in() -> None:
    fields = [(topic.name, field) for topic in TOPICS for field in topic.include_fields]

    personal = [(topic, field) for topic, field in fields if set(field.replace(".", "_").split("_")) & set(PERSONAL)]

    # A store's own domain is no person's.
    assert personal == []


@cache
def job_kinds() -> dict[str, type[Job]]:
    """Every declared kind of job by its name; two of one name are a mistake."""
    load_handlers()
    for domain in pkgutil.iter_modules(product.__path__):
        if (Path(product.__path__[0]) / domain.name / "jobs.py").exists():
            import_module(f"app.{domain.name}.jobs")
    # A dataclass with slots is a second class: what counts is the one its module shows.
    kinds = [kind for kind in _descendants(Job) if vars(sys.modules[kind.__module__]).get(kind.__name__) is kind]
    kinds = [kind for kind in kinds if kind.__module__.startswith(("app.", "jobs.")) and hasattr(kind, "name")]
    names = [kind.name for kind in kinds]
    assert len(names) == len(set(names)), names
    return dict(zip(names, kinds, strict=True))


def _descendants(kind: type[Job]) -> Iterator[type[Job]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_every_job_has_exactly_one_handler() -> None:
    declared = job_kinds()

    assert {name: handled.kind for name, handled in HANDLERS.items()} == declared


def test_every_topic_has_a_handler_for_each_store_it_comes_from() -> None:
    load_handlers()
    roles = {topic: ((topic.role.value,) if topic.role else tuple(StoreRole)) for topic in TOPICS}

    unheard = [(topic.name, role) for topic in TOPICS for role in roles[topic] if not who_hears(topic.name, role)]

    assert unheard == []


def test_every_subscription_names_jobs_that_exist() -> None:
    assert all(follows for follows in EVENT_JOBS.values())
    assert all(event.name for event in EVENT_JOBS)


@cache
def host() -> dict[str, Any]:
    """What the serverless host is told."""
    found: dict[str, Any] = json.loads((PROJECT / "vercel.json").read_text())
    return found


def test_the_host_serves_one_function_and_nothing_of_the_source() -> None:
    public = PROJECT / host()["outputDirectory"]

    # Without a public folder that exists, the host publishes every file of the project.
    assert host()["buildCommand"] == ""
    assert [file.name for file in public.rglob("*")] == ["robots.txt"]
    assert host()["rewrites"] == [{"source": "/(.*)", "destination": "/api/index"}]
    assert "app" in imported_packages(PROJECT / "api/index.py")


def test_the_host_leaves_out_what_production_does_not_need() -> None:
    [function] = host()["functions"].values()

    left_out = function["excludeFiles"].removesuffix("/**").strip("{}").split(",")

    assert {"tests", "simulator", "benchmarks"} <= set(left_out)
    assert not {"app", "embedded_ui", "webhooks", "jobs", "migrations"} & set(left_out)


def test_crons_drain_within_the_time_a_call_has(application: Starlette) -> None:
    [function] = host()["functions"].values()

    assert [cron["path"] for cron in host()["crons"]] == ["/internal/drain"]
    assert all(answers(application, "GET", cron["path"]) for cron in host()["crons"])
    assert all(len(cron["schedule"].split()) == 5 for cron in host()["crons"])
    assert function["maxDuration"] == TIME_LIMIT


def test_the_hosts_python_is_one_we_support() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

    assert "3.12" in SpecifierSet(project["requires-python"])
    assert project["dynamic"] == ["dependencies"]
