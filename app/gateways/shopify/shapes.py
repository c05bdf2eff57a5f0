"""Shapes that many answers share: pages, money, complaints; and how they become ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from app.core.money import Money
from app.gateways.shopify.errors import Refused, UserError

Item = TypeVar("Item")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list; ask again after `end_cursor` while `has_next`."""

    items: tuple[Item, ...]
    end_cursor: str | None
    has_next: bool


class RawPageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class RawPage(msgspec.Struct, Generic[Item], rename="camel"):
    nodes: list[Item]
    page_info: RawPageInfo

    def next_cursor(self) -> str | None:
        """Return where the next page starts, or None at the end."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None

    def page_of(self, items: Sequence[Other]) -> Page[Other]:
        """Return a page of ours with this one's position."""
        return Page(tuple(items), self.page_info.end_cursor, self.page_info.has_next_page)


class RawId(msgspec.Struct):
    id: str


class RawMoney(msgspec.Struct, rename="camel"):
    amount: Decimal
    currency_code: str

    def money(self) -> Money:
        """Return it as ours."""
        return Money(self.amount, self.currency_code)


class RawMoneyBag(msgspec.Struct, rename="camel"):
    shop_money: RawMoney

    def money(self) -> Money:
        """Return the amount in the store's own currency."""
        return self.shop_money.money()


class RawAttribute(msgspec.Struct):
    key: str
    value: str | None = None


class RawUserError(msgspec.Struct):
    message: str
    field: list[str] | None = None
    code: str | None = None

    def user_error(self) -> UserError:
        """Return it as ours."""
        return UserError(tuple(self.field or ()), self.message, self.code)


def refuse(complaints: Sequence[RawUserError]) -> None:
    """Raise `Refused` when there are complaints."""
    if complaints:
        raise Refused([complaint.user_error() for complaint in complaints])


def quoted(text: str) -> str:
    """Return the text as one value of Shopify's search syntax."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def since(field: str, instant: datetime) -> str:
    """Return a search term: the field is not before the instant."""
    return f"{field}:>={quoted(instant.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'))}"
