"""The glance at the door judges a body as the whole reading does, only cheaper."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.inbox.reading import NotJson, TooStrange, glance, parse

ORDER = b'{"id": 82, "order_id": 7, "tags": "ph-1", "order_edit": {"order_id": 3}, "n": ["t\\u00fcr \xc3\xbc", 1.5e3]}'
HINTS = ("id", "order_id", "order_edit", "tags")


def verdict(read: Any, body: bytes) -> Any:
    """What a reading says of the hints; or that it is no JSON, or none that we hold."""
    try:
        found = read(body)
    except NotJson:
        return "not JSON"
    except TooStrange:
        return "too strange"
    return {name: found.get(name) for name in HINTS} if isinstance(found, Mapping) else found


@pytest.mark.parametrize(
    "body",
    [
        *(
            ORDER,
            b"{}",
            b"[1, 2]",
            b"3",
            b"null",
            b'"text"',
            b'{"id": "1"}',
            b'{"tags": ["a", null]}',
            b'{"id": 1, "id": 2}',
        ),
        *(
            b"",
            b"{",
            b"{}x",
            b'{"a": "\xff"}',
            b'{"\xff": 1}',
            b'{"a": "\xed\xa0\x80"}',
            b'{"a": "\x00"}',
            b'{"a": "\\x41"}',
        ),
        *(
            b'{"a": NaN}',
            b'{"a": 01}',
            b'{"a": 1.}',
            b'{"a": [1,]}',
            b'{"a" 1}',
            b"\xef\xbb\xbf{}",
            b'{"a": "\\ud800"}',
        ),
        *(b"[" * 200_000 + b"]" * 200_000, b'{"id": 1, "a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        *(b'{"id": 1e999}', b'{"id": ' + b"9" * 30 + b"}", b'{"id": ' + b"9" * 10_000 + b"}"),
    ],
    ids=range(29),
)
def test_a_glance_says_what_reading_says(body: bytes) -> None:
    assert verdict(glance, body) == verdict(parse, body)


def test_digits_in_a_field_nobody_looks_at_are_passed_over() -> None:
    """Where reading gives up for good, the job does so, too; the hints are there."""
    body = b'{"id": 5, "n": ' + b"9" * 10_000 + b"}"

    assert verdict(glance, body)["id"] == 5
    assert verdict(parse, body) == "too strange"


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.integers(0, len(ORDER)), st.integers(0, 4), st.binary(max_size=5))
def test_a_mutated_body_gets_one_verdict(start: int, length: int, piece: bytes) -> None:
    body = ORDER[:start] + piece + ORDER[start + length :]

    assert verdict(glance, body) == verdict(parse, body)
