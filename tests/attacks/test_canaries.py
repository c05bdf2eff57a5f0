"""Marked people, secrets and tokens go through a whole week; afterwards nobody finds them where they do not belong."""

import json
from collections.abc import Iterable, Mapping

import pytest
from sqlalchemy import text

from app.core.clock import machine_now
from app.core.errors import HubError
from app.core.unit_of_work import SYSTEM, system_for
from app.gateways.shopify.shop import read_shop
from simulator.faults.faults import Faults, Rule
from simulator.oauth.id_tokens import id_token
from simulator.world.apps import expire_tokens
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Order, Tracking
from simulator.world.orders import cancel_order
from simulator.world.people import MARKS
from tests.attacks.addresses import READING, filled, parameters
from tests.support.linked import invite
from tests.support.shops import HUB, PARTNER, RETAILER
from tests.support.trade import Trade
from tests.support.weeks import close_week, receive, sell, send_parcel

pytestmark = pytest.mark.anyio
CUSTOMER, THEIR_CUSTOMER = MARKS["retailer_customer"], MARKS["partner_customer"]
STRANGER = "elm.myshopify.com"


async def live_a_week(trade: Trade) -> None:
    """Customers of both shops buy, change their minds and are sent things; tokens run out; the network is bad."""
    shops = trade.shops
    await sell(trade, 2, 1)
    trade.buy(("PARTNER-oak-BEAN", 1), attributes={"gift": f"for {CUSTOMER}", "grind": "fine"})
    await trade.settle()
    await partners_own_business(trade)
    shops.world.faults = Faults(seed=3, profile="rules", rules=[Rule(action="garbage", probability=0.2)])
    await trade.turn(minutes=20)
    shops.world.faults = Faults(seed=3)
    expire_tokens(shops.world, shops.store(PARTNER))
    await close_week(trade)
    await receive(trade, await send_parcel(trade))
    last = list(shops.store(RETAILER).orders.values())[-1]
    cancel_order(shops.world, shops.store(RETAILER), last)
    await trade.settle()


async def partners_own_business(trade: Trade) -> None:
    """The partner's own customer buys, gets a parcel, has the order changed and cancelled; drafts come and go."""
    shops, store = trade.shops, trade.shops.store(PARTNER)
    order: Order = trade.buy(("BEAN", 1), shop=PARTNER)
    await trade.settle()
    for parts in parts_for(store, order, None):
        create_fulfillment(shops.world, store, parts, [Tracking(company="UPS", number="1ZTHEIRS", url=None)], "staff")
    await trade.settle()
    cancel_order(shops.world, store, trade.buy(("BEAN", 1), shop=PARTNER))
    await trade.settle()


async def knock(trade: Trade) -> list[str]:
    """A stranger comes in by the grant screen, others with what they should not have; returns what was shown them."""
    shops = trade.shops
    shops.make_shop(STRANGER)
    screen = (await shops.hub.get(f"{await invite(shops, shop=STRANGER)}/authorize")).headers["Location"]
    callback = shops.approve(screen).removeprefix(HUB)
    answers = [await shops.hub.get(callback), await shops.hub.get(callback), await shops.load(STRANGER)]
    stolen = id_token(shops.world, shops.store(PARTNER))
    for path in ("/app", f"/app?shop={RETAILER}", f"/app/orders?id_token={stolen}"):
        answers.append(await shops.hub.get(path, headers={"Authorization": f"Bearer {stolen}x"}))
    shops.store(STRANGER).app.tokens[-1].revoked_at = machine_now()
    async with shops.open_uow(SYSTEM) as uow:
        store_id = await uow.session.scalar(text("SELECT id FROM stores WHERE shop_domain = :shop"), {"shop": STRANGER})
    with pytest.raises(HubError):
        await shops.shopify.call(int(store_id or 0), read_shop)
    return [answer.text for answer in answers]


async def ask_to_be_forgotten(trade: Trade) -> None:
    """A customer of each shop asks to be forgotten; Shopify says who it is."""
    for shop, mark in ((RETAILER, CUSTOMER), (PARTNER, THEIR_CUSTOMER)):
        person = {"id": 7, "email": f"{mark}@example.com", "phone": f"+1555{mark}"}
        body = {"shop_id": 5, "shop_domain": shop, "customer": person, "orders_to_redact": [1]}
        await trade.send(shop, "customers/redact", json.dumps(body).encode())
    await trade.settle()


async def pages(trade: Trade) -> list[str]:
    """Every page of both shops, with the ids there are."""
    shown = []
    for shop in (RETAILER, PARTNER):
        for row in READING:
            for number in (1, 2, 3) if parameters(row) else (1,):
                values: Mapping[str, object] = dict.fromkeys(parameters(row), number)
                shown.append((await trade.shops.get(shop, filled(row.path, **values))).text)
    return shown


async def rows(trade: Trade) -> dict[str, str]:
    """Every row of every table, whoever may see it, by table."""
    found: dict[str, str] = {}
    async with trade.shops.open_uow(SYSTEM) as uow:
        stores = list(await uow.session.scalars(text("SELECT id FROM stores")))
        names = set(await uow.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    for store_id in [0, *stores]:
        async with trade.shops.open_uow(system_for(store_id)) as uow:
            for name in names - {"alembic_version", "inbox_events"}:
                lines = await uow.session.scalars(text(f"SELECT t::text FROM {name} t"))
                found[name] = found.get(name, "") + "\n".join(lines)
    async with trade.shops.open_uow(SYSTEM) as uow:
        bodies = await uow.session.scalars(text("SELECT headers::text || encode(body, 'escape') FROM inbox_events"))
        found["inbox_events"] = "\n".join(filter(None, bodies))
    return found


def secrets(trade: Trade) -> dict[str, str]:
    """Everything that opens something, by what it is."""
    settings = trade.shops.shopify.settings
    found = {
        "client secret": settings.api_secret,
        "internal secret": settings.internal_secret,
        "encryption key": settings.encryption_keys.partition(":")[2],
    }
    for domain, store in trade.shops.world.stores.items():
        for number, token in enumerate(store.app.tokens):
            found[f"token {number} of {domain}"] = token.token
            found[f"refresh token {number} of {domain}"] = token.refresh_token or token.token
        found |= {f"code {number} of {domain}": code.code for number, code in enumerate(store.app.codes)}
    return found


def leaks(where: Mapping[str, str], marks: Mapping[str, str]) -> list[str]:
    return [
        f"{mark} in {place}" for place, content in where.items() for mark, value in marks.items() if value in content
    ]


def told(variables: Iterable[object]) -> str:
    return json.dumps(list(variables), default=str)


async def test_no_person_and_no_secret_is_found_where_it_does_not_belong(
    trade: Trade, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """INV5 INV7 A16 N8: in no log, job, message, exception, event or page; nor in a call to a partner's store.

    Tokens are needed in the header of a call, codes in the callback's address; both stand nowhere else. A customer's
    person is nowhere at all: Shopify is asked for fields without one, and the one in a redaction goes when it is done.
    """
    caplog.set_level("DEBUG")
    caplog.set_level("WARNING", "httpx")  # as the product sets it; the browser of this test would log its addresses
    people = {"a customer": CUSTOMER, "a partner's customer": THEIR_CUSTOMER}

    await live_a_week(trade)
    shown = await knock(trade)
    await ask_to_be_forgotten(trade)
    shown += await pages(trade)

    logged = "".join(capfd.readouterr()) + caplog.text
    calls = {
        shop: told(call.variables for call in trade.shops.world.requests if call.shop == shop)
        for shop in (RETAILER, PARTNER)
    }
    where = {**await rows(trade), "the log": logged, "pages": "\n".join(shown), **calls}
    assert {"shopify.no_answer", "stores.installed", "security.id_token_refused"} <= set(logged.split())
    assert len(secrets(trade)) > 10
    assert sum(CUSTOMER in str(vars(each)) for each in trade.shops.store(RETAILER).orders.values()) > 0
    assert leaks(where, {**people, **secrets(trade)}) == []
    assert "1ZTHEIRS" not in "".join(where.values())
