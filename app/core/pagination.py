"""Pages of a long list, newest first: which rows a page holds, and where the pages beside it begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

Row = TypeVar("Row")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: with rows older than an id, or newer than one; neither: with the newest."""

    older_than: int | None = None
    newer_than: int | None = None
    limit: int = 50


NEWEST = Place()


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, newest first, and the ids beyond which there are more."""

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


async def read_page(session: AsyncSession, query: Select[Model], key: Any, place: Place) -> Page[Model]:
    """Return one page of what the query finds, by the id column `key`."""
    if place.newer_than is not None:
        query = query.where(key > place.newer_than).order_by(key)
    elif place.older_than is not None:
        query = query.where(key < place.older_than).order_by(key.desc())
    else:
        query = query.order_by(key.desc())
    found = (await session.scalars(query.limit(place.limit + 1))).all()
    goes_on, rows = len(found) > place.limit, list(found[: place.limit])
    if not rows:
        return Page(())
    is_backwards = place.newer_than is not None
    if is_backwards:
        rows.reverse()
    has_newer = goes_on if is_backwards else place.older_than is not None
    has_older = is_backwards or goes_on
    return Page(tuple(rows), rows[0].id if has_newer else None, rows[-1].id if has_older else None)
