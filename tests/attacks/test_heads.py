"""What comes before a body is bounded: nobody fills our memory with headers."""

import socket

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.serving import MOST_HEAD
from tests.support.serving import serving

pytestmark = pytest.mark.anyio


async def told(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


ECHO = Starlette(routes=[Route("/{rest:path}", told, methods=["GET", "POST"])])
LINE = b"POST / HTTP/1.1\r\nHost: hub\r\n"


async def answer(address: str, *parts: bytes) -> bytes:
    """Send the parts, and return the answer."""
    host, port = address.removeprefix("http://").split(":")

    def talk() -> bytes:
        with socket.create_connection((host, int(port)), timeout=5) as line:
            try:
                for part in parts:
                    line.sendall(part)
                said = b""
                while not said.partition(b"\r\n\r\n")[2]:
                    said += line.recv(65536) or b"\r\n\r\nclosed"
                return said
            except ConnectionError:
                return b"closed"

    return await anyio.to_thread.run_sync(talk)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((LINE, b"X-Long: " + b"x" * MOST_HEAD + b"\r\n\r\n"), id="one header"),
        pytest.param((LINE, b"X-Some: 123456789\r\n" * (MOST_HEAD // 15), b"\r\n"), id="many headers"),
        pytest.param((b"GET /" + b"a" * MOST_HEAD + b" HTTP/1.1\r\nHost: hub\r\n\r\n",), id="the address"),
        pytest.param((LINE, *[b"X-" + b"n" * 999] * 100), id="a name without an end"),
    ],
)
async def test_a_head_that_is_too_long_is_refused(parts: tuple[bytes, ...]) -> None:
    """Issue 3, point 10: limits of headers."""
    async with serving(ECHO) as address:
        said = await answer(address, *parts)

    assert said.startswith(b"HTTP/1.1 400") or said == b"closed"


async def test_what_is_long_and_no_head_is_read() -> None:
    body = b"b" * (3 * MOST_HEAD)
    whole = LINE + b"X-Half: " + b"x" * (MOST_HEAD // 2) + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with serving(ECHO) as address:
        said = [await answer(address, whole), await answer(address, whole[:50], whole[50:])]

    assert [each.startswith(b"HTTP/1.1 200") and each.endswith(b"%d" % len(body)) for each in said] == [True, True]
