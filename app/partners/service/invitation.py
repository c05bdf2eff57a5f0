"""Verbs of invitations: a link is made, replaced, taken back, found again by its token."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_token, token_hash
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.partners import repository
from app.partners.errors import InvitationClosed
from app.partners.events import PartnerInvitationWithdrawn, PartnerInvited
from app.partners.models import Invitation, Partner
from app.partners.states import LIVE, PartnerState
from app.partners.terms import Proposal
from app.stores.queries import StoreFacts, find_store_by_domain, get_store

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """The partner who was invited, and the token of the link: told once, kept nowhere."""

    partner_id: int
    token: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that can still be answered."""

    id: int
    store_id: int
    partner_id: int
    shop_domain: str


async def invite_partner(uow: UnitOfWork, retailer: StoreFacts, proposal: Proposal) -> Invited:
    """Invite a partner on these terms; an invitation that waits is refused: its terms and its link stay as they are."""
    faults = proposal.faults()
    partner = await _lock_known(uow, proposal.shop_domain)
    if proposal.shop_domain == retailer.shop_domain:
        faults["shop"] = "This is your own store. A store has one role: retailer or partner."
    elif partner is not None and partner.state in LIVE:
        faults["shop"] = f"You are already connected with {partner.name}."
    elif partner is not None and partner.state == PartnerState.INVITED:
        faults["shop"] = (
            f"You invited {partner.name} already. Make a new link there, or take the invitation back first."
        )
    if faults:
        raise Invalid(fields=faults)

    if partner is None:
        partner = Partner(store_id=uow.store_id, shop_domain=proposal.shop_domain, time_zone=retailer.time_zone)
        uow.session.add(partner)
    else:
        partner.move_to(PartnerState.INVITED)
    partner.propose(proposal)
    await uow.session.flush()
    return await _new_link(uow, partner)


async def renew_invitation(uow: UnitOfWork, partner_id: int) -> Invited:
    """Make a new link for a partner who has not answered; the one before stops working."""
    partner = await _lock(uow, partner_id)
    if partner.state in LIVE:
        raise Conflict(f"{partner.name} is already connected.")
    partner.move_to(PartnerState.INVITED)
    return await _new_link(uow, partner)


async def withdraw_invitation(uow: UnitOfWork, partner_id: int) -> None:
    """Take the invitation back; its link stops working."""
    partner = await _lock(uow, partner_id)
    partner.move_to(PartnerState.DECLINED)
    await _end_open(uow, partner, "withdrawn")
    await record_event(uow, PartnerInvitationWithdrawn(partner.id, partner.name))


async def follow_invited(uow: UnitOfWork, partner_id: int, shop_domain: str) -> None:
    """Let the partner's open invitation name the shop as it is called now, and the partner unless another is."""
    partner = await _lock(uow, partner_id)
    async with uow.machinery() as session:
        invitation = await repository.lock_open_invitation(session, partner.store_id, partner.id)
        if invitation is None:
            return
        invitation.shop_domain = shop_domain
    if await repository.find_partner_at(uow.session, uow.store_id, shop_domain) is None:
        partner.shop_domain = shop_domain


async def find_open_invitation(uow: UnitOfWork, token: str) -> OpenInvitation:
    """Return the invitation of a link, or raise `InvitationClosed`."""
    async with uow.machinery() as session:
        found = await repository.find_by_token(session, token_hash(token))
    if found is None or not found.is_open(uow.now):
        raise InvitationClosed
    return _facts(found)


async def pending_invitations(uow: UnitOfWork, shop_domain: str) -> list[OpenInvitation]:
    """Return the invitations that wait for this shop's answer."""
    async with uow.machinery() as session:
        return [_facts(found) for found in await repository.list_pending(session, shop_domain, uow.now)]


async def _lock_known(uow: UnitOfWork, shop_domain: str) -> Partner | None:
    """Return the partner at this address, also one whose shop had another name before (A15)."""
    partner = await repository.lock_by_domain(uow.session, uow.store_id, shop_domain)
    store = await find_store_by_domain(uow, shop_domain)
    if partner is not None or store is None:
        return partner
    return await repository.lock_by_store(uow.session, uow.store_id, store.id)


async def _follow_name(uow: UnitOfWork, partner: Partner) -> str:
    """Return the name under which a link finds the partner now, and call the partner by it unless another is."""
    if partner.partner_store_id is None:
        return partner.shop_domain
    now = (await get_store(uow, partner.partner_store_id)).shop_domain
    if await repository.find_partner_at(uow.session, uow.store_id, now) is None:
        partner.shop_domain = now
    return now


async def _lock(uow: UnitOfWork, partner_id: int) -> Partner:
    partner = await repository.lock_partner(uow.session, uow.store_id, partner_id)
    if partner is None:
        raise NotFound
    return partner


async def _new_link(uow: UnitOfWork, partner: Partner) -> Invited:
    await _end_open(uow, partner, "replaced")
    shop_domain = await _follow_name(uow, partner)
    token = new_token()
    async with uow.machinery() as session:
        session.add(
            Invitation(
                store_id=partner.store_id,
                partner_id=partner.id,
                shop_domain=shop_domain,
                token_hash=token_hash(token),
                created_at=uow.now,
                expires_at=uow.now + LIFETIME,
            )
        )
    await record_event(uow, PartnerInvited(partner.id, partner.name))
    return Invited(partner.id, token)


async def _end_open(uow: UnitOfWork, partner: Partner, outcome: str) -> None:
    async with uow.machinery() as session:
        earlier = await repository.lock_open_invitation(session, partner.store_id, partner.id)
        if earlier is not None:
            earlier.end(outcome, uow.now)


def _facts(invitation: Invitation) -> OpenInvitation:
    return OpenInvitation(invitation.id, invitation.store_id, invitation.partner_id, invitation.shop_domain)
