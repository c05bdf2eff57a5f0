"""Verbs about what Shopify asks for people's sake: note a request once, write the receipt of what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.stores import repository
from app.stores.events import CustomerDataAsked, CustomerErasureAsked
from app.stores.queries import get_store
from app.stores.states import StoreRole

BY_LAW = timedelta(days=30)
DATA_REQUEST, CUSTOMER, SHOP = "data_request", "customer", "shop"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a compliance webhook asks, without the person it is about."""

    kind: str
    shop_domain: str
    store_id: int | None
    reference: str
    order_ids: Sequence[str] = ()
    shop_gid: str = ""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as those who answer it know it."""

    id: int
    kind: str
    shop_domain: str
    store_id: int | None
    order_ids: tuple[str, ...]
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    receipt: Mapping[str, int]


async def take_request(uow: UnitOfWork, asked: Asked) -> None:
    """Note what is asked for a customer's sake and have it done; of a partner's customers nothing is held."""
    request_id = await note_request(uow, asked)
    role = (await get_store(uow, asked.store_id)).role if asked.store_id is not None else None
    if role is not StoreRole.RETAILER:
        await write_receipt(uow, request_id, {"orders": 0}, done=True)
    elif asked.kind == DATA_REQUEST:
        await _offer_package(uow, request_id, len(asked.order_ids))
    else:
        await _ask_for_erasure(uow, request_id, len(asked.order_ids))


async def note_request(uow: UnitOfWork, asked: Asked) -> int:
    """Keep the request and return its id; a repeated one is the same request."""
    async with uow.machinery() as session:
        values: dict[str, object] = {
            "kind": asked.kind,
            "shop_domain": asked.shop_domain,
            "store_id": asked.store_id,
            "reference": asked.reference,
            "order_ids": list(asked.order_ids),
            "asked_at": uow.now,
            "due_at": uow.now + BY_LAW,
            "receipt": {},
        }
        return await repository.obtain_request(session, values)


async def _ask_for_erasure(uow: UnitOfWork, request_id: int, orders: int) -> None:
    """Have what is held of a customer's orders erased, each in its time."""
    await record_event(uow, CustomerErasureAsked(uow.store_id, request_id, orders, f"request {request_id}"))


async def _offer_package(uow: UnitOfWork, request_id: int, orders: int) -> None:
    """Tell the store that the package is ready; it is put together when somebody takes it."""
    await record_event(uow, CustomerDataAsked(uow.store_id, request_id, orders, f"request {request_id}"))
    await write_receipt(uow, request_id, {"orders": orders}, done=True)


async def write_receipt(uow: UnitOfWork, request_id: int, counts: Mapping[str, int], *, done: bool) -> None:
    """Add what was erased to the request's receipt; it is done from when on nothing is left to do."""
    async with uow.machinery() as session:
        request = await repository.lock_request(session, request_id)
        before: Mapping[str, int] = request.receipt
        request.receipt = {name: before.get(name, 0) + counts.get(name, 0) for name in {**before, **counts}}
        request.done_at = (request.done_at or uow.now) if done else None


async def get_request(uow: UnitOfWork, request_id: int) -> RequestFacts:
    """Return the request as it stands."""
    async with uow.machinery() as session:
        row = await repository.lock_request(session, request_id)
    return RequestFacts(
        id=row.id,
        kind=row.kind,
        shop_domain=row.shop_domain,
        store_id=row.store_id,
        order_ids=tuple(row.order_ids),
        asked_at=row.asked_at,
        due_at=row.due_at,
        done_at=row.done_at,
        receipt=dict(row.receipt),
    )


async def list_requests(uow: UnitOfWork) -> list[RequestFacts]:
    """Return every request, oldest first."""
    async with uow.machinery() as session:
        ids = await repository.list_request_ids(session)
    return [await get_request(uow, request_id) for request_id in ids]


async def list_open_erasures(uow: UnitOfWork) -> list[RequestFacts]:
    """Return the customers' erasures that are not done, oldest first, also of stores that are away."""
    async with uow.machinery() as session:
        ids = await repository.list_open_request_ids(session, CUSTOMER)
    return [await get_request(uow, request_id) for request_id in ids]


async def list_done_erasures(uow: UnitOfWork, order_gid: str) -> Sequence[int]:
    """Return the customers' erasures of an order of the actor's store that were done, oldest first."""
    async with uow.machinery() as session:
        return await repository.list_done_request_ids(session, CUSTOMER, uow.store_id, order_gid)
