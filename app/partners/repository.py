"""Every SELECT and lock on the partnerships' tables."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.partners.models import CalendarChange, Invitation, Partner
from app.partners.states import LIVE


async def find_partner(session: AsyncSession, store_id: int, partner_id: int) -> Partner | None:
    """Return the retailer's partner, if it is theirs."""
    return await session.get(Partner, (store_id, partner_id))


async def lock_partner(session: AsyncSession, store_id: int, partner_id: int) -> Partner | None:
    """Return the retailer's partner with its row locked."""
    return await session.get(Partner, (store_id, partner_id), with_for_update=True, populate_existing=True)


async def lock_by_domain(session: AsyncSession, store_id: int, shop_domain: str) -> Partner | None:
    """Return the retailer's partner at this shop domain, locked."""
    chosen = select(Partner).where(Partner.store_id == store_id, Partner.shop_domain == shop_domain).with_for_update()
    found: Partner | None = await session.scalar(chosen)
    return found


async def lock_by_store(session: AsyncSession, store_id: int, partner_store_id: int) -> Partner | None:
    """Return the retailer's partner whose store this is, whatever it is called, locked."""
    chosen = select(Partner).where(Partner.store_id == store_id, Partner.partner_store_id == partner_store_id)
    found: Partner | None = await session.scalar(chosen.with_for_update())
    return found


async def list_partners(session: AsyncSession, store_id: int) -> Sequence[Partner]:
    """Return the retailer's partners by name."""
    return (
        await session.scalars(select(Partner).where(Partner.store_id == store_id).order_by(Partner.name, Partner.id))
    ).all()


async def list_partnerships(session: AsyncSession, partner_store_id: int) -> Sequence[Partner]:
    """Return every retailer's live agreement with this partner's store."""
    chosen = (
        select(Partner)
        .where(Partner.partner_store_id == partner_store_id, Partner.state.in_(LIVE))
        .order_by(Partner.id)
    )
    return (await session.scalars(chosen)).all()


async def list_all_partnerships(session: AsyncSession, partner_store_id: int) -> Sequence[Partner]:
    """Return every agreement any retailer ever had with this partner's store."""
    chosen = select(Partner).where(Partner.partner_store_id == partner_store_id).order_by(Partner.id)
    return (await session.scalars(chosen)).all()


async def list_calendar_changes(session: AsyncSession, store_id: int) -> Sequence[CalendarChange]:
    """Return what the cut-offs of the retailer's partners were, oldest first, as far as the actor may see them."""
    chosen = select(CalendarChange).where(CalendarChange.store_id == store_id)
    return (await session.scalars(chosen.order_by(CalendarChange.valid_from, CalendarChange.id))).all()


async def find_by_token(session: AsyncSession, hashed: str) -> Invitation | None:
    """Return the invitation of a link, whatever became of it."""
    found: Invitation | None = await session.scalar(select(Invitation).where(Invitation.token_hash == hashed))
    return found


async def lock_invitation(session: AsyncSession, invitation_id: int) -> Invitation | None:
    """Return an invitation with its row locked."""
    return await session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)


async def find_partner_at(session: AsyncSession, store_id: int, shop_domain: str) -> Partner | None:
    """Return the retailer's partner at this shop domain."""
    chosen = select(Partner).where(Partner.store_id == store_id, Partner.shop_domain == shop_domain)
    found: Partner | None = await session.scalar(chosen)
    return found


async def find_unanswered(session: AsyncSession, store_id: int, partner_id: int) -> Invitation | None:
    """Return the partner's invitation that was not answered yet, in time or too late."""
    chosen = select(Invitation).where(
        Invitation.store_id == store_id, Invitation.partner_id == partner_id, Invitation.ended_at.is_(None)
    )
    found: Invitation | None = await session.scalar(chosen)
    return found


async def lock_open_invitation(session: AsyncSession, store_id: int, partner_id: int) -> Invitation | None:
    """Return the partner's invitation that was not answered yet, locked."""
    chosen = select(Invitation).where(
        Invitation.store_id == store_id, Invitation.partner_id == partner_id, Invitation.ended_at.is_(None)
    )
    found: Invitation | None = await session.scalar(chosen.with_for_update())
    return found


async def list_pending(session: AsyncSession, shop_domain: str, now: datetime) -> Sequence[Invitation]:
    """Return the invitations that name this shop and can still be answered."""
    chosen = select(Invitation).where(
        Invitation.shop_domain == shop_domain, Invitation.ended_at.is_(None), Invitation.expires_at > now
    )
    return (await session.scalars(chosen.order_by(Invitation.id))).all()
