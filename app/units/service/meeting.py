"""A supply and the demand around it, locked together."""

from collections.abc import Mapping, Sequence

from app.core.unit_of_work import UnitOfWork
from app.units import repository
from app.units.errors import UnknownLot, WrongUnits
from app.units.rules import NEVER
from app.units.service.posting import ensure_enough
from app.units.states import DemandState, OwnerKind
from app.units.terms import LotState, LotUnits

Lots = Mapping[int, LotState]


async def lock_supply(uow: UnitOfWork, supply_line_id: int) -> LotState:
    """Lock and return a master line's lot."""
    wanted = repository.supply_lots(uow.store_id, supply_line_id, with_demand=False)
    return _supply_of(await repository.lock_lots(uow.session, uow.store_id, wanted), supply_line_id)


async def lock_supply_with(
    uow: UnitOfWork, supply_line_id: int, others: Sequence[int] = (), *, with_demand: bool = True
) -> tuple[Lots, LotState]:
    """Lock a master line's lot, the demand meant to come from it and other lots; return all, and the supply."""
    wanted = repository.supply_lots(uow.store_id, supply_line_id, others, with_demand=with_demand)
    lots = await repository.lock_lots(uow.session, uow.store_id, wanted)
    return lots, _supply_of(lots, supply_line_id)


def _supply_of(lots: Lots, supply_line_id: int) -> LotState:
    for lot in lots.values():
        if lot.owner_kind is OwnerKind.MASTER_LINE and lot.owner_id == supply_line_id:
            return lot
    raise UnknownLot


def waiting_for(lots: Lots, supply: LotState, state: DemandState) -> list[tuple[LotState, int]]:
    """Return the demand in a state that is meant to come from the supply, oldest first."""
    found = [lot for lot in lots.values() if lot.supply_id == supply.id and lot.count(state)]
    found.sort(key=lambda lot: (lot.eligible_at or NEVER, lot.id))
    return [(lot, lot.count(state)) for lot in found]


def loose_units(lots: Lots, units: Sequence[LotUnits], supply: LotState) -> list[tuple[LotState, int]]:
    """Return the named units, which must be queued without a supply and of the supply's variant."""
    found = named_units(lots, units, supply)
    for lot, quantity in found:
        if lot.supply_id is not None:
            raise WrongUnits
        ensure_enough(lot, quantity, DemandState.QUEUED)
    return found


def named_units(lots: Lots, units: Sequence[LotUnits], supply: LotState) -> list[tuple[LotState, int]]:
    """Return the named lots of demand, which must be of the supply's variant, each once."""
    if len({lot_id for lot_id, _ in units}) < len(units):
        raise WrongUnits
    found = []
    for lot_id, quantity in units:
        lot = lots.get(lot_id)
        if lot is None:
            raise UnknownLot
        if lot.owner_kind is not OwnerKind.ORDER_LINE or _variant(lot) != _variant(supply):
            raise WrongUnits
        found.append((lot, quantity))
    return found


def _variant(lot: LotState) -> tuple[int, int]:
    return lot.terms.partner_id, lot.terms.partner_variant_id
