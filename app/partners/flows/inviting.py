"""What the invited see: an invitation lives in the retailer's rows, and its reader is somebody else."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.unit_of_work import SYSTEM, Open, system_for
from app.partners import service
from app.partners.errors import InvitationClosed
from app.partners.queries import PartnerFacts, get_partner
from app.partners.service.invitation import OpenInvitation
from app.stores.errors import RoleTaken
from app.stores.queries import StoreFacts, find_store_by_domain, get_store
from app.stores.service import begin_authorization
from app.stores.states import StoreRole


@dataclass(frozen=True, slots=True)
class Shown:
    """An open invitation with who invites and on which terms."""

    invitation: OpenInvitation
    retailer: StoreFacts
    terms: PartnerFacts


async def read_invitation(open_uow: Open, token: str) -> Shown:
    """Return what a link stands for, or raise `InvitationClosed`; a retailer's own shop is told why it cannot."""
    async with open_uow(SYSTEM) as uow:
        invitation = await service.find_open_invitation(uow, token)
        invited = await find_store_by_domain(uow, invitation.shop_domain)
    if invited and invited.role is StoreRole.RETAILER:
        raise RoleTaken(StoreRole.RETAILER)
    return await _shown(open_uow, invitation)


async def begin_connection(open_uow: Open, token: str, address: Callable[[str, str], str]) -> str:
    """Return where the invited person grants access; `address` builds it from the shop and a state used once."""
    shown = await read_invitation(open_uow, token)
    invitation = shown.invitation
    async with open_uow(SYSTEM) as uow:
        state = await begin_authorization(uow, invitation.shop_domain, invitation.store_id, invitation.id)
    return address(invitation.shop_domain, state)


async def waiting_invitations(open_uow: Open, shop_domain: str) -> list[Shown]:
    """Return the invitations that wait for this shop, each with who invites and on which terms."""
    async with open_uow(SYSTEM) as uow:
        pending = await service.pending_invitations(uow, shop_domain)
    return [await _shown(open_uow, invitation) for invitation in pending]


async def follow_name(open_uow: Open, before: str, shop_domain: str) -> None:
    """Have the invitations that wait for a shop find it under its new name (A15)."""
    async with open_uow(SYSTEM) as uow:
        pending = await service.pending_invitations(uow, before)
    for invitation in pending:
        async with open_uow(system_for(invitation.store_id)) as uow:
            await service.follow_invited(uow, invitation.partner_id, shop_domain)


async def find_waiting(open_uow: Open, shop_domain: str, invitation_id: int) -> OpenInvitation:
    """Return one invitation that waits for this shop, or raise `InvitationClosed`."""
    async with open_uow(SYSTEM) as uow:
        pending = await service.pending_invitations(uow, shop_domain)
    for invitation in pending:
        if invitation.id == invitation_id:
            return invitation
    raise InvitationClosed


async def _shown(open_uow: Open, invitation: OpenInvitation) -> Shown:
    async with open_uow(system_for(invitation.store_id)) as uow:
        retailer = await get_store(uow, invitation.store_id)
        terms = await get_partner(uow.session, invitation.store_id, invitation.partner_id)
    return Shown(invitation, retailer, terms)
