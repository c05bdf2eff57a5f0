"""The retailer's home: what to do next, what is on its way, what happens when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import Place
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import count_open
from app.fulfillment.queries import unfinished_shipments
from app.fulfillment.states import ShipmentState
from app.master_orders.queries import running_orders
from app.orders.queries import has_orders
from app.partners.queries import PartnerFacts
from app.receiving.queries import awaited_parcels
from app.units.states import DemandState, Side, SupplyState
from app.units.totals import units_under_way
from embedded_ui.forms.listing import Listing
from embedded_ui.views.master_orders import MasterShown, running_shown
from embedded_ui.views.orders import OrderShown, list_orders

LATEST_ORDERS = 6


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a person to do now."""

    title: str
    sentence: str
    label: str
    href: str
    icon: str
    tone: str = "neutral"


DECIDE = Task(
    "Decide on {}", "Something cannot proceed without you.", "Decide", "/app/exceptions", "alert-triangle", "critical"
)
HAND_OVER = Task("Hand over {}", "Packed, and not with a carrier yet.", "Hand over", "/app/shipments", "delivery")
PACK = Task("Pack {}", "At your centre, and given to orders.", "Pack", "/app/packing", "package-fulfilled")
RECEIVE = Task("Receive {}", "Sent by partners, to be counted on arrival.", "Receive", "/app/receiving", "inventory")
"""What there can be to do; of how many things is told by whoever counts them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How many units are at one step of the way."""

    words: str
    units: int
    href: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the retailer's home shows of the running business."""

    tasks: tuple[Task, ...]
    figures: tuple[Figure, ...]
    running: tuple[MasterShown, ...]
    has_begun: bool  # something was ordered at some time


async def read_overview(uow: UnitOfWork, partners: Sequence[PartnerFacts]) -> Overview:
    """Return the overview of the acting retailer, whose partners these are."""
    session, store_id = uow.session, uow.store_id
    totals = await units_under_way(session, store_id)
    return Overview(
        tasks=_tasks(
            exceptions=await count_open(session),
            parcels=await awaited_parcels(session, store_id),
            ready=totals[Side.DEMAND].get(DemandState.ALLOCATED, 0),
            shipments=await unfinished_shipments(session, store_id),
        ),
        figures=_figures(totals),
        running=tuple(running_shown(await running_orders(session, store_id), partners)),
        has_begun=bool(totals[Side.DEMAND]) or await has_orders(session, store_id),
    )


async def read_latest(session: AsyncSession, store_id: int) -> tuple[OrderShown, ...]:
    """Return the latest orders; the home page shows itself first and asks for them afterwards."""
    return (await list_orders(session, store_id, Listing("/app/orders", place=Place(limit=LATEST_ORDERS)))).rows


def _tasks(exceptions: int, parcels: int, ready: int, shipments: Mapping[ShipmentState, int]) -> tuple[Task, ...]:
    packed = shipments.get(ShipmentState.PACKED, 0)
    found = (
        (DECIDE, exceptions, _many(exceptions, "exception")),
        (HAND_OVER, packed, _many(packed, "box", "boxes")),
        (PACK, ready, _many(ready, "unit")),
        (RECEIVE, parcels, _many(parcels, "parcel")),
    )
    return tuple(replace(task, title=task.title.format(what)) for task, count, what in found if count)


def _figures(totals: Mapping[Side, Mapping[str, int]]) -> tuple[Figure, ...]:
    demand, supply = totals[Side.DEMAND], totals[Side.SUPPLY]

    def wanted(*states: DemandState) -> int:
        return sum(demand.get(state, 0) for state in states)

    def coming(*states: SupplyState) -> int:
        return sum(supply.get(state, 0) for state in states)

    return (
        Figure(
            "Waiting for payment or on hold",
            wanted(DemandState.CAPTURED, DemandState.HELD),
            "/app/orders?standing=kept",
        ),
        Figure("Joining the next master order", wanted(DemandState.QUEUED), "/app/master-orders"),
        Figure("With partners", coming(SupplyState.SENT, SupplyState.ACKNOWLEDGED), "/app/master-orders"),
        Figure("On the way to you", coming(SupplyState.INBOUND), "/app/receiving"),
        Figure("Ready to pack", wanted(DemandState.ALLOCATED), "/app/packing"),
        Figure("Packed", wanted(DemandState.PACKED), "/app/shipments"),
    )


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
