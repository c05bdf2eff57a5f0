"""The token endpoint: exchange, code, refresh with rotation, migration; and the tokens it answers to."""

import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from simulator.oauth.id_tokens import id_token, is_exchangeable
from simulator.oauth.tokens import find_token, issue_code, issue_token
from simulator.world.apps import uninstall
from simulator.world.settings import Settings
from simulator.world.switches import Switches
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"


async def post(host: StoreHost, **values: Any) -> httpx.Response:
    """Ask the token endpoint as the app."""
    settings = host.world.settings
    body = {"client_id": settings.api_key, "client_secret": settings.api_secret, **values}
    url = f"https://{host.store.domain}/admin/oauth/access_token"
    return await host.client.post(url, json=body)


async def exchange(host: StoreHost, subject: str | None = None, **values: Any) -> httpx.Response:
    """Exchange an ID token for an offline one."""
    token = id_token(host.world, host.store, now=host.clock.now) if subject is None else subject
    wanted = {"subject_token": token, "subject_token_type": ID_TOKEN, "requested_token_type": OFFLINE, "expiring": "1"}
    return await post(host, grant_type=EXCHANGE, **{**wanted, **values})


async def refresh(host: StoreHost, token: str) -> httpx.Response:
    return await post(host, grant_type="refresh_token", refresh_token=token)


async def opens(host: StoreHost, token: str) -> bool:
    """Whether the Admin API takes the token."""
    return (await host.post("{shop{id}}", token=token)).status_code == 200


async def test_an_id_token_buys_an_expiring_offline_token() -> None:
    host = make_host(["write_products", "read_orders"])

    granted = (await exchange(host)).json()

    assert granted["scope"] == "read_orders,write_products"
    assert (granted["expires_in"], granted["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert await opens(host, granted["access_token"])
    host.clock.now += timedelta(hours=1)
    assert not await opens(host, granted["access_token"])


async def test_without_expiring_the_token_stays() -> None:
    host = make_host()

    granted = (await exchange(host, expiring=0)).json()
    host.clock.now += timedelta(days=400)

    assert "expires_in" not in granted
    assert "refresh_token" not in granted
    assert await opens(host, granted["access_token"])


async def test_an_online_token_names_its_user() -> None:
    host = make_host()

    granted = (await exchange(host, requested_token_type=ONLINE)).json()

    assert granted["expires_in"] == 86_400
    assert granted["associated_user"]["account_owner"] is True
    assert "refresh_token" not in granted


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"dest": "https://other.myshopify.com"},
        {"exp": 1},
        {"exp": None},
    ],
)
async def test_an_id_token_that_is_not_for_us_now_buys_nothing(changes: dict[str, Any]) -> None:
    host = make_host()
    token = id_token(host.world, host.store, now=host.clock.now, claims=changes)

    response = await exchange(host, token)

    assert response.status_code == 400
    assert response.json()["error"] == "invalid_subject_token"


@pytest.mark.parametrize("token", ["", "a.b.c", "nonsense", "ü.ü.ü"])
async def test_what_is_no_token_buys_nothing(token: str) -> None:
    host = make_host()

    assert (await exchange(host, token)).json()["error"] == "invalid_subject_token"


async def test_a_token_signed_with_another_secret_buys_nothing() -> None:
    host = make_host()

    response = await exchange(host, id_token(host.world, host.store, now=host.clock.now, secret="wrong"))

    assert response.json()["error"] == "invalid_subject_token"


async def test_a_token_lives_one_minute() -> None:
    host = make_host()
    token = id_token(host.world, host.store, now=host.clock.now)

    assert is_exchangeable(token, host.store, host.world.settings, host.clock.now + timedelta(seconds=59))
    assert not is_exchangeable(token, host.store, host.world.settings, host.clock.now + timedelta(seconds=60))


async def test_any_jwt_library_can_read_the_id_token() -> None:
    host = make_host(settings=Settings(api_secret="shpss_0123456789abcdef0123456789abcdef"))
    settings = host.world.settings

    claims = jwt.decode(
        id_token(host.world, host.store),
        settings.api_secret,
        algorithms=["HS256"],
        audience=settings.api_key,
        options={"require": ["iss", "dest", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"]},
    )

    assert claims["iss"] == f"https://{host.store.domain}/admin"
    assert claims["dest"] == f"https://{host.store.domain}"
    assert claims["exp"] - claims["iat"] == 60


async def test_the_app_proves_who_it_is_with_either_secret() -> None:
    host = make_host(settings=Settings(old_api_secret="the-one-before"))

    old = await post(host, client_secret="the-one-before", grant_type="refresh_token", refresh_token="x")
    wrong = await post(host, client_secret="wrong", grant_type="refresh_token", refresh_token="x")
    stranger = await post(host, client_id="another", grant_type="refresh_token", refresh_token="x")

    assert old.json()["error"] == "invalid_grant"
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")
    assert stranger.json()["error"] == "invalid_client"


async def test_a_refresh_rotates_and_the_old_one_works_until_the_new_one_was_used() -> None:
    host = make_host()
    first = (await exchange(host)).json()

    second = (await refresh(host, first["refresh_token"])).json()
    repeated = await refresh(host, first["refresh_token"])
    assert repeated.status_code == 200
    assert await opens(host, repeated.json()["access_token"])
    dead = await refresh(host, first["refresh_token"])

    assert second["refresh_token"] != first["refresh_token"]
    assert dead.status_code == 400
    assert dead.json()["error"] == "invalid_grant"
    assert (await refresh(host, repeated.json()["refresh_token"])).status_code == 200


async def test_using_the_new_refresh_token_ends_the_old_one() -> None:
    host = make_host()
    first = (await exchange(host)).json()
    second = (await refresh(host, first["refresh_token"])).json()

    third = await refresh(host, second["refresh_token"])

    assert third.status_code == 200
    assert (await refresh(host, first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_token_lives_ninety_days() -> None:
    host = make_host()
    granted = (await exchange(host)).json()
    host.clock.now += timedelta(days=90)

    assert (await refresh(host, granted["refresh_token"])).json()["error"] == "invalid_grant"


async def test_after_an_uninstall_nothing_is_granted() -> None:
    host = make_host()
    granted = (await exchange(host)).json()
    uninstall(host.world, host.store)

    assert (await refresh(host, granted["refresh_token"])).status_code == 400
    assert (await exchange(host)).status_code == 400
    assert not await opens(host, granted["access_token"])


async def test_a_code_works_once_and_not_for_long() -> None:
    host = make_host()
    code, late = (
        issue_code(host.world, host.store, "https://hub.example.com/cb", host.clock.now, per_user=False) for _ in "ab"
    )

    settings = host.world.settings
    form = {"client_id": settings.api_key, "client_secret": settings.api_secret, "code": code, "expiring": "1"}

    granted = (await host.client.post(f"https://{host.store.domain}/admin/oauth/access_token", data=form)).json()
    again = await post(host, code=code, expiring="1")
    host.clock.now += timedelta(minutes=11)
    too_late = await post(host, code=late)

    assert granted["expires_in"] == 3600
    assert again.status_code == too_late.status_code == 400


@pytest.mark.parametrize("dies", [True, False])
async def test_a_token_that_never_expires_is_exchanged_for_one_that_does(dies: bool) -> None:
    host = make_host()
    host.world.switches = Switches(exchanged_token_dies=dies)
    old = issue_token(host.world, host.store, host.clock.now, expiring=False)
    wanted = {"subject_token_type": OFFLINE, "requested_token_type": OFFLINE, "expiring": "1"}

    granted = (await post(host, grant_type=EXCHANGE, subject_token=old.token, **wanted)).json()

    assert granted["refresh_token"]
    assert (find_token(host.store, old.token, host.clock.now) is None) is dies


async def test_what_is_not_understood_is_refused() -> None:
    host = make_host()
    url = f"https://{host.store.domain}/admin/oauth/access_token"

    assert (await post(host, grant_type="password")).json()["error"] == "unsupported_grant_type"
    assert (await exchange(host, requested_token_type="x")).json()["error"] == "invalid_request"
    assert (await exchange(host, subject_token_type="x")).json()["error"] == "invalid_request"
    assert (await post(host)).json()["error"] == "invalid_request"
    broken = await host.client.post(url, content=b"{", headers={"content-type": "application/json"})
    assert broken.json()["error"] == "invalid_client"
    unknown = await host.client.post("https://nobody.myshopify.com/admin/oauth/access_token", json={})
    assert unknown.status_code == 404
    assert json.loads(unknown.content) == {"errors": "Not Found"}
