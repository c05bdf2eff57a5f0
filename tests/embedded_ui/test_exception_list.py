"""The exceptions as a long list: oldest first, page by page."""

import re

import pytest

from app.exceptions.service import Problem, open_exception, resolve_exceptions
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

A_PAGE = 50


async def list_problems(trade: Trade, count: int) -> None:
    """Let so many things stand open, each with its number."""
    async with trade.uow() as uow:
        for number in range(count):
            await open_exception(
                uow, Problem("unmapped", "order_line", str(2**40 + number), f"No. {number}.", "Map it.")
            )


def numbers(page: str) -> list[int]:
    """Return which of them a page shows, in its order."""
    return [int(each) for each in re.findall(r">No\. (\d+)\.<", page)]


def link_to(page: str, words: str) -> str:
    """Return the address behind a button, or nothing."""
    found = re.search(rf'href="(/app/exceptions\?[^"]+)"[^>]*>{words}<', page)
    return found[1] if found else ""


async def read(trade: Trade, address: str) -> str:
    return (await trade.shops.get(trade.retailer, address)).text


async def test_exceptions_are_turned_page_by_page_from_the_oldest(trade: Trade) -> None:
    """Promise 5: however many there are, each can be reached, and the count is that of all."""
    await list_problems(trade, 2 * A_PAGE + 1)

    first = await read(trade, "/app/exceptions")
    second = await read(trade, link_to(first, "Newer"))
    third = await read(trade, link_to(second, "Newer"))
    back = await read(trade, link_to(third, "Older"))

    assert [numbers(page) for page in (first, second, third, back)] == [
        [*range(A_PAGE)],
        [*range(A_PAGE, 2 * A_PAGE)],
        [2 * A_PAGE],
        [*range(A_PAGE, 2 * A_PAGE)],
    ]
    assert all(f"{2 * A_PAGE + 1} things that cannot proceed" in page for page in (first, second, third))
    assert (link_to(first, "Older"), link_to(third, "Newer")) == ("", "")


async def test_a_page_of_which_everything_is_done_shows_the_beginning(trade: Trade) -> None:
    await list_problems(trade, A_PAGE + 1)
    last = link_to(await read(trade, "/app/exceptions"), "Newer")
    async with trade.uow() as uow:
        await resolve_exceptions(uow, "order_line", 2**40 + A_PAGE)

    page = await read(trade, last)

    assert numbers(page) == [*range(A_PAGE)]
    assert link_to(page, "Newer") == ""
