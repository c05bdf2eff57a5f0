"""Where requests for stores go in the local world, and that everything else stays as it is."""

import httpx
import pytest

from app.gateways.shopify.network import StoreTransport

pytestmark = pytest.mark.anyio


async def reached(url: str) -> tuple[str, str]:
    """Return the address a request is sent to and the host it names."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    transport = StoreTransport("http://127.0.0.1:4000", httpx.MockTransport(answer))
    async with httpx.AsyncClient(transport=transport) as http:
        await http.get(url)
    return str(seen[0].url), seen[0].headers["Host"]


async def test_a_stores_request_goes_to_the_one_address_under_the_stores_name() -> None:
    there = await reached("https://roaster.myshopify.com/admin/api/2026-10/graphql.json?a=1")

    assert there == ("http://127.0.0.1:4000/admin/api/2026-10/graphql.json?a=1", "roaster.myshopify.com")


@pytest.mark.parametrize("host", ["example.com", "myshopify.com", "roaster.myshopify.com.example.com"])
async def test_other_requests_go_where_they_say(host: str) -> None:
    assert await reached(f"https://{host}/x") == (f"https://{host}/x", host)
