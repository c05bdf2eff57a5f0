"""Tables of the stores: shops that installed the app, sealed tokens, open authorisations, a retailer's settings."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import Machinery, TenantOwned
from app.stores.rules import LOOK, rest_after
from app.stores.sealing import SealedGrant
from app.stores.states import RESTING, AccessState


class Store(Machinery, Base):
    """A Shopify shop that installed the app; identified by Shopify's id, addressed by its domain."""

    __tablename__ = "stores"
    __table_args__ = (
        CheckConstraint("role IN ('retailer', 'partner')", name="role"),
        CheckConstraint("access_state IN ('working', 'dead', 'frozen', 'silent')", name="access_state"),
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
    rests_until: Mapped[datetime | None]  # business time; until then nobody calls the store, then one looks again
    rests: Mapped[int] = mapped_column(server_default=text("0"))  # in a row, each longer than the one before

    def note_access(self, state: AccessState, at: datetime, *, looked: bool = False) -> bool:
        """Note how our calls are answered, `looked`: after a rest; tell whether that is news."""
        if state is AccessState.WORKING:
            self.rests_until, self.rests = None, 0
        elif state in RESTING and (looked or self.rests_until is None):
            self.rests_until = at + rest_after(self.rests)
            self.rests += 1
        if self.access_state == state:
            return False
        self.access_state = state.value
        self.access_failed_at = None if state is AccessState.WORKING else at
        return True

    def be_looked_at(self, at: datetime) -> None:
        """Let nobody else call the store while one looks whether it answers again."""
        self.rests_until = at + LOOK

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
    issue: Mapped[int] = mapped_column(
        server_default=text("0")
    )  # counts the tokens that stood here; sealing changes none
    minted_by: Mapped[str | None]  # mark of the client secret that these tokens are tied to

    def replace(self, fresh: SealedGrant) -> None:
        """Hold the new tokens; the refresh token before them stays good until its successor was used."""
        self.sealed_previous_refresh = self.sealed_refresh
        self.sealed_access, self.sealed_refresh = fresh.access, fresh.refresh
        self.expires_at, self.refresh_expires_at = fresh.expires_at, fresh.refresh_expires_at
        self.minted_by, self.leased_until = fresh.minted_by, None
        self.issue += 1

    def sealed(self) -> list[bytes]:
        """Return every secret of the row, as it is sealed."""
        return [
            each for each in (self.sealed_access, self.sealed_refresh, self.sealed_previous_refresh) if each is not None
        ]

    def reseal(self, seal: Callable[[bytes, str], bytes]) -> None:
        """Have the same tokens sealed anew, all or none; `seal` is told what each is bound to."""
        access = seal(self.sealed_access, "access")
        refresh = seal(self.sealed_refresh, "refresh") if self.sealed_refresh else None
        previous = seal(self.sealed_previous_refresh, "refresh") if self.sealed_previous_refresh else None
        self.sealed_access, self.sealed_refresh, self.sealed_previous_refresh = access, refresh, previous


class OAuthState(Machinery, Base):
    """An authorisation we sent somebody to; bound to its shop, used once, within ten minutes."""

    __tablename__ = "oauth_states"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    shop_domain: Mapped[str]
    store_id: Mapped[int | None]  # the retailer who invites
    invitation_id: Mapped[int | None]
    created_at: Mapped[datetime]  # machine time
    used_at: Mapped[datetime | None]


class ApiBudget(Machinery, Base):
    """What we may still ask of a shop's Admin API, shared by all processes: points seen, and promised since."""

    __tablename__ = "api_budgets"

    shop_domain: Mapped[str] = mapped_column(primary_key=True)
    maximum: Mapped[float] = mapped_column(Double)
    restore_rate: Mapped[float] = mapped_column(Double)  # points a second
    available: Mapped[float] = mapped_column(Double)  # as Shopify told at `seen_at`
    seen_at: Mapped[datetime]  # machine time, like all of this
    promised: Mapped[float] = mapped_column(Double)  # to calls whose answers were not told here yet
    promised_until: Mapped[datetime]  # whoever has not told by then is gone


class PrivacyRequest(Machinery, Base):
    """What Shopify asked us to erase or to hand over, and the receipt of what we did; holds no person's data."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        CheckConstraint("kind IN ('data_request', 'customer', 'shop')", name="kind"),
        Index("ix_privacy_requests_store", "store_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    shop_domain: Mapped[str]
    store_id: Mapped[int | None]  # none: a shop nobody knows
    reference: Mapped[str] = mapped_column(unique=True)  # of the webhook, so that a repeated one is the same request
    order_ids: Mapped[list[Any]]  # Shopify's ids of the orders it is about
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]  # thirty days later, by law
    done_at: Mapped[datetime | None]
    receipt: Mapped[dict[str, Any]]  # what was erased or handed over, counted by kind


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
