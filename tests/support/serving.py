"""An application on a real port, in the loop of the test."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import uvicorn
from starlette.types import ASGIApp

from app.serving import BoundedProtocol


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve the application on a free port; connections wait from the first moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, http=BoundedProtocol, log_level="error", lifespan="off"))

        async def serve() -> None:
            with anyio.CancelScope(shield=True):  # a test that fails waits, too, until every socket is closed
                await server.serve([listening])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
