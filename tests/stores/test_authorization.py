"""The callback of Shopify's grant screen: what is signed, timely and bound to its shop gets in, once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import machine_now
from app.core.unit_of_work import SYSTEM
from app.job_runs.service import enqueue
from jobs.schedule import UPKEEP
from tests.support.linked import invite, make_retailer
from tests.support.shops import HUB, PARTNER, Shops

pytestmark = pytest.mark.anyio


async def callback_path(shops: Shops, tamper: Any = None) -> str:
    """The callback as Shopify would send it after the invited staff granted access."""
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    path = await invite(shops)
    grant_screen = (await shops.hub.get(f"{path}/authorize")).headers["Location"]
    return shops.approve(grant_screen, tamper).removeprefix(HUB)


def tokens(shops: Shops) -> int:
    return len(shops.store(PARTNER).app.tokens)


@pytest.mark.parametrize("tamper", ["hmac", "shop", "timestamp", "repeat"])
async def test_a_callback_that_is_not_what_shopify_signed_is_refused(shops: Shops, tamper: str) -> None:
    """A3 A1: one 401 page that does not say why, and no token is asked for."""
    path = await callback_path(shops, tamper)

    answer = await shops.hub.get(path)

    assert answer.status_code == 401
    assert "signature" not in answer.text.lower()
    assert tokens(shops) == 0


async def test_the_order_of_its_parameters_does_not_matter(shops: Shops) -> None:
    """A3"""
    answer = await shops.hub.get(await callback_path(shops, "reorder"))

    assert answer.status_code == 302
    assert tokens(shops) == 1


async def test_a_store_that_cannot_be_found_after_it_let_us_in_gets_a_page_that_says_what_to_do(shops: Shops) -> None:
    """A15: such as one that takes another name in that moment."""
    path = await callback_path(shops)

    async def answer(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/graphql.json"):
            response.status_code = 404

    shops.shopify.client.http.event_hooks["response"] = [answer]

    page = await shops.hub.get(path)

    assert page.status_code == 404
    assert "does not exist any more" in page.text
    assert "Open Partner Hub from the Apps menu" in page.text


async def test_a_state_is_used_once(shops: Shops) -> None:
    """A2"""
    path = await callback_path(shops)
    first = await shops.hub.get(path)

    again = await shops.hub.get(path)

    assert (first.status_code, again.status_code) == (302, 401)
    assert tokens(shops) == 1


async def test_a_state_lives_ten_minutes(shops: Shops) -> None:
    """A2"""
    path = await callback_path(shops)
    async with shops.open_uow(SYSTEM) as uow:
        old = {"at": machine_now() - timedelta(minutes=11)}
        await uow.session.execute(text("UPDATE oauth_states SET created_at = :at"), old)

    assert (await shops.hub.get(path)).status_code == 401


async def test_states_that_let_nobody_in_are_removed_with_the_daily_upkeep(shops: Shops) -> None:
    """A2: a day after they were begun, used or not; one that still works stays."""
    path = await callback_path(shops)
    old = {"at": machine_now() - timedelta(days=1, minutes=1)}
    begin = text(
        "INSERT INTO oauth_states (state_hash, shop_domain, created_at, used_at) VALUES (:hash, 'x', :at, :used)"
    )
    async with shops.open_uow(SYSTEM) as uow:
        for name, used in (("lapsed", None), ("used", old["at"])):
            await uow.session.execute(begin, {**old, "hash": name, "used": used})
        for job in UPKEEP:
            await enqueue(uow, job)

    await shops.work()

    async with shops.open_uow(SYSTEM) as uow:
        left = (await uow.session.scalars(text("SELECT shop_domain FROM oauth_states"))).all()
    assert left == [PARTNER]
    assert (await shops.hub.get(path)).status_code == 302


async def test_a_state_of_another_shop_is_refused(shops: Shops) -> None:
    """A1: the state is bound to its shop."""
    path = await callback_path(shops)
    async with shops.open_uow(SYSTEM) as uow:
        await uow.session.execute(text("UPDATE oauth_states SET shop_domain = 'other.myshopify.com'"))

    assert (await shops.hub.get(path)).status_code == 401
    assert tokens(shops) == 0


async def test_neither_token_nor_code_is_logged(shops: Shops, capsys: pytest.CaptureFixture[str]) -> None:
    """A16: by either way in."""
    path = await callback_path(shops)
    code = path.split("code=")[1].split("&")[0]

    await shops.hub.get(path)
    await shops.load(PARTNER)
    shops.store(PARTNER).app.tokens[-1].revoked_at = machine_now()
    await shops.post(PARTNER, "/app/permissions")

    logged = "".join(capsys.readouterr())
    secrets = [code, *(token.token for token in shops.store(PARTNER).app.tokens)]
    assert "stores.installed" in logged
    assert not any(secret in logged for secret in secrets)


async def test_no_token_stands_readable_in_the_database(shops: Shops) -> None:
    await shops.hub.get(await callback_path(shops))

    stored = await shops.dump()

    assert not any(token.token in stored for token in shops.store(PARTNER).app.tokens)
