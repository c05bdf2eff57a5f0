import asyncio
from collections.abc import Sequence

import pytest

from app.core.errors import Unavailable
from app.core.gathering import Bounds, Gathering

pytestmark = pytest.mark.anyio


class Doing:
    """Does words as long as the door is open, and remembers in which company; refuses some, or all."""

    def __init__(self, *, items: int = 10, weight: int = 1000, patience: float = 10) -> None:
        self.batches: list[list[str]] = []
        self.door = asyncio.Event()
        self.door.set()
        self.away = False
        self.gathering = Gathering(self.do, len, Bounds(items, weight), patience)

    async def do(self, words: Sequence[str]) -> None:
        self.batches.append(list(words))
        await self.door.wait()
        if self.away:
            raise Unavailable("away")
        if any(word.startswith("bad") for word in words):
            raise ValueError(*words)

    def put(self, *words: str) -> "list[asyncio.Task[None]]":
        return [asyncio.create_task(self.gathering.put(word)) for word in words]

    async def put_all(self, *words: str) -> list[BaseException | None]:
        return await asyncio.gather(*self.put(*words), return_exceptions=True)


async def turns() -> None:
    """Let everything happen that can happen without waiting."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_while_one_batch_is_being_done_the_next_gathers() -> None:
    doing = Doing()
    doing.door.clear()

    first = doing.put("a", "b")
    await turns()
    second = doing.put("c") + doing.put("d", "e")
    await turns()
    before = list(doing.batches)
    doing.door.set()
    await asyncio.gather(*first, *second)

    assert before == [["a", "b"]]
    assert doing.batches == [["a", "b"], ["c", "d", "e"]]


async def test_a_lonely_item_waits_for_nobody() -> None:
    doing = Doing()

    await doing.gathering.put("a")
    await doing.gathering.put("b")

    assert doing.batches == [["a"], ["b"]]


async def test_a_batch_is_bounded_by_items_and_by_weight() -> None:
    doing = Doing(items=3, weight=10)

    await doing.put_all("1", "2", "3", "4", "5", "heavy heavy heavy", "123456", "1234", "5")

    assert doing.batches == [["1", "2", "3"], ["4", "5"], ["heavy heavy heavy"], ["123456", "1234"], ["5"]]


async def test_a_bad_item_fails_alone() -> None:
    doing = Doing()

    results = await doing.put_all("a", "bad", "b", "bad too")

    assert [type(each) for each in results] == [type(None), ValueError, type(None), ValueError]
    assert [str(each) for each in results if each] == ["bad", "bad too"]
    assert doing.batches == [["a", "bad", "b", "bad too"], ["a"], ["bad"], ["b"], ["bad too"]]


async def test_what_fails_for_all_is_not_tried_one_by_one() -> None:
    doing = Doing()
    doing.away = True

    results = await doing.put_all("a", "b")
    doing.away = False
    await doing.gathering.put("c")

    assert [str(each) for each in results] == ["away", "away"]
    assert doing.batches == [["a", "b"], ["c"]]


async def test_who_leaves_harms_nobody() -> None:
    doing = Doing()
    doing.door.clear()
    under_way = doing.put("a", "b")
    await turns()
    gathered = doing.put("c", "d")
    await turns()

    under_way[0].cancel()
    gathered[0].cancel()
    await turns()
    doing.door.set()
    results = await asyncio.gather(*under_way, *gathered, return_exceptions=True)

    assert [isinstance(each, asyncio.CancelledError) for each in results] == [True, False, True, False]
    assert doing.batches == [["a", "b"], ["d"]]


async def test_patience_ends_for_each_by_itself_and_nothing_piles_up() -> None:
    doing = Doing(patience=0.02)
    doing.door.clear()

    under_way = await doing.put_all("a")
    gathered = await doing.put_all("b", "c")
    doing.door.set()
    await doing.gathering.put("d")

    assert [type(each) for each in under_way + gathered] == [Unavailable] * 3
    assert doing.batches == [["a"], ["d"]]
