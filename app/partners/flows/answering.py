"""The partner's answer: given by their store, inside the partnership that is meant."""

from app.core.errors import NotFound
from app.core.unit_of_work import Actor, ActorKind, Open
from app.partners import service
from app.partners.flows.inviting import find_waiting
from app.partners.models import Partner
from app.partners.queries import partnerships_of
from app.partners.service.invitation import OpenInvitation
from app.stores.errors import RoleTaken
from app.stores.queries import StoreFacts
from app.stores.states import StoreRole


async def accept(open_uow: Open, actor: Actor, store: StoreFacts, invitation_id: int) -> Partner:
    """Connect the acting store with the retailer who invites it; a store that is a retailer is refused."""
    invitation = await find_waiting(open_uow, store.shop_domain, invitation_id)
    async with open_uow(_inside(invitation, actor)) as uow:
        return await service.accept_invitation(uow, invitation.id, store)


async def decline(open_uow: Open, actor: Actor, store: StoreFacts, invitation_id: int) -> Partner:
    """End the invitation without a partnership."""
    invitation = await find_waiting(open_uow, store.shop_domain, invitation_id)
    if store.role is StoreRole.RETAILER:
        raise RoleTaken(StoreRole.RETAILER)
    async with open_uow(_inside(invitation, actor)) as uow:
        return await service.decline_invitation(uow, invitation.id, store)


async def leave(open_uow: Open, actor: Actor, partner_store_id: int, partner_id: int) -> None:
    """End one of the acting store's partnerships from the partner's side."""
    async with open_uow(actor) as uow:
        mine = [each for each in await partnerships_of(uow.session, partner_store_id) if each.id == partner_id]
    if not mine:
        raise NotFound
    async with open_uow(Actor(ActorKind.PARTNER, mine[0].store_id, partner_id, actor.staff)) as uow:
        await service.disconnect_partner(uow, partner_id)


def _inside(invitation: OpenInvitation, actor: Actor) -> Actor:
    return Actor(ActorKind.PARTNER, invitation.store_id, invitation.partner_id, actor.staff)
