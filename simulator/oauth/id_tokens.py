"""ID tokens: the one-minute JWTs that say which member of which store's staff has the app open."""

import base64
import binascii
import hmac
import json
import uuid
from datetime import datetime
from typing import Any

from simulator.world.clock import machine_now
from simulator.world.settings import Settings
from simulator.world.store import Store
from simulator.world.world import World

LIFE_SECONDS = 60
HEADER = {"alg": "HS256", "typ": "JWT"}


def staff_number(store: Store) -> int:
    """The number of the store's owner, the only member of staff there is."""
    return store.id * 10 + 1


def id_token(
    world: World,
    store: Store,
    *,
    now: datetime | None = None,
    claims: dict[str, Any] | None = None,
    secret: str | None = None,
) -> str:
    """Mint an ID token of the store's owner; a checker may change claims (None removes one) or the secret."""
    issued = int((now or machine_now()).timestamp())
    content: dict[str, Any] = {
        "iss": f"https://{store.domain}/admin",
        "dest": f"https://{store.domain}",
        "aud": world.settings.api_key,
        "sub": str(staff_number(store)),
        "exp": issued + LIFE_SECONDS,
        "nbf": issued,
        "iat": issued,
        "jti": str(uuid.uuid4()),
        "sid": session_number(store),
    }
    content = {key: value for key, value in {**content, **(claims or {})}.items() if value is not None}
    return sign(content, world.settings.api_secret if secret is None else secret)


def session_number(store: Store) -> str:
    """The admin session the tokens of a store belong to."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://{store.domain}/admin"))


def sign(content: dict[str, Any], secret: str) -> str:
    """The JWT of the content."""
    head = f"{_text(HEADER)}.{_text(content)}"
    return f"{head}.{_encode(hmac.digest(secret.encode(), head.encode(), 'sha256'))}"


def is_exchangeable(presented: str, store: Store, settings: Settings, now: datetime) -> bool:
    """Whether the token is one of ours, for this app and store, and its minute has not passed."""
    content = _verified(presented, [settings.api_secret, settings.old_api_secret])
    if content is None or content.get("aud") != settings.api_key or content.get("dest") != f"https://{store.domain}":
        return False
    expires, begins = content.get("exp"), content.get("nbf", 0)
    return (
        isinstance(expires, int)
        and isinstance(begins, int)
        and begins <= now.timestamp() + 5
        and now.timestamp() < expires
    )


def _verified(presented: str, secrets: list[str | None]) -> dict[str, Any] | None:
    head, _, signature = presented.rpartition(".")
    if not presented.isascii():
        return None
    for secret in secrets:
        if secret and hmac.compare_digest(_encode(hmac.digest(secret.encode(), head.encode(), "sha256")), signature):
            return _decoded(head)
    return None


def _decoded(head: str) -> dict[str, Any] | None:
    body = head.partition(".")[2]
    try:
        content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return content if isinstance(content, dict) else None


def _text(content: dict[str, Any]) -> str:
    return _encode(json.dumps(content, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
