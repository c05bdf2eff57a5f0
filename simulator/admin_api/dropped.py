"""A connection that ends without an answer, both under a server and in tests without sockets."""

import logging

import httpx
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


def is_no_dropped_connection(record: logging.LogRecord) -> bool:
    """A filter for the server's log: connections dropped on demand are no errors of ours."""
    return record.exc_info is None or not isinstance(record.exc_info[1], DroppedOnDemand)


class DroppedOnDemand(httpx.ReadError):
    """The connection ended without an answer, because somebody asked for that."""


class DroppedConnection(Response):
    """Promises a body that never comes, then fails.

    Under uvicorn the failure closes the socket, so that the client reads an incomplete answer; over
    httpx.ASGITransport the exception itself reaches the client, as the same kind of error.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin an answer and break off."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        raise DroppedOnDemand("the connection was closed without an answer")
