"""The webhook subscriptions and scopes that the app's own configuration file declares."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DeclaredSubscription:
    topic: str
    uri: str
    include_fields: list[str] = field(default_factory=list)
    filter: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What matters of `shopify.app.toml`; empty without the file."""

    api_version: str = "2026-10"
    required_scopes: list[str] = field(default_factory=list)
    optional_scopes: list[str] = field(default_factory=list)
    subscriptions: list[DeclaredSubscription] = field(default_factory=list)


def read_manifest(path: Path) -> Manifest:
    """Read the app's configuration."""
    if not path.is_file():
        return Manifest()
    declared = tomllib.loads(path.read_text())
    scopes, webhooks = declared.get("access_scopes", {}), declared.get("webhooks", {})
    return Manifest(
        api_version=webhooks.get("api_version", Manifest.api_version),
        required_scopes=[scope.strip() for scope in scopes.get("scopes", "").split(",") if scope.strip()],
        optional_scopes=list(scopes.get("optional_scopes", [])),
        subscriptions=[one for entry in webhooks.get("subscriptions", []) for one in _subscriptions(entry)],
    )


def _subscriptions(entry: dict[str, Any]) -> list[DeclaredSubscription]:
    return [
        DeclaredSubscription(
            topic=topic,
            uri=entry["uri"],
            include_fields=list(entry.get("include_fields", [])),
            filter=entry.get("filter"),
            name=entry.get("name"),
        )
        for topic in (*entry.get("topics", []), *entry.get("compliance_topics", []))
    ]
