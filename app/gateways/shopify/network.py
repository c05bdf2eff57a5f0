"""The HTTP client for Shopify; in the local world every store's name leads to the simulator."""

import httpx

from app.core.settings import Settings
from app.gateways.shopify.client import CONNECT_SECONDS, TOTAL_SECONDS

STORES = ".myshopify.com"


class StoreTransport(httpx.AsyncBaseTransport):
    """Sends requests for *.myshopify.com to one address; the Host header still names the store."""

    def __init__(self, address: str, inner: httpx.AsyncBaseTransport) -> None:
        self._address = httpx.URL(address)
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Redirect the request when it is for a store."""
        if request.url.host.endswith(STORES):
            there = self._address
            request.url = request.url.copy_with(scheme=there.scheme, host=there.host, port=there.port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._inner.aclose()


def build_http_client(settings: Settings) -> httpx.AsyncClient:
    """Return the client for all calls to Shopify."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(limits=limits)
    if settings.network_address:
        transport = StoreTransport(settings.network_address, transport)
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    return httpx.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)
