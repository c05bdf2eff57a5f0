"""The change ledger of a master order: what became different after its list was sealed; the list itself stays."""

from app.catalog.queries import variants_of_store
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.master_orders import repository
from app.master_orders.events import ChangedAfterFreeze
from app.master_orders.models import PARTNER_CHANGED, Cycle, MasterChange, MasterLine


async def note_release(uow: UnitOfWork, master_line_id: int, quantity: int) -> None:
    """Write that units of a sealed line are not needed any more: they will come and be surplus (F7, G28)."""
    line = await repository.find_line(uow.session, uow.store_id, master_line_id)
    if line is None:
        return
    variants = await variants_of_store(uow.session, line.partner_store_id, [line.partner_variant_id])
    title = variants[line.partner_variant_id].title if line.partner_variant_id in variants else "a product"
    await note_change(uow, line, "released", -quantity, "A customer does not want it any more; it will be surplus.")
    await record_event(uow, ChangedAfterFreeze(line.cycle_id, line.partner_id, title, quantity))


async def note_reduction(uow: UnitOfWork, master_line_id: int, quantity: int) -> None:
    """Write that the partner took units off the order after they had it (G27)."""
    line = await repository.find_line(uow.session, uow.store_id, master_line_id)
    if line is not None:
        await note_change(uow, line, PARTNER_CHANGED, -quantity, "The partner took it off the order after the close.")


async def note_change(uow: UnitOfWork, line: MasterLine, kind: str, quantity: int, why: str) -> None:
    """Write how many units more or fewer than sealed, and why."""
    uow.session.add(
        MasterChange(
            store_id=uow.store_id,
            cycle_id=line.cycle_id,
            partner_id=line.partner_id,
            master_line_id=line.id,
            kind=kind,
            quantity=quantity,
            why=why,
            at=uow.now,
        )
    )


async def note_addition(uow: UnitOfWork, cycle: Cycle, variant_gid: str, quantity: int) -> None:
    """Write that the partner put something on the order that we never asked for."""
    uow.session.add(
        MasterChange(
            store_id=uow.store_id,
            cycle_id=cycle.id,
            partner_id=cycle.partner_id,
            master_line_id=None,
            kind="partner_added",
            quantity=quantity,
            why=f"The partner added a product of their own to the order ({variant_gid.rsplit('/', 1)[-1]}).",
            at=uow.now,
        )
    )
