"""The evidence as the checks read it: plain dictionaries, found by what they are about."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

Row = Mapping[str, Any]

GONE = frozenset({"cancelled", "refunded"})
"""Ends of units that nobody wants any more."""

SHIPPED = frozenset({"outbound", "delivered", "returned"})
MATCHED = frozenset({"allocated", "packed"}) | SHIPPED
UNSEEN = frozenset({"captured", "held", "queued"})
AWAITED = frozenset({"sent", "acknowledged", "inbound"})


def when(text: str | None) -> datetime | None:
    """Read a time of the evidence."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def instant(text: str) -> datetime:
    """Read a time that is there."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass(frozen=True)
class BoughtLine:
    """A line a customer bought of something a partner makes."""

    retailer: str
    order: Row
    line: Row
    mapping: Row

    @property
    def name(self) -> str:
        """How a finding names it."""
        return f"{self.order['name']} {self.line['sku'] or self.line['title']}"

    @property
    def wanted(self) -> int:
        """Partner units that are still to reach the customer, or did."""
        return int((self.line["unfulfilled"] + self.line["fulfilled"]) * self.mapping["units_per"])


@dataclass(frozen=True)
class Case:
    """What is held against each other."""

    books: Row
    truth: Mapping[str, Row]
    webhooks: list[Row]
    calls: list[Row]
    marks: Mapping[str, str]
    profiles: Mapping[str, Row]
    quiet: Row
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", instant(self.books["at"]))

    @cached_property
    def stores(self) -> dict[str, Row]:
        """Stores by their global id."""
        return {each["id"]: each for each in self.books["stores"]}

    def role(self, role: str) -> list[Row]:
        """The stores that play this part."""
        return [each for each in self.books["stores"] if each["role"] == role]

    def store_truth(self, store_id: str) -> Row:
        """What is true of a store."""
        return self.truth[self.stores[store_id]["shop"]]

    @cached_property
    def partnerships(self) -> dict[str, Row]:
        """Partnerships by id."""
        return {each["id"]: each for each in self.books["partners"]}

    def partnership(self, retailer: str, partner: str) -> Row:
        """The partnership of two stores."""
        return next(
            each for each in self.books["partners"] if (each["retailer"], each["partner"]) == (retailer, partner)
        )

    def is_reachable(self, partnership: Row) -> bool:
        """Whether anything can be asked of the partner: a store that removed the app refuses, heard of it or not."""
        shop = self.stores[partnership["partner"]]["shop"]
        return bool(partnership["state"] == "connected" and self.profiles[shop]["app"]["installed"])

    @cached_property
    def demand(self) -> dict[str, list[Row]]:
        """Demand lots by order line."""
        found: dict[str, list[Row]] = defaultdict(list)
        for lot in self.books["lots"]:
            if lot["side"] == "demand":
                found[lot["owner"]].append(lot)
        return found

    @cached_property
    def supply(self) -> dict[str, list[Row]]:
        """Supply lots by master line."""
        found: dict[str, list[Row]] = defaultdict(list)
        for lot in self.books["lots"]:
            if lot["side"] == "supply":
                found[lot["owner"]].append(lot)
        return found

    @cached_property
    def lots(self) -> dict[str, Row]:
        """All lots by id."""
        return {each["id"]: each for each in self.books["lots"]}

    @cached_property
    def moves(self) -> list[Row]:
        """Every move, in the order of the ledger."""
        return sorted(self.books["moves"], key=lambda move: int(move["id"]))

    @cached_property
    def masters_by_line(self) -> dict[str, Row]:
        """Master orders by the id of their lines."""
        return {line["id"]: master for master in self.books["master_orders"] for line in master["lines"]}

    @cached_property
    def open_exceptions(self) -> list[Row]:
        """What somebody is told of now."""
        return [each for each in self.books["exceptions"] if each["resolved_at"] is None]

    def is_told(self, kind: str, subject: str, *names: str) -> bool:
        """Whether somebody is told about this now."""
        return any(
            (each["subject"]["kind"], each["subject"]["id"]) == (kind, subject) and (not names or each["kind"] in names)
            for each in self.open_exceptions
        )

    def was_told(self, kind: str, subject: str, *names: str) -> bool:
        """Whether somebody was ever told about this."""
        return any(
            (each["subject"]["kind"], each["subject"]["id"]) == (kind, subject) and (not names or each["kind"] in names)
            for each in self.books["exceptions"]
        )

    @cached_property
    def bought(self) -> list[BoughtLine]:
        """The lines customers bought of mapped variants; test orders and what was before go-live are left out."""
        return list(self._bought())

    def _bought(self) -> Iterator[BoughtLine]:
        mapped: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for each in self.books["mappings"]:
            mapped[each["retailer"], each["retailer_variant"]].append(each)
        for store in self.role("retailer"):
            live = when(store["went_live_at"])
            for order in self.store_truth(store["id"])["orders"]:
                if order["test"] or live is None or instant(order["created_at"]) < live:
                    continue
                for line in order["lines"]:
                    mappings = mapped.get((store["id"], line["variant_id"]), [])
                    for mapping in mappings[-1:]:
                        yield BoughtLine(store["id"], order, line, mapping)


def left_in(lot: Row, *states: str) -> int:
    """Units of a lot in these states."""
    return sum(lot["balances"].get(state, 0) for state in states)


def standing(lot: Row) -> int:
    """Units of a demand lot that are still wanted, or reached the customer."""
    return sum(count for state, count in lot["balances"].items() if state not in GONE)
