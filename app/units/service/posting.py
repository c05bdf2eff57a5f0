"""The only writer of the ledger: a posting of moves, once where a repetition would double."""

from collections.abc import Sequence

from app.core.unit_of_work import UnitOfWork
from app.units import repository
from app.units.errors import NotEnoughUnits
from app.units.states import DemandState, SupplyState
from app.units.terms import Because, LotState, Move


async def post(uow: UnitOfWork, because: Because, moves: Sequence[Move], once: str | None = None) -> None:
    """Write the moves as one posting; the database checks each and lets balances and claims follow."""
    if not moves:
        return
    lots = {lot.id for move in moves for lot in (move.start, move.end) if lot}
    await repository.lock_rows(uow.session, uow.store_id, lots)
    for partner_moves in _by_partner(moves):
        await repository.add_posting(uow.session, uow.store_id, because, partner_moves, (once, uow.now))


def _by_partner(moves: Sequence[Move]) -> list[list[Move]]:
    # A posting is one partner's; only a line whose mapping went to another partner has moves of two.
    partners: dict[int, list[Move]] = {}
    for move in moves:
        partners.setdefault(move.end.terms.partner_id, []).append(move)
    return list(partners.values())


def once_key(because: Because, verb: str, subject_id: int) -> str:
    """Return the key of an act that is to be posted once: what happened, to what, and to whose units."""
    return f"{verb}/{because.cause}/{because.reference_kind}/{because.reference_id}/{subject_id}"


async def is_posted(uow: UnitOfWork, key: str) -> bool:
    """Tell whether this act was posted before; ask with the lots locked."""
    return await repository.is_posted(uow.session, uow.store_id, key)


async def with_supply(uow: UnitOfWork, lot: LotState, supply_id: int | None) -> LotState:
    """Return the lot for units of this one that are meant to come from that supply (none: that queue)."""
    if lot.supply_id == supply_id:
        return lot
    key = (lot.owner_kind, lot.owner_id, supply_id, lot.eligible_at)
    return await repository.ensure_lot(uow.session, uow.store_id, key, lot.terms)


def ensure_enough(lot: LotState, quantity: int, *states: DemandState | SupplyState) -> None:
    """Refuse to move more units than the lot has in these states, or none at all."""
    if not 0 < quantity <= lot.count(*states):
        raise NotEnoughUnits
