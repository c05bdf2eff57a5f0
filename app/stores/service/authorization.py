"""Verbs of the OAuth round trip: a state is bound to its shop, lives ten minutes and is used once."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.clock import machine_now
from app.core.ids import new_token, token_hash
from app.core.unit_of_work import UnitOfWork
from app.stores import repository
from app.stores.errors import AuthorizationRefused
from app.stores.models import OAuthState

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What an authorisation was begun for."""

    shop_domain: str
    retailer_store_id: int | None
    invitation_id: int | None


async def begin_authorization(
    uow: UnitOfWork, shop_domain: str, retailer_store_id: int | None = None, invitation_id: int | None = None
) -> str:
    """Remember that we send somebody to this shop's grant screen, and return the state to send along."""
    state = new_token()
    async with uow.machinery() as session:
        session.add(
            OAuthState(
                state_hash=token_hash(state),
                shop_domain=shop_domain,
                store_id=retailer_store_id,
                invitation_id=invitation_id,
                created_at=machine_now(),
            )
        )
    return state


async def claim_authorization(uow: UnitOfWork, state: str, shop_domain: str) -> Authorization:
    """Use the state up; refuse one that is unknown, used, too old, or another shop's."""
    async with uow.machinery() as session:
        row = await repository.lock_oauth_state(session, token_hash(state))
        if row is None:
            raise AuthorizationRefused("unknown state")
        if row.shop_domain != shop_domain:
            raise AuthorizationRefused("state of another shop")
        if row.used_at is not None:
            raise AuthorizationRefused("state used before")
        if machine_now() - row.created_at > LIFETIME:
            raise AuthorizationRefused("state too old")
        row.used_at = machine_now()
    return Authorization(row.shop_domain, row.store_id, row.invitation_id)


async def forget_authorizations(uow: UnitOfWork) -> None:
    """Remove what was begun long ago; until then the log tells a state that came too late from an unknown one."""
    async with uow.machinery() as session:
        await repository.delete_old_authorizations(session, machine_now() - KEPT)
