"""Logs: whoever forgets, the sink takes secrets and people out."""

import json
import logging
from io import StringIO
from typing import Any

import pytest

from app.core.log import configure_logging, redact

TOKEN = "shpat_0123456789abcdef0123456789abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "value",
    [
        {"access_token": TOKEN},
        {"anything": TOKEN},
        {"anything": f"failed for {JWT} today"},
        {"headers": {"Authorization": f"Bearer {JWT}"}},
        {"nested": [{"deep": {"refresh_token": TOKEN}}]},
        {"url": f"https://a.myshopify.com/x?id_token={JWT}&shop=a.myshopify.com"},
        {"url": "https://hub.example.com/auth/callback?code=secretcode123&hmac=abcdef0123&shop=a.myshopify.com"},
        {"error": ValueError(f"token {TOKEN}")},
        {"database": "postgresql+psycopg://hub:secretcode123@db/hub"},
    ],
)
def test_no_secret_passes(value: dict[str, Any]) -> None:
    """A16: neither token nor code reaches a log."""
    shown = json.dumps(redact(value), default=str)

    assert TOKEN not in shown
    assert JWT not in shown
    assert "secretcode123" not in shown
    assert "abcdef0123" not in shown


@pytest.mark.parametrize(
    "value",
    [
        {"email": "ada@example.com"},
        {"note": "write to ada@example.com please"},
        {"customer": {"first_name": "Ada"}},
        {"shipping_address": {"address1": "1 Example Street"}},
        {"phone": "+1 555 0100"},
    ],
)
def test_no_person_passes(value: dict[str, Any]) -> None:
    shown = json.dumps(redact(value))

    assert not any(text in shown for text in ("ada@", "Ada", "Example Street", "555"))


def test_what_helps_stays() -> None:
    line = {"event": "job.failed", "shop": "oak.myshopify.com", "attempt": 3, "order": "gid://shopify/Order/1"}

    assert redact(line) == line


def test_does_not_follow_what_has_no_end() -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless

    assert "…" in json.dumps(redact(endless), ensure_ascii=False)


@pytest.mark.usefixtures("sink_restored")
def test_libraries_logs_go_through_the_same_sink() -> None:
    configure_logging("info")
    stream = StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)

    logging.getLogger("some.library").warning("GET /x?access_token=%s", TOKEN)

    handler.setStream(before)
    assert TOKEN not in stream.getvalue()
    assert "some.library" not in stream.getvalue() or "hidden" in stream.getvalue()
