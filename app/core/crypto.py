"""Secrets at rest: AES-GCM with a key id, bound to the row they belong to."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Undecryptable(Exception):
    """The key is unknown, or the bytes were changed or belong to another row."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens secrets; the first key seals, every key opens, so keys can be rotated."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_text(cls, text: str) -> "Vault":
        """Read `id:base64,id:base64`, newest first; each key is 32 bytes."""
        keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, _, encoded = entry.partition(":")
            keys[key_id] = base64.b64decode(encoded, validate=True)
            if not key_id or len(keys[key_id]) != 32:
                raise ValueError("an encryption key is written id:base64 of 32 bytes")
        if not keys:
            raise ValueError("at least one encryption key is needed")
        return cls(keys)

    def seal(self, secret: str, bound_to: str) -> bytes:
        """Return `key id, nonce, ciphertext`; `bound_to` names the row and column, and must be given again to open."""
        key_id, key = next(iter(self.keys.items()))
        nonce = os.urandom(12)
        return b"\x00".join([key_id.encode(), nonce + AESGCM(key).encrypt(nonce, secret.encode(), bound_to.encode())])

    def open(self, sealed: bytes, bound_to: str) -> str:
        """Return the secret, or raise `Undecryptable`."""
        key_id, _, rest = sealed.partition(b"\x00")
        key = self.keys.get(key_id.decode(errors="replace"))
        if key is None:
            raise Undecryptable("sealed with a key that is not configured")
        try:
            return AESGCM(key).decrypt(rest[:12], rest[12:], bound_to.encode()).decode()
        except InvalidTag as error:
            raise Undecryptable("changed, or bound to another row") from error

    def key_of(self, sealed: bytes) -> str:
        """Return the id of the key it was sealed with, known or not."""
        return sealed.partition(b"\x00")[0].decode(errors="replace")

    def sealed_with_first_key(self, sealed: bytes) -> bool:
        """Tell whether a rotation has nothing to do here."""
        return sealed.partition(b"\x00")[0] == next(iter(self.keys)).encode()
