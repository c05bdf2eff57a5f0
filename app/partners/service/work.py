"""Work for a partner's store that failed or waits for long: its retailers are told, and any may have it tried again."""

from collections.abc import Sequence

from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import ExceptionFacts
from app.exceptions.service import TROUBLED, Problem, open_exception, resolve_of_partner, retry_failed
from app.job_runs.service import enqueue
from app.partners import repository
from app.partners.jobs import TellOfWork
from app.partners.queries import partners_of, partnerships_of
from app.partners.states import LIVE


async def ask_to_tell_of_work(uow: UnitOfWork) -> None:
    """Have the retailers of the actor's store told how work for it stands, if it is a partner of any."""
    if await partnerships_of(uow.session, uow.store_id):
        await enqueue(uow, TellOfWork(uow.store_id))


async def note_work(uow: UnitOfWork, partner_id: int, standing: Sequence[ExceptionFacts]) -> None:
    """List what work for the partner's store failed or waits for long, and take off the list what no longer does."""
    partner = await repository.lock_partner(uow.session, uow.store_id, partner_id)
    if partner is None:
        raise NotFound
    told = standing if partner.state in LIVE else ()
    for kind in TROUBLED:
        await resolve_of_partner(uow, partner_id, [kind], but=[each.subject_id for each in told if each.kind == kind])
    for each in told:
        await open_exception(
            uow, Problem(each.kind, "job", each.subject_id, each.cause, each.next_step, partner_id=partner_id)
        )


async def retry_work(uow: UnitOfWork, run_id: int) -> None:
    """Have a failed job tried again that acts for the actor's store, or for a partner's whose products it sells."""
    stores = [each.partner_store_id for each in await partners_of(uow.session, uow.store_id) if each.is_live]
    partner_stores = {store_id for store_id in stores if store_id is not None}
    store_id = await retry_failed(uow, run_id, partner_stores)
    if store_id in partner_stores:
        await enqueue(uow, TellOfWork(store_id))
