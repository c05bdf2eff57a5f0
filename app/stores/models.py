"""Tables of the stores: shops that installed the app, sealed tokens, open authorisations, a retailer's settings."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import Machinery, TenantOwned
from app.stores.states import AccessState


class Store(Machinery, Base):
    """A Shopify shop that installed the app; identified by Shopify's id, addressed by its domain."""

    __tablename__ = "stores"
    __table_args__ = (
        CheckConstraint("role IN ('retailer', 'partner')", name="role"),
        CheckConstraint("access_state IN ('working', 'dead', 'frozen')", name="access_state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    shopify_shop_id: Mapped[str] = mapped_column(unique=True)
    shop_domain: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str | None]
    currency: Mapped[str]
    time_zone: Mapped[str]
    country_code: Mapped[str | None]
    granted_scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    access_state: Mapped[str] = mapped_column(default="working")
    access_failed_at: Mapped[datetime | None]

    def note_access(self, state: AccessState, at: datetime) -> bool:
        """Note how our calls are answered; tell whether that is news."""
        if self.access_state == state:
            return False
        self.access_state = state.value
        self.access_failed_at = None if state is AccessState.WORKING else at
        return True

    def bring_back(self, facts: Mapping[str, Any], installed_at: datetime) -> None:
        """Take over what the store says of itself, and count as installed."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.installed_at, self.uninstalled_at = installed_at, None


class AccessToken(Machinery, Base):
    """The sealed tokens of a store; one worker at a time refreshes, under a lease with a fencing number."""

    __tablename__ = "access_tokens"

    store_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True)
    sealed_access: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_refresh: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_previous_refresh: Mapped[bytes | None] = mapped_column(LargeBinary)  # still good until its successor is used
    expires_at: Mapped[datetime | None]  # machine time; none: does not expire
    refresh_expires_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]  # machine time
    fence: Mapped[int] = mapped_column(default=0)


class OAuthState(Machinery, Base):
    """An authorisation we sent somebody to; bound to its shop, used once, within ten minutes."""

    __tablename__ = "oauth_states"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    shop_domain: Mapped[str]
    store_id: Mapped[int | None]  # the retailer who invites
    invitation_id: Mapped[int | None]
    created_at: Mapped[datetime]  # machine time
    used_at: Mapped[datetime | None]


class RetailerSettings(TenantOwned, Base):
    """What the retailer chose: where parcels arrive, where partner stock is written, the defaults."""

    __tablename__ = "retailer_settings"
    __table_args__ = (UniqueConstraint("store_id"),)

    centre_location_id: Mapped[str | None]
    centre_name: Mapped[str | None]
    centre_address: Mapped[dict[str, Any] | None]
    stock_location_id: Mapped[str | None]
    stock_location_name: Mapped[str | None]
    default_markup: Mapped[Decimal] = mapped_column(Numeric(9, 6), default=Decimal("0.4"))
    default_buffer: Mapped[int] = mapped_column(default=0)
    went_live_at: Mapped[datetime | None]

    def forget_places(self) -> None:
        """Keep no name and no address of a place."""
        self.centre_location_id = self.centre_name = self.centre_address = None
        self.stock_location_id = self.stock_location_name = None
