"""Settings: whole or not at all, and silent about secrets."""

import base64
from dataclasses import fields

import pytest

from app.core.settings import Settings, SettingsError, load_settings

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "DATABASE_URL": "postgresql+psycopg://hub_login@db.example.com/hub",
    "APP_URL": "https://hub.example.com",
    "SHOPIFY_API_KEY": "client-id",
    "SHOPIFY_API_SECRET": "client-secret-that-nobody-sees",
    "TOKEN_ENCRYPTION_KEYS": f"k1:{KEY}",
    "INTERNAL_SECRET": "a-secret-of-sixteen-characters",
}


@pytest.mark.parametrize("missing", COMPLETE)
def test_refuses_to_start_without(missing: str) -> None:
    """E5: the application does not start without a secret."""
    environment = {name: value for name, value in COMPLETE.items() if name != missing}

    with pytest.raises(SettingsError, match=missing):
        load_settings(environment)


@pytest.mark.parametrize("name", COMPLETE)
def test_refuses_a_blank_value_like_a_missing_one(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**COMPLETE, name: "  "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_ENCRYPTION_KEYS", "k1:short"),
        ("INTERNAL_SECRET", "short"),
        ("APP_URL", "hub.example.net"),
        ("APP_URL", "https://hub.example.com/path"),
        ("DATABASE_POOL_SIZE", "many"),
    ],
)
def test_names_what_is_unusable_without_showing_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({**COMPLETE, name: value})

    assert name in str(refused.value)
    assert value not in str(refused.value)


def test_names_every_fault_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({})

    assert all(name in str(refused.value) for name in COMPLETE)


def test_takes_the_schedulers_secret_where_the_host_names_it() -> None:
    environment = {name: value for name, value in COMPLETE.items() if name != "INTERNAL_SECRET"}

    settings = load_settings({**environment, "CRON_SECRET": "another-secret-of-the-host"})

    assert settings.internal_secret == "another-secret-of-the-host"


def test_a_signature_may_carry_the_secret_before() -> None:
    settings = load_settings({**COMPLETE, "SHOPIFY_API_SECRET_PREVIOUS": "the-one-before"})

    assert settings.api_secrets == (COMPLETE["SHOPIFY_API_SECRET"], "the-one-before")


def test_shows_no_secret() -> None:
    settings = load_settings(COMPLETE)

    shown = repr(settings)

    assert KEY not in shown
    assert COMPLETE["SHOPIFY_API_SECRET"] not in shown
    assert COMPLETE["INTERNAL_SECRET"] not in shown
    assert COMPLETE["DATABASE_URL"] not in shown


def test_every_setting_says_what_it_is_for() -> None:
    assert all(each.metadata["about"] and each.metadata["variable"] for each in fields(Settings))
