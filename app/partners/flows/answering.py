"""The partner's answer: first their store takes the partner's role, then the partnership itself is made."""

from app.core.unit_of_work import Actor, ActorKind, Open
from app.partners import service
from app.partners.flows.inviting import find_waiting
from app.partners.models import Partner
from app.partners.service.invitation import OpenInvitation
from app.stores.errors import RoleTaken
from app.stores.queries import StoreFacts
from app.stores.service import choose_role
from app.stores.states import StoreRole


async def accept(open_uow: Open, actor: Actor, store: StoreFacts, invitation_id: int) -> Partner:
    """Connect the acting store with the retailer who invites it; a store that is a retailer is refused."""
    invitation = await find_waiting(open_uow, store.shop_domain, invitation_id)
    async with open_uow(actor) as uow:
        answering = await choose_role(uow, StoreRole.PARTNER)
    async with open_uow(_inside(invitation, actor)) as uow:
        return await service.accept_invitation(uow, invitation.id, answering)


async def decline(open_uow: Open, actor: Actor, store: StoreFacts, invitation_id: int) -> Partner:
    """End the invitation without a partnership."""
    invitation = await find_waiting(open_uow, store.shop_domain, invitation_id)
    if store.role is StoreRole.RETAILER:
        raise RoleTaken(StoreRole.RETAILER)
    async with open_uow(_inside(invitation, actor)) as uow:
        return await service.decline_invitation(uow, invitation.id, store)


def _inside(invitation: OpenInvitation, actor: Actor) -> Actor:
    return Actor(ActorKind.PARTNER, invitation.store_id, invitation.partner_id, actor.staff)
