"""Serves the web application; what a request says before its body has a limit."""

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 64 * 1024
"""Bytes of a request's first line and headers; a browser's or Shopify's have a few thousand."""


class HeadTooLong(Exception):
    """Answered with 400, and the connection is closed."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP that reads no more of a head than it may have: the parser itself would take any amount."""

    _is_head = True
    _came = 0  # bytes since the head began, as they arrive
    _read = 0  # of them the address and the headers that were whole

    def data_received(self, data: bytes) -> None:
        """Read on, unless what came is too much for a head that still has no end."""
        super().data_received(data)
        self._came += len(data)
        if self._is_head and self._came > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's headers are too long.")

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._is_head, self._came, self._read = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """Count a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """What comes now is the body, which each route bounds itself."""
        self._is_head = False
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._read += size
        if self._read > MOST_HEAD:
            raise HeadTooLong


def serve(host: str, port: int) -> None:
    """Serve until the process is told to stop."""
    uvicorn.run(
        "app.asgi:app",
        host=host,
        port=port,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
