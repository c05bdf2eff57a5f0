"""Tokens at rest: sealed for one store and one column, so that a row copied elsewhere opens nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.core.crypto import Vault


class Grant(Protocol):
    """What Shopify gave us: the tokens and how long they live."""

    @property
    def access_token(self) -> str: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def refresh_token(self) -> str | None: ...
    @property
    def refresh_expires_at(self) -> datetime | None: ...
    @property
    def minted_by(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SealedGrant:
    """A grant as it is stored."""

    access: bytes
    refresh: bytes | None
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    minted_by: str


def seal(vault: Vault, store_id: int, grant: Grant) -> SealedGrant:
    """Return the grant sealed for the store."""
    refresh = vault.seal(grant.refresh_token, _bound(store_id, "refresh")) if grant.refresh_token else None
    access = vault.seal(grant.access_token, _bound(store_id, "access"))
    return SealedGrant(access, refresh, grant.expires_at, grant.refresh_expires_at, grant.minted_by)


def open_access(vault: Vault, store_id: int, sealed: bytes) -> str:
    """Return the access token."""
    return vault.open(sealed, _bound(store_id, "access"))


def open_refresh(vault: Vault, store_id: int, sealed: bytes) -> str:
    """Return a refresh token, the current or the previous one."""
    return vault.open(sealed, _bound(store_id, "refresh"))


def reseal(vault: Vault, store_id: int, sealed: bytes, column: str) -> bytes:
    """Return the same token sealed with the vault's first key."""
    bound = _bound(store_id, column)
    return vault.seal(vault.open(sealed, bound), bound)


def _bound(store_id: int, column: str) -> str:
    return f"access_tokens:{store_id}:{column}"
