"""The load of the embedded app: who gets in, who is bounced, who is refused, and who may frame us."""

import re
from collections.abc import AsyncIterator

import pytest
from httpx import Response
from starlette.requests import ClientDisconnect

from embedded_ui.routes import TABLE
from simulator.oauth.id_tokens import id_token
from simulator.world.apps import freeze
from tests.support.shops import ADMIN, PARTNER, RETAILER, Shops

pytestmark = pytest.mark.anyio
RETRY = "X-Shopify-Retry-Invalid-Session-Request"


def policy(response: Response) -> str:
    return response.headers["Content-Security-Policy"]


async def test_the_first_load_installs_the_store_and_shows_it_the_choice(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    page = await shops.load(RETAILER)

    assert page.status_code == 200
    assert "Welcome to Partner Hub" in page.text
    assert "Set up as a retailer" in page.text


async def test_a_second_load_does_not_install_again(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    tokens = len(shops.store(RETAILER).app.tokens)

    await shops.load(RETAILER)

    assert len(shops.store(RETAILER).app.tokens) == tokens


@pytest.mark.parametrize("query", ["", "&id_token=x.y.z"])
async def test_a_document_without_a_token_bounces_and_comes_back(shops: Shops, query: str) -> None:
    """N4"""
    shops.make_shop(RETAILER)

    answer = await shops.hub.get(f"/app/partners?shop={RETAILER}&embedded=1&hmac=0&timestamp=1&page=2{query}")

    assert answer.status_code == 302
    assert answer.headers["Location"] == (
        f"/auth/patch-id-token?shop={RETAILER}&embedded=1&page=2"
        f"&shopify-reload=%2Fapp%2Fpartners%3Fshop%3D{RETAILER}%26embedded%3D1%26page%3D2"
    )
    patch = await shops.hub.get(answer.headers["Location"])
    assert patch.status_code == 200
    assert f"{ADMIN}/static/app-bridge.js" in patch.text
    assert RETAILER in policy(patch)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/app", "/app/partners", "/app/nothing/here"])
async def test_a_change_without_a_token_is_refused_and_never_redirected(shops: Shops, method: str, path: str) -> None:
    """N4"""
    answer = await shops.hub.request(method, f"{path}?shop={RETAILER}&embedded=1")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("claims", "status", "retries"),
    [
        ({"exp": 1}, 401, True),
        ({"aud": "another-app"}, 401, False),
        ({"dest": f"https://{PARTNER}"}, 401, False),
        ({"iss": "https://evil.example.com/admin"}, 401, False),
        ({"sub": ""}, 401, False),
    ],
)
async def test_a_fetch_with_a_bad_token_is_refused(
    shops: Shops, claims: dict[str, object], status: int, retries: bool
) -> None:
    """N4"""
    shops.make_shop(RETAILER)
    token = id_token(shops.world, shops.store(RETAILER), claims=claims)

    answer = await shops.hub.get("/app", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == status
    assert (RETRY in answer.headers) == retries


async def test_another_shops_token_is_refused_without_a_bounce(shops: Shops) -> None:
    """N4"""
    shops.make_shop(RETAILER)
    shops.make_shop(PARTNER)
    token = id_token(shops.world, shops.store(PARTNER))

    document = await shops.hub.get(f"/app?shop={RETAILER}&embedded=1&id_token={token}")
    fetched = await shops.hub.get(f"/app?shop={RETAILER}", headers={"Authorization": f"Bearer {token}"})

    assert (document.status_code, fetched.status_code) == (401, 401)


@pytest.mark.parametrize("tamper", ["hmac", "timestamp"])
async def test_a_load_whose_signature_is_wrong_is_refused(shops: Shops, tamper: str) -> None:
    shops.make_shop(RETAILER)

    assert (await shops.load(RETAILER, tamper=tamper)).status_code == 401


@pytest.mark.parametrize("tamper", ["shop", "repeat"])
async def test_a_load_that_names_another_shop_is_refused(shops: Shops, tamper: str) -> None:
    shops.make_shop(RETAILER)

    assert (await shops.load(RETAILER, tamper=tamper)).status_code in (400, 401)


async def test_the_order_of_signed_parameters_does_not_matter(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    assert (await shops.load(RETAILER, tamper="reorder")).status_code == 200


async def test_only_the_shops_own_admin_may_frame_a_page(shops: Shops) -> None:
    """N5"""
    shops.make_shop(RETAILER)
    shops.make_shop(PARTNER)

    mine, theirs = policy(await shops.load(RETAILER)), policy(await shops.load(PARTNER))

    assert mine == f"frame-ancestors https://{RETAILER} https://admin.shopify.com {ADMIN};"
    assert theirs == mine.replace(RETAILER, PARTNER)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "shop=",
        "shop=evil.com/x.myshopify.com",
        "shop=a.myshopify.com.evil.io",
        "shop=x.myshopify.com%0a",
        "shop=%C4%B1.myshopify.com",
        "shop=a.myshopify.com&shop=b.myshopify.com",
    ],
)
async def test_nobody_frames_a_page_for_an_unknown_shop(shops: Shops, query: str) -> None:
    """A4 N5: what is no shop's name gets 400, and the name never reaches the header."""
    for path in ("/app", "/auth/patch-id-token", "/auth/exit-iframe"):
        answer = await shops.hub.get(f"{path}?{query}&shopify-reload=/app&exitIframe=/app")

        assert answer.status_code == 400, path
        assert policy(answer) == "frame-ancestors 'none'"


async def test_a_shop_in_capitals_is_the_same_shop(shops: Shops) -> None:
    """A4"""
    shops.make_shop(RETAILER)
    token = id_token(shops.world, shops.store(RETAILER))

    answer = await shops.hub.get(f"/app?shop=Corner.MyShopify.COM&embedded=1&id_token={token}")

    assert answer.status_code == 200
    assert RETAILER in policy(answer)


@pytest.mark.parametrize(
    "back",
    [
        "//evil.io",
        "https://evil.io",
        "/\\evil.io",
        "/%5Cevil.io",
        "/app//evil.io",
        "/app/../../evil",
        "javascript:alert(1)",
        "/app%0d%0aSet-Cookie:x",
        "/auth/callback",
        "",
        "/app\x00",
        "/apple",
        "//[",
        "https://[evil.io/app",
        "///app",
        "%2fapp",
    ],
)
async def test_a_return_address_that_is_not_ours_is_refused(shops: Shops, back: str) -> None:
    """N6"""
    for path, name in (("/auth/patch-id-token", "shopify-reload"), ("/auth/exit-iframe", "exitIframe")):
        answer = await shops.hub.get(path, params={"shop": RETAILER, name: back})

        assert answer.status_code == 400, path
        assert policy(answer) == "frame-ancestors 'none'"
        assert "evil" not in answer.text


async def test_a_load_outside_the_admin_is_led_into_it(shops: Shops) -> None:
    host = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvY29ybmVy"  # admin.shopify.com/store/corner

    led = await shops.hub.get(f"/app/partners?shop={RETAILER}&host={host}")
    lured = await shops.hub.get(f"/app/partners?shop={PARTNER}&host={host}")

    assert led.headers["Location"] == f"{ADMIN}/admin/store/corner/apps/{shops.world.settings.api_key}/app/partners"
    assert lured.status_code == 400


async def test_no_cookie_is_ever_set(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    answers = [await shops.load(RETAILER), await shops.get(RETAILER, "/app"), await shops.hub.get("/")]

    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_app_bridge_is_the_first_script_and_turbo_the_last_of_the_libraries(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    page = (await shops.load(RETAILER)).text

    scripts = [page.index(name) for name in ("app-bridge.js", "polaris.js", "vendor/turbo", "controllers.js")]
    assert scripts == sorted(scripts)
    assert page.index("<script") == page.index(f'<script src="{ADMIN}/static/app-bridge.js"></script>')


async def test_a_store_that_does_not_answer_gets_a_page_it_may_frame(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    freeze(shops.world, shops.store(RETAILER), True)

    page = await shops.load(RETAILER)

    assert page.status_code == 503
    assert "Please try again in a moment" in page.text
    assert RETAILER in policy(page)
    assert int(page.headers["Retry-After"]) > 0


async def test_static_files_are_kept_and_their_addresses_change_with_them(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    address = re.findall(r'src="(/static/[^"]+)"', (await shops.load(RETAILER)).text)[0]

    answer = await shops.hub.get(address)

    assert "?v=" in address
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await shops.hub.get("/static/../routes.py")).status_code == 404


async def test_the_address_of_the_app_leads_to_its_home(shops: Shops) -> None:
    answer = await shops.hub.get(f"/?shop={RETAILER}&embedded=1")

    assert answer.headers["Location"] == f"/app?shop={RETAILER}&embedded=1"
    assert "inside the Shopify admin" in (await shops.hub.get("/")).text


async def test_every_page_of_the_table_refuses_who_has_no_token(shops: Shops) -> None:
    """Every route: a change without a token is 401, a load without one bounces, one without a shop is 400."""
    for row in TABLE:
        path = re.sub(r"{\w+:id}", "1", row.path)

        answer = await shops.hub.request(row.method, path)
        named = await shops.hub.request(row.method, f"{path}?shop={RETAILER}&embedded=1")

        expected = (400, 302) if row.method == "GET" else (401, 401)
        assert (answer.status_code, named.status_code) == expected, path


async def test_who_goes_while_sending_a_form_is_no_fault_of_ours(
    shops: Shops, capsys: pytest.CaptureFixture[str]
) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    headers = {**shops._token(RETAILER), "Content-Type": "application/x-www-form-urlencoded"}

    async def broken_off() -> AsyncIterator[bytes]:
        yield b"role=retail"
        raise ClientDisconnect

    answer = await shops.hub.post("/app/role", content=broken_off(), headers=headers)

    assert answer.status_code == 400  # which nobody reads
    assert "embedded_ui.bug" not in "".join(capsys.readouterr())
