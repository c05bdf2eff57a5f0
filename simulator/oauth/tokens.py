"""Access tokens of the app in a store, on machine time: issued, looked up, refreshed, migrated."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from simulator.oauth.id_tokens import staff_number
from simulator.world.model import AccessToken, AuthorizationCode
from simulator.world.store import Store
from simulator.world.world import World

ACCESS_LIFE = timedelta(hours=1)
ONLINE_LIFE = timedelta(hours=24)
REFRESH_LIFE = timedelta(days=90)
CODE_LIFE = timedelta(minutes=10)


def find_token(store: Store, presented: str, now: datetime) -> AccessToken | None:
    """The live access token of that text."""
    return next((one for one in store.app.tokens if presented and one.token == presented and _is_live(one, now)), None)


def _is_live(token: AccessToken, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def issue_token(world: World, store: Store, now: datetime, *, expiring: bool, online: bool = False) -> AccessToken:
    """Give the app a token with the scopes the store granted."""
    life = ONLINE_LIFE if online else ACCESS_LIFE
    token = AccessToken(
        token=f"{'shpua' if online else 'shpat'}_{secrets.token_hex(16)}",
        kind="online" if online else "offline",
        scopes=list(store.app.scopes),
        issued_at=now,
        expires_at=now + life if expiring or online else None,
        refresh_token=f"shprt_{secrets.token_hex(16)}" if expiring and not online else None,
        refresh_expires_at=now + REFRESH_LIFE if expiring and not online else None,
        user_id=staff_number(store) if online else None,
    )
    store.app.tokens.append(token)
    world.touch(store, store.app)
    return token


def refresh_token(world: World, store: Store, presented: str, now: datetime) -> AccessToken | None:
    """Replace a token by its refresh token; the old one works until its replacement was used."""
    old = next((one for one in store.app.tokens if presented and one.refresh_token == presented), None)
    if old is None or old.revoked_at is not None or old.refresh_expires_at is None or now >= old.refresh_expires_at:
        return None
    if any(one.token == old.replaced_by and one.used_at is not None for one in store.app.tokens):
        return None
    old.used_at = old.used_at or now
    new = issue_token(world, store, now, expiring=True)
    old.replaced_by = new.token
    return new


def migrate_token(world: World, store: Store, presented: str, now: datetime) -> AccessToken | None:
    """Give an expiring token for one that does not expire."""
    old = find_token(store, presented, now)
    if old is None or old.expires_at is not None:
        return None
    if world.switches.exchanged_token_dies:
        old.revoked_at = now
    return issue_token(world, store, now, expiring=True)


def issue_code(world: World, store: Store, redirect_uri: str, now: datetime, *, per_user: bool) -> str:
    """A code that the app may exchange once."""
    code = AuthorizationCode(
        code=secrets.token_hex(16),
        scopes=list(store.app.scopes),
        redirect_uri=redirect_uri,
        issued_at=now,
        per_user=per_user,
    )
    store.app.codes.append(code)
    world.touch(store, store.app)
    return code.code


def spend_code(world: World, store: Store, presented: str, now: datetime) -> AuthorizationCode | None:
    """Use up a code; none if it is unknown, used or too old."""
    code = next((one for one in store.app.codes if presented and one.code == presented), None)
    if code is None or code.used_at is not None or now >= code.issued_at + CODE_LIFE:
        return None
    code.used_at = now
    world.touch(store, store.app)
    return code


def token_answer(store: Store, token: AccessToken, now: datetime) -> dict[str, Any]:
    """What the token endpoint answers."""
    answer: dict[str, Any] = {"access_token": token.token, "scope": ",".join(token.scopes)}
    if token.expires_at is not None:
        answer["expires_in"] = round((token.expires_at - now).total_seconds())
    if token.refresh_token is not None and token.refresh_expires_at is not None:
        answer["refresh_token"] = token.refresh_token
        answer["refresh_token_expires_in"] = round((token.refresh_expires_at - now).total_seconds())
    if token.user_id is not None:
        answer["associated_user_scope"] = answer["scope"]
        answer["associated_user"] = {
            "id": token.user_id,
            "first_name": "Store",
            "last_name": "Owner",
            "email": store.profile.email,
            "account_owner": True,
            "locale": "en",
            "collaborator": False,
            "email_verified": True,
        }
    return answer
