"""What the address of a list says: the words searched for, the partner or the standing chosen, the page of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from app.core.pagination import BEGINNING, Page, Place

LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as its address describes it."""

    path: str
    search: str = ""
    partner_id: int | None = None
    standing: str = ""
    place: Place = BEGINNING

    @classmethod
    def read(cls, request: Request, standings: Collection[str] = (), *, path: str = "") -> "Listing":
        """Return what the address says; what is no number of ours, or no standing there is, is left out.

        `path`: where the list is, if a refused form may show it at another address.
        """
        query = request.query_params
        standing = query.get("standing", "")
        return cls(
            path=path or request.url.path,
            search=query.get("search", "").strip()[:LONGEST_SEARCH],
            partner_id=_id(query.get("partner")),
            standing=standing if standing in standings else "",
            place=Place(older_than=_id(query.get("older_than")), newer_than=_id(query.get("newer_than"))),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether the list leaves something out on purpose."""
        return bool(self.search or self.partner_id or self.standing)

    @property
    def is_beginning(self) -> bool:
        """Whether it is the first page of everything."""
        return not self.is_narrowed and self.place == BEGINNING

    def of_partner(self, partner_id: int | None) -> "Listing":
        """Return the list of one partner, from its beginning."""
        return replace(self, partner_id=partner_id, place=BEGINNING)

    def of_standing(self, standing: str) -> "Listing":
        """Return the list of what stands so, or of all, from its beginning."""
        return replace(self, standing=standing, place=BEGINNING)

    def address(self, **place: int) -> str:
        """Return the address of a page of this list."""
        asked = {"search": self.search, "partner": self.partner_id, "standing": self.standing, **place}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def newer(self, page: Page[Any]) -> str:
        """Return the address of the page with newer ones, or nothing."""
        return self.address(newer_than=page.newer_than) if page.newer_than else ""

    def older(self, page: Page[Any]) -> str:
        """Return the address of the page with older ones, or nothing."""
        return self.address(older_than=page.older_than) if page.older_than else ""


def _id(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    return int(text) or None
