"""Settings: one typed object read from the environment once; the README's table is made from it."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from app.core.crypto import Vault


class SettingsError(Exception):
    """A setting is missing or unusable; the program refuses to start."""


def setting(variable: str, about: str, *, default: Any = MISSING, secret: bool = False) -> Any:
    """Declare a setting: its environment variable, what it is for, its default."""
    metadata = {"variable": variable, "about": about, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the environment decides."""

    database_url: str = setting("DATABASE_URL", "PostgreSQL as the login role `hub_login`", secret=True)
    migration_url: str = setting(
        "DATABASE_MIGRATION_URL", "PostgreSQL as the owner, for migrations", default="", secret=True
    )
    redis_url: str = setting(
        "REDIS_URL", "Redis-compatible server; empty: workers claim from PostgreSQL", default="", secret=True
    )
    app_url: str = setting("APP_URL", "public address of the hub, for redirects and webhooks")
    api_key: str = setting("SHOPIFY_API_KEY", "the app's client id")
    api_secret: str = setting("SHOPIFY_API_SECRET", "the app's client secret", secret=True)
    api_secret_previous: str = setting(
        "SHOPIFY_API_SECRET_PREVIOUS", "the secret before, while rotating", default="", secret=True
    )
    api_version: str = setting("SHOPIFY_API_VERSION", "Admin API version", default="2026-10")
    encryption_keys: str = setting(
        "TOKEN_ENCRYPTION_KEYS", "`id:base64` of 32 bytes, newest first, comma separated", secret=True
    )
    internal_secret: str = setting("INTERNAL_SECRET", "bearer of /internal/* (on Vercel: CRON_SECRET)", secret=True)
    network_address: str = setting(
        "SHOPIFY_NETWORK_ADDRESS", "where *.myshopify.com is reached; empty in production", default=""
    )
    store_url: str = setting("SHOPIFY_STORE_URL", "how a browser opens a store", default="https://{shop}")
    admin_url: str = setting("SHOPIFY_ADMIN_URL", "how a browser opens the admin", default="https://admin.shopify.com")
    app_bridge_url: str = setting(
        "APP_BRIDGE_SCRIPT_URL", "App Bridge script", default="https://cdn.shopify.com/shopifycloud/app-bridge.js"
    )
    polaris_url: str = setting(
        "POLARIS_SCRIPT_URL",
        "Polaris web components script",
        default="https://cdn.shopify.com/shopifycloud/polaris-1.js",
    )
    clock_url: str = setting("BUSINESS_CLOCK_URL", "business clock of the local world; empty: real time", default="")
    pool_size: int = setting("DATABASE_POOL_SIZE", "connections a process keeps", default=10)
    worker_jobs: int = setting("WORKER_JOBS", "jobs a worker runs at once", default=10)
    worker_name: str = setting(
        "WORKER_NAME", "a name no other living worker has: it goes on where the one before it died", default=""
    )
    log_level: str = setting("LOG_LEVEL", "debug, info, warning or error", default="info")

    @property
    def api_secrets(self) -> tuple[str, ...]:
        """The secrets a signature may carry, the current one first."""
        return tuple(filter(None, (self.api_secret, self.api_secret_previous)))

    @property
    def vault(self) -> Vault:
        """What seals and opens stored tokens."""
        return Vault.from_text(self.encryption_keys)


ALIASES = {"INTERNAL_SECRET": "CRON_SECRET"}


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings; every fault is named at once, without showing a value."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for each in fields(Settings):
        variable = each.metadata["variable"]
        text = environ.get(variable, "") or environ.get(ALIASES.get(variable, ""), "")
        if not text.strip():
            if each.default is MISSING:
                faults.append(f"{variable} is missing: {each.metadata['about']}")
            continue
        try:
            values[each.name] = int(text) if each.type is int else text.strip()
        except ValueError:
            faults.append(f"{variable} must be a whole number")
    faults += _faults(values)
    if faults:
        raise SettingsError("cannot start:\n  " + "\n  ".join(faults))
    return Settings(**values)


def _faults(values: Mapping[str, Any]) -> list[str]:
    faults = []
    if len(values.get("internal_secret", "x" * 16)) < 16:
        faults.append("INTERNAL_SECRET needs at least 16 characters")
    if not re.match(r"https?://[^/]+$", values.get("app_url", "https://hub")):
        faults.append("APP_URL must be an origin such as https://hub.example.com")
    if "encryption_keys" in values:
        try:
            Vault.from_text(values["encryption_keys"])
        except (ValueError, binascii.Error):
            faults.append("TOKEN_ENCRYPTION_KEYS is not id:base64 of 32 bytes")
    return faults
