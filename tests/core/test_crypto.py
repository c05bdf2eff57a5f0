"""Secrets at rest: opened only with a known key, for the row they were sealed for."""

import base64

import pytest

from app.core.crypto import Undecryptable, Vault

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def key(name: str, value: bytes) -> str:
    return f"{name}:{base64.b64encode(value).decode()}"


def test_opens_what_it_sealed() -> None:
    vault = Vault.from_text(key("k1", OLD))

    sealed = vault.seal("a secret", "access_tokens:7:access")

    assert vault.open(sealed, "access_tokens:7:access") == "a secret"
    assert b"a secret" not in sealed


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    vault = Vault.from_text(key("k1", OLD))

    assert vault.seal("a secret", "row") != vault.seal("a secret", "row")


def test_refuses_another_rows_secret() -> None:
    vault = Vault.from_text(key("k1", OLD))
    sealed = vault.seal("a secret", "access_tokens:7:access")

    with pytest.raises(Undecryptable):
        vault.open(sealed, "access_tokens:8:access")


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_refuses_changed_bytes(at: int) -> None:
    vault = Vault.from_text(key("k1", OLD))
    sealed = bytearray(vault.seal("a secret", "row"))
    sealed[at] ^= 1

    with pytest.raises(Undecryptable):
        vault.open(bytes(sealed), "row")


def test_a_rotated_vault_opens_the_old_and_seals_with_the_new() -> None:
    sealed = Vault.from_text(key("old", OLD)).seal("a secret", "row")
    rotated = Vault.from_text(f"{key('new', NEW)}, {key('old', OLD)}")

    assert rotated.open(sealed, "row") == "a secret"
    assert not rotated.sealed_with_first_key(sealed)
    assert rotated.sealed_with_first_key(rotated.seal("a secret", "row"))


@pytest.mark.parametrize("text", ["", "k1", "k1:%%%", key("k1", b"short"), key("", OLD)])
def test_refuses_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (base64's own or ours)
        Vault.from_text(text)


def test_shows_no_key() -> None:
    vault = Vault.from_text(key("k1", OLD))

    assert base64.b64encode(OLD).decode() not in repr(vault)
    assert str(OLD) not in repr(vault)
