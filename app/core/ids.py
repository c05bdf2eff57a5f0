"""Identifiers that need no database: tokens for links, request ids, keys that a retry can rebuild."""

import hashlib
import secrets
import uuid

from structlog.contextvars import get_contextvars

_KEYS = uuid.UUID("6f1f1b1e-3f0a-4c1e-9d3b-0b6f2c0f7a11")


def new_token() -> str:
    """Return 32 random bytes as text that fits in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token: enough to recognise it, useless to whoever reads it."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_request_id() -> str:
    """Return an id that follows one request into its jobs and logs."""
    return uuid.uuid4().hex


def current_request_id() -> str:
    """Return the id of the request or job being served, so that what it asks for can be followed; else a new one."""
    bound: str | None = get_contextvars().get("request_id")
    return bound or new_request_id()


def idempotency_key(*parts: object) -> str:
    """Return the same UUID for the same parts, so that a retry carries the key of the first attempt."""
    return str(uuid.uuid5(_KEYS, "\x1f".join(str(part) for part in parts)))
