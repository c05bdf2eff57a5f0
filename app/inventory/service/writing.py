"""Recording what became of the quantities in the retailer's store: right, written, not accepted."""

from collections.abc import Iterable, Mapping, Sequence

from app.catalog.service import note_targets
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inventory import repository
from app.inventory.events import StockWritten
from app.inventory.service.offering import Offer, Weighed

REFUSED, BLOCKED = "stock_not_writable", "stock_blocked"


async def record_look(uow: UnitOfWork, partner_id: int, weighed: Weighed) -> None:
    """Set aside what the store no longer has; what it shows rightly stands."""
    gone, due = ({each.mapping.id for each in some} for some in (weighed.gone, weighed.due))
    missed = {each.mapping.id for each in weighed.offers if each.mapping.target_missing_at is not None}
    if gone != missed:
        await note_targets(uow, partner_id, gone, missed - gone)
    await _end_trouble(uow, [each for each in weighed.offers if each.mapping.id not in due])
    if not weighed.due:
        await record_blocked(uow, partner_id, None)


async def record_written(uow: UnitOfWork, partner_id: int, offers: Sequence[Offer]) -> None:
    """Record that the store took these quantities, all of them."""
    wanted = {each.mapping.id: each.wanted for each in offers}
    for row in await repository.list_offers(uow.session, uow.store_id, partner_id, wanted):
        row.written, row.written_at = wanted[row.mapping_id], uow.now
    await _end_trouble(uow, offers)
    await record_blocked(uow, partner_id, None)
    await record_event(uow, StockWritten(partner_id, len(offers)))


async def record_refused(uow: UnitOfWork, partner_id: int, refused: Mapping[int, str], offers: Iterable[Offer]) -> None:
    """Set aside quantities the store would not take, with its reason by mapping (D12)."""
    for row in await repository.list_offers(uow.session, uow.store_id, partner_id, refused) if refused else ():
        row.trouble = refused[row.mapping_id]
    for offer in offers:
        if offer.mapping.id in refused:
            await open_exception(uow, _not_taken(offer, refused[offer.mapping.id]))


async def record_blocked(uow: UnitOfWork, partner_id: int, why: str | None) -> None:
    """List that the store takes no quantity at all, with its reason; none: it does again (D10)."""
    if why is None:
        await resolve_exceptions(uow, "partner", partner_id, [BLOCKED])
        return
    cause = f"Your store does not accept the stock of this partner: {why}"
    step = "Look under Settings whether the location for partner stock still exists and is active."
    await open_exception(uow, Problem(BLOCKED, "partner", str(partner_id), cause, step, partner_id=partner_id))


async def _end_trouble(uow: UnitOfWork, offers: Iterable[Offer]) -> None:
    for offer in offers:
        if offer.before is not None and offer.before.trouble is not None:
            offer.before.trouble = None
            await resolve_exceptions(uow, "partner_variant", offer.mapping.partner_variant_id, [REFUSED])


def _not_taken(offer: Offer, why: str) -> Problem:
    return Problem(
        kind=REFUSED,
        subject_kind="partner_variant",
        subject_id=str(offer.mapping.partner_variant_id),
        cause=f"Your store does not accept a quantity for this item: {why}",
        next_step="Check that the product still exists, is no bundle and tracks its quantity.",
        partner_id=offer.mapping.partner_id,
    )
