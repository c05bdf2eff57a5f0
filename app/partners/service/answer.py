"""Verbs of the partner's staff: accept or decline an invitation; acting in the partnership that is meant."""

from sqlalchemy.exc import IntegrityError

from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.partners import repository
from app.partners.errors import InvitationClosed, KnownAlready
from app.partners.events import PartnerConnected, PartnerDeclined
from app.partners.models import CalendarChange, Invitation, Partner
from app.partners.states import PartnerState
from app.partners.terms import percent
from app.stores.queries import StoreFacts
from app.stores.service import choose_role
from app.stores.states import StoreRole


async def accept_invitation(uow: UnitOfWork, invitation_id: int, answering: StoreFacts) -> Partner:
    """Connect the answering store, a partner from now on, on the terms it was shown; what is shared is read.

    Its role and the partnership stand or fall together: an invitation that was closed meanwhile gives neither.
    """
    partner = await _end(uow, invitation_id, answering, "accepted")
    await choose_role(uow, StoreRole.PARTNER, answering.id)
    partner.move_to(PartnerState.CONNECTED)
    partner.partner_store_id = answering.id
    partner.time_zone = answering.time_zone
    partner.connected_at = partner.agreed_at = uow.now
    uow.session.add(
        CalendarChange(
            store_id=partner.store_id,
            partner_id=partner.id,
            valid_from=uow.now,
            weekday=partner.weekday,
            cutoff_time=partner.cutoff_time,
            time_zone=partner.time_zone,
            grace_minutes=partner.grace_minutes,
        )
    )
    try:
        await uow.session.flush()
    except IntegrityError:  # the other partnership is out of sight here
        raise KnownAlready from None
    await record_event(uow, PartnerConnected(partner.id, answering.id, partner.name, percent(partner.discount)))
    return partner


async def decline_invitation(uow: UnitOfWork, invitation_id: int, answering: StoreFacts) -> Partner:
    """End the invitation; the retailer sees that it was declined."""
    partner = await _end(uow, invitation_id, answering, "declined")
    partner.move_to(PartnerState.DECLINED)
    await record_event(uow, PartnerDeclined(partner.id, partner.name))
    return partner


async def _end(uow: UnitOfWork, invitation_id: int, answering: StoreFacts, outcome: str) -> Partner:
    """Use the invitation up: only the shop it names may, only once, only in time; the partner is locked first."""
    partner = await repository.lock_partner(uow.session, uow.store_id, uow.actor.partner_id or 0)
    if partner is None:
        raise NotFound
    async with uow.machinery() as session:
        invitation = await repository.lock_invitation(session, invitation_id)
        if invitation is None or not _may_answer(invitation, uow, answering):
            raise InvitationClosed
        invitation.end(outcome, uow.now)
    return partner


def _may_answer(invitation: Invitation, uow: UnitOfWork, answering: StoreFacts) -> bool:
    in_place = (invitation.store_id, invitation.partner_id) == (uow.store_id, uow.actor.partner_id)
    return in_place and invitation.shop_domain == answering.shop_domain and invitation.is_open(uow.now)
