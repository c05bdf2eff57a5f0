"""Methods a route does not have, and addresses that are almost ones of ours: refused, and never led elsewhere."""

from urllib.parse import urlsplit

import httpx
import pytest

from embedded_ui.routes import TABLE
from tests.attacks.addresses import METHODS, addresses
from tests.attacks.forgery import NOBODY, token
from tests.attacks.market import CORNER, Market

pytestmark = pytest.mark.anyio
EVIL = "evil.example"


def allowed(answer: httpx.Response) -> set[str]:
    return {each.strip() for each in answer.headers.get("Allow", "").split(",")} - {""}


async def test_every_page_of_the_table_is_an_address_of_the_application(market: Market) -> None:
    served = {each.template: each.methods for each in addresses(market.application) if each.is_page}

    for row in TABLE:
        assert row.method in served[row.path]


async def test_a_page_says_405_to_staff_who_use_another_method(market: Market) -> None:
    bearer = {"Authorization": f"Bearer {token(market)}"}
    async with market.unchanged():
        for page in (each for each in addresses(market.application) if each.is_page):
            for method in METHODS:
                read = "GET" if method == "HEAD" else method
                if read in page.methods:
                    continue
                answer = await market.shops.hub.request(method, page.path, headers=bearer)
                expected = (405, page.methods) if page.methods else (404, set())
                assert (answer.status_code, allowed(answer)) == expected, (method, page)
                assert "Location" not in answer.headers


async def test_everything_else_says_405_to_everybody(market: Market) -> None:
    async with market.unchanged():
        for each in (each for each in addresses(market.application) if not each.is_page):
            for method in METHODS:
                if method in each.methods:
                    continue
                answer = await market.shops.hub.request(method, each.path, content=b"x")
                assert answer.status_code == 405, (method, each)
                assert allowed(answer) in (set(), each.methods)
                assert "Location" not in answer.headers


async def test_no_method_hides_in_another_one(market: Market) -> None:
    """A header or a field that asks for a change makes no change of a read."""
    asks = {"Authorization": f"Bearer {token(market)}", "X-HTTP-Method-Override": "POST", "X-HTTP-Method": "DELETE"}
    async with market.unchanged():
        for each in addresses(market.application):
            if each.methods == {"POST"} and each.is_page:
                answer = await market.shops.hub.get(f"{each.path}?_method=POST", headers=asks)
                assert answer.status_code == 405


@pytest.mark.parametrize(
    "changed", ["{}/", "{}//", "/{}", "//evil.example{}", "{}/%2e%2e/%2e%2e/evil", "{}%00", "{};x"]
)
async def test_an_address_that_is_almost_ours_leads_nowhere_else(market: Market, changed: str) -> None:
    """Whatever the request says of our name: no redirect to another host, and none of a change."""
    for each in addresses(market.application):
        for method in ("GET", "POST"):
            path = changed.format(each.path)
            address = httpx.URL("https://hub.example.com", raw_path=path.encode())
            request = market.shops.hub.build_request(method, address, headers={"Host": EVIL})
            answer = await market.shops.hub.send(request)

            assert answer.status_code < 500, (method, path)
            led = urlsplit(answer.headers.get("Location", ""))
            assert (led.scheme, led.netloc) == ("", ""), (method, path, answer.headers)
            assert not (method == "POST" and answer.is_redirect), path


async def test_what_is_not_there_is_404(market: Market) -> None:
    async with market.unchanged():
        for path in ("/nothing", "/.env", "/internal", "/webhooks", "/auth", "/invitations", "/static/../routes.py"):
            for method in METHODS:
                answer = await market.shops.hub.request(method, path)
                assert answer.status_code in (404, 405), (method, path)


@pytest.mark.parametrize(
    "name",
    [
        "../routes.py",
        "..%2froutes.py",
        "%2e%2e/routes.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "vendor",
        "a%00",
        "x" * 5000,
    ],
)
async def test_static_files_are_those_of_the_folder(market: Market, name: str) -> None:
    address = httpx.URL("https://hub.example.com", raw_path=f"/static/{name}".encode())

    assert (await market.shops.hub.get(address)).status_code == 404


async def test_who_may_frame_the_pages_that_are_open_to_everybody(market: Market) -> None:
    """Outside the admin nobody may frame us, whoever is named."""
    for path in ("/", f"/?shop={CORNER}", "/invitations/unknown", "/invitations/unknown/authorize", "/auth/callback"):
        answer = await market.shops.hub.get(path)

        assert answer.headers["Content-Security-Policy"] == NOBODY
