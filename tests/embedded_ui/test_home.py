"""The retailer's home and the exceptions: what to do next, and nothing when there is nothing."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from app.exceptions.service import Problem, open_exception
from app.job_runs.models import JobRun
from app.job_runs.service import enqueue
from app.job_runs.states import JobState
from app.orders.jobs import ReconcileOrders
from embedded_ui.views.problem_words import HEADINGS
from tests.support.shops import PARTNER
from tests.support.source import python_files
from tests.support.trade import Trade
from tests.support.weeks import close_week, receive, running, sell, send_parcel, stock_centre

pytestmark = pytest.mark.anyio


async def list_every_kind(trade: Trade) -> None:
    """Let something of every kind stand open."""
    await sell(trade, 1)
    line = (await trade.order()).lines[0]
    master, (mapping,) = await running(trade), await trade.mappings()
    subjects = {
        "order": ("order_line", line.id),
        "ordered": ("order_line", line.id),
        "master": ("master", master.id),
        "stock": ("partner_variant", mapping.partner_variant_id),
        "partner": ("partner", trade.link.partner.id),
        "job": ("job", 2**40),
    }
    async with trade.uow() as uow:
        for kind in HEADINGS:
            subject, subject_id = subjects.get(kind.partition("_")[0], ("order_line", line.id))
            named = ("job", "order-4711") if kind == "order_not_readable" else (subject, str(subject_id))
            cause = "inventory.sync_stock: A fault." if subject == "job" else "This is the cause, in a sentence."
            step, partner_id = "This is what to do next.", trade.link.partner.id
            await open_exception(uow, Problem(kind, *named, cause, step, units=2, partner_id=partner_id))


@contextmanager
def counted(connection: AsyncConnection) -> Iterator[list[str]]:
    """The statements that read or write something, without those that set up a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT set_config", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(connection.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(connection.sync_engine, "before_cursor_execute", note)


async def test_home_says_what_comes_first(trade: Trade) -> None:
    before = (await trade.shops.get(trade.retailer, "/app")).text
    await stock_centre(trade, 2)
    after = (await trade.shops.get(trade.retailer, "/app")).text

    assert "the first order starts the week" in before
    assert "Pack 2 units" in after
    assert "Latest orders" in after
    assert (await trade.order()).name not in after
    assert (await trade.order()).name in (await trade.shops.get(trade.retailer, "/app/latest-orders")).text


@pytest.mark.parametrize(
    "path",
    [
        *("/app", "/app/latest-orders", "/app/orders", "/app/master-orders", "/app/receiving", "/app/packing"),
        *("/app/shipments", "/app/exceptions", "/app/stock"),
    ],
)
async def test_more_orders_do_not_mean_more_questions(trade: Trade, connection: AsyncConnection, path: str) -> None:
    await sell(trade, 1)
    with counted(connection) as few:
        await trade.shops.get(trade.retailer, path)
    await sell(trade, 1, 2, 1)

    with counted(connection) as many:
        await trade.shops.get(trade.retailer, path)

    assert len(many) == len(few)
    assert len(many) <= 10


ELM = "elm.myshopify.com"


async def asked_of_each(trade: Trade, connection: AsyncConnection, *paths: str) -> list[int]:
    """How many questions each page asks."""
    asked = []
    for path in paths:
        with counted(connection) as statements:
            assert (await trade.shops.get(trade.retailer, path)).status_code == 200
        asked.append(len(statements))
    return asked


async def test_more_in_an_order_or_in_a_parcel_does_not_mean_more_questions(
    trade: Trade, connection: AsyncConnection
) -> None:
    """One order, then one of two partners' products beside others; a dozen is what a page of one thing may ask."""
    await trade.join(ELM, name="Elm Roastery", email="orders@elm.example.com")
    await trade.bring_in(trade.product(ELM, {"sku": "LEAF"}), partner=ELM)
    await trade.bring_in(trade.product(PARTNER, {"sku": "BEAN"}), trade.product(PARTNER, {"sku": "POD"}))
    few = await week_asked(trade, connection, [("PARTNER-oak-BEAN", 1)])
    several = [("PARTNER-oak-BEAN", 2), ("PARTNER-oak-POD", 1), ("PARTNER-elm-LEAF", 1)]

    many = await week_asked(trade, connection, several, several, several[:2])

    assert many == few
    assert max(many) <= 12


async def week_asked(trade: Trade, connection: AsyncConnection, *bought: list[tuple[str, int]]) -> list[int]:
    """Let a week pass in which customers buy; return what pages of one thing ask, once Oak's parcel is counted."""
    known = len(await trade.orders())
    for lines in bought:
        trade.buy(*lines)
        await trade.settle()
    order, master = (await trade.orders())[known], await close_week(trade)
    parcel = await send_parcel(trade)
    await receive(trade, parcel)
    one_thing = (f"/app/orders/{order.id}", f"/app/master-orders/{master.id}", f"/app/receiving/{parcel.id}")
    return await asked_of_each(trade, connection, *one_thing, f"/app/receiving/{parcel.id}/correct")


async def test_exceptions_say_cause_next_step_and_where(trade: Trade) -> None:
    await sell(trade, 1)
    line = (await trade.order()).lines[0]
    async with trade.uow() as uow:
        problem = Problem("unmapped", "order_line", str(line.id), "It has no mapping.", "Map it.", units=3)
        await open_exception(uow, problem)

    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    home = (await trade.shops.get(trade.retailer, "/app")).text

    assert all(words in page for words in ("It has no mapping.", "Map it.", "3 units", f"/app/orders/{line.order_id}"))
    assert "Decide on 1 exception" in home


async def test_what_waits_for_a_partner_who_is_gone_leads_to_its_orders(trade: Trade) -> None:
    """A12: one by one, so that somebody can decide."""
    await sell(trade, 3, 1)
    orders = await trade.orders()
    await trade.shops.post(trade.retailer, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text

    for order, units in zip(orders, ("3 units", "1 unit"), strict=True):
        assert f'<s-link href="/app/orders/{order.id}">{order.name}</s-link> ({units})' in page


async def test_an_unpaid_order_offers_the_permission_that_would_tell(trade: Trade) -> None:
    """A5: asked by a click, declined or granted."""
    await sell(trade, 1)
    trade.buy(("PARTNER-oak-BEAN", 1), payment="pending", payment_terms=True)
    await trade.settle()
    await trade.turn(minutes=31)
    asking = re.compile(r'<form method="post" action="/app/exceptions/permission" data-scopes="read_payment_terms">')
    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text

    declined = await trade.shops.post(trade.retailer, "/app/exceptions/permission")
    trade.shops.grant(trade.retailer, "read_payment_terms")
    granted = await trade.shops.post(trade.retailer, "/app/exceptions/permission")
    told = (await trade.shops.get(trade.retailer, granted.headers["Location"])).text
    await trade.turn(minutes=16)

    assert asking.search(page)
    assert declined.headers["Location"] == "/app/exceptions?told=not_permitted"
    assert "Payment terms can be read" in told
    assert not asking.search(told)
    assert "Nothing needs you" in (await trade.shops.get(trade.retailer, "/app/exceptions")).text


async def test_every_kind_of_exception_has_words_of_its_own_and_a_place(trade: Trade) -> None:
    await list_every_kind(trade)

    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    further = re.search(r'href="([^"]+)" icon="chevron-right"', page)
    assert further
    page += (await trade.shops.get(trade.retailer, html.unescape(further[1]))).text

    assert all(heading in page for heading in HEADINGS.values())
    assert "Keeping stock in step: A fault." in page
    assert f"Order {(await trade.order()).name} · Oak Roastery · 2 units · for 1 min" in page
    assert "inventory." not in page
    assert "shopify://admin/orders/4711" in page


def test_no_kind_of_exception_is_without_words() -> None:
    sources = [file.read_text() for file in python_files("app", "jobs") if "Problem" in file.read_text()]

    kinds = {kind for source in sources for kind in re.findall(r'^[A-Z_, ]+ = "([a-z]+_[a-z_]+)"', source, re.M)}

    assert len(kinds) > 20
    assert kinds - set(HEADINGS) == set()


async def fail_a_comparison(trade: Trade) -> int:
    """Let a job of the retailer's store have failed; return its run."""
    async with trade.uow() as uow:
        await enqueue(uow, ReconcileOrders(trade.retailer_id))
    ((run_id, _),) = uow.due_jobs
    async with trade.uow() as uow, uow.machinery():
        run = await uow.session.get_one(JobRun, run_id)
        run.state, run.note, run.attempt = JobState.FAILED, "A fault.", 1
        await open_exception(uow, Problem("job_failed", "job", str(run_id), "A fault.", "Retry it."))
    return run_id


async def test_a_failed_job_is_tried_again_once(trade: Trade) -> None:
    run_id = await fail_a_comparison(trade)
    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text

    first = await trade.shops.post(trade.retailer, f"/app/exceptions/jobs/{run_id}/retry")
    second = await trade.shops.post(trade.retailer, f"/app/exceptions/jobs/{run_id}/retry")

    assert "Try again" in page
    assert (first.status_code, second.status_code) == (303, 409)


@pytest.mark.parametrize("waits_already", [False, True])
async def test_what_stands_of_a_failed_job_ends_when_it_is_tried_again(trade: Trade, waits_already: bool) -> None:
    """Promise 5: should it fail once more, that is told anew; where another stands for it, its own end tells."""
    run_id = await fail_a_comparison(trade)
    if waits_already:
        async with trade.uow() as uow:
            await enqueue(uow, ReconcileOrders(trade.retailer_id), run_at=uow.now + timedelta(minutes=1))

    await trade.shops.post(trade.retailer, f"/app/exceptions/jobs/{run_id}/retry")
    await trade.settle()

    assert await trade.problems() == []
    assert await trade.failed_jobs() == []


async def test_what_is_only_told_is_marked_as_done(trade: Trade) -> None:
    """Promise 5: the button is offered where nothing else ends it, and nowhere else."""
    async with trade.uow() as uow:
        told = Problem("completed_early", "master", "1", "Made early.", "Nothing is lost.", ends_by_hand=True)
        exception_id = await open_exception(uow, told)
        waiting_id = await open_exception(uow, Problem("unmapped", "order_line", "1", "No mapping.", "Map it."))
    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text

    answers = [
        (await trade.shops.post(trade.retailer, f"/app/exceptions/{each}/done")).status_code
        for each in (exception_id, waiting_id, 2**50)
    ]

    assert re.findall(r"/app/exceptions/(\d+)/done", page) == [str(exception_id)]
    assert answers == [303, 409, 404]
    assert [each.kind for each in await trade.problems()] == ["unmapped"]


async def test_what_was_marked_as_done_is_read_where_it_stood_and_where_it_was_about(trade: Trade) -> None:
    """Who said so and when: on the list for a week, on the master order's and the order's timeline for good."""
    await sell(trade, 1)
    order, master = await trade.order(), await running(trade)
    async with trade.uow() as uow:
        early = Problem("completed_early", "master", str(master.id), "Made early.", "Nothing is lost.")
        gone = Problem("shipped_though_cancelled", "order_line", str(order.lines[0].id), "It left.", "Ask for it.")
        told = [await open_exception(uow, replace(each, ends_by_hand=True)) for each in (early, gone)]
    for each in told:
        await trade.shops.post(trade.retailer, f"/app/exceptions/{each}/done")

    paths = ("/app/exceptions", f"/app/master-orders/{master.id}", f"/app/orders/{order.id}")
    pages = [(await trade.shops.get(trade.retailer, path)).text for path in paths]
    trade.set_clock(trade.clock.at + timedelta(days=8))
    later = [(await trade.shops.get(trade.retailer, path)).text for path in paths]

    entry = r"<s-text>Marked as done: {}</s-text>\s*<s-text[^>]*>Mon 2 Nov 2026[^<]* · your staff</s-text>"
    found = [[bool(re.search(entry.format(what), page)) for what in ("Made early.", "It left.")] for page in pages]
    assert found == [[True, True], [True, False], [False, True]]
    assert "Marked as done in the last seven days" in pages[0]
    assert ["Marked as done" in page for page in later] == [False, True, True]


async def test_without_exceptions_nothing_needs_you(trade: Trade) -> None:
    assert "Nothing needs you" in (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    assert (await trade.shops.get(PARTNER, "/app/exceptions")).status_code == 404
    assert (await trade.shops.post(trade.retailer, f"/app/exceptions/jobs/{2**50}/retry")).status_code == 404
