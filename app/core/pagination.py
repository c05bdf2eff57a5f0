"""Pages of a long list, in the order of their ids: which rows a page holds, and where the pages beside it begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

Row = TypeVar("Row")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: beyond an id to the older ones, or to the newer ones; neither: where the list begins."""

    older_than: int | None = None
    newer_than: int | None = None
    limit: int = 50


BEGINNING = Place()


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the ids beyond which there are more."""

    rows: tuple[Row, ...]
    newer_than: int | None = None
    older_than: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the list has no other page."""
        return self.newer_than is None and self.older_than is None

    def of(self, shown: Callable[[Row], Shown]) -> "Page[Shown]":
        """Return the same page with its rows as something else."""
        return Page(tuple(shown(row) for row in self.rows), self.newer_than, self.older_than)


class _Identified(Protocol):
    @property
    def id(self) -> Any: ...


Model = TypeVar("Model", bound=_Identified)


async def read_page(
    session: AsyncSession, query: Select[Model], key: Any, place: Place, *, oldest_first: bool = False
) -> Page[Model]:
    """Return one page of what the query finds, by the id column `key`; beyond the end the list begins anew."""
    # The next page of a list that begins with the oldest, or the page before one that begins with the newest.
    is_rising = place.newer_than is not None or (oldest_first and place.older_than is None)
    part = query
    if place.newer_than is not None:
        part = query.where(key > place.newer_than)
    elif place.older_than is not None:
        part = query.where(key < place.older_than)
    found = (await session.scalars(part.order_by(key if is_rising else key.desc()).limit(place.limit + 1))).all()
    goes_on, rows = len(found) > place.limit, list(found[: place.limit])
    if not rows:
        beginning = Place(limit=place.limit)
        is_all = place == beginning
        return Page(()) if is_all else await read_page(session, query, key, beginning, oldest_first=oldest_first)
    oldest, newest = (rows[0], rows[-1]) if is_rising else (rows[-1], rows[0])
    has_newer = goes_on if is_rising else place.older_than is not None
    has_older = place.newer_than is not None if is_rising else goes_on
    if is_rising is not oldest_first:
        rows.reverse()
    return Page(tuple(rows), newest.id if has_newer else None, oldest.id if has_older else None)
