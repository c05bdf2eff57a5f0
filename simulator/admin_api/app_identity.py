"""Who the app is to Shopify: its number, its own metafield namespace, and the scopes its configuration asks for."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RESERVED = "$app"


def app_number(api_key: str) -> int:
    """The app's number on the platform, the same in every store."""
    return int.from_bytes(hashlib.sha256(api_key.encode()).digest()[:5], "big")


def stored_namespace(namespace: str | None, api_key: str) -> str:
    """What a namespace is called in the store: `$app…` is the app's own, and so is none at all."""
    if namespace is None:
        namespace = RESERVED
    if namespace == RESERVED:
        return f"app--{app_number(api_key)}"
    if namespace.startswith(f"{RESERVED}:"):
        return f"app--{app_number(api_key)}--{namespace.removeprefix(f'{RESERVED}:')}"
    return namespace


@dataclass(frozen=True)
class AppScopes:
    """The scopes of the app's configuration: those every installation grants, and those asked for later."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @classmethod
    def read(cls, manifest: Path) -> "AppScopes":
        """Read `[access_scopes]`; an absent file asks for nothing."""
        if not manifest.is_file():
            return cls()
        return _parsed(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _parsed(manifest: Path, _changed: int) -> AppScopes:
    """Every request asks; the file is parsed again only when it changed."""
    section = tomllib.loads(manifest.read_text(encoding="utf-8")).get("access_scopes", {})
    scopes = [name.strip() for name in section.get("scopes", "").split(",")]
    required = [name for name in [*scopes, *section.get("required_scopes", ())] if name]
    return AppScopes(tuple(dict.fromkeys(required)), tuple(section.get("optional_scopes", ())))
