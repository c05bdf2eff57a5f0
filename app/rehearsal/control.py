"""The local world's control API, as a rehearsal uses it (docs/simulator.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from app.core.errors import Conflict, NotFound, Unavailable


class Refused(Conflict):
    """The world says that this cannot be, such as buying what is sold out."""


class Control:
    """Drives the simulator over HTTP."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self._http = http
        self._address = address.rstrip("/")

    async def get(self, path: str, **parameters: str) -> Any:
        """Return what the world tells at the path."""
        return await self._send("GET", path, params=parameters)

    async def truth(self, shop: str) -> Any:
        """Return everything that is true of one store."""
        return await self.get("/truth", shop=shop)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something in the world; `Refused` when it cannot be."""
        return await self._send("POST", path, json=dict(body or {}))

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Set something in the world."""
        return await self._send("PUT", path, json=dict(body))

    async def now(self) -> datetime:
        """Return business time."""
        return datetime.fromisoformat((await self.get("/clock"))["now"])

    async def advance(self, to: datetime) -> None:
        """Turn the clock to the instant, waiting at each stop until nobody has anything left to do."""
        turned = await self.post("/clock/advance", {"to": to.isoformat(), "settle": True, "patience": 300})
        if not turned["settled"]:
            raise Unavailable(f"The hub did not come to rest: {turned['waited_for']}")

    async def settle(self) -> None:
        """Wait until nobody has anything left to do now."""
        await self.advance(await self.now())

    async def _send(self, method: str, path: str, **content: Any) -> Any:
        try:
            answer = await self._http.request(method, self._address + path, timeout=900, **content)
        except httpx.HTTPError as error:
            raise Unavailable(f"The local world does not answer at {self._address}.") from error
        if answer.status_code == 409:
            raise Refused(str(answer.json().get("error")))
        if answer.status_code == 404:
            raise NotFound(str(answer.json().get("error")))
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()
