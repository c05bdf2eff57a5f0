"""What happens to stores."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class StoreInstalled(Event):
    """The app was installed, or installed again."""

    name: ClassVar[str] = "store.installed"
    sentence: ClassVar[str] = "{shop} installed the app"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class StoreUninstalled(Event):
    """The app was removed from the store."""

    name: ClassVar[str] = "store.uninstalled"
    sentence: ClassVar[str] = "{shop} removed the app"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class StoreRenamed(Event):
    """The shop has another name at Shopify; it is the same store."""

    name: ClassVar[str] = "store.renamed"
    sentence: ClassVar[str] = "{before} is called {shop} now"
    subject: ClassVar[str] = "store"

    store_id: int
    before: str
    shop: str


@dataclass(frozen=True, slots=True)
class StoreErased(Event):
    """What we knew of the store was forgotten, except figures without a person in them."""

    name: ClassVar[str] = "store.erased"
    sentence: ClassVar[str] = "The store was erased, as Shopify asked"
    subject: ClassVar[str] = "store"

    store_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class CustomerErasureAsked(Event):
    """A customer wants to be forgotten."""

    name: ClassVar[str] = "store.customer_erasure_asked"
    sentence: ClassVar[str] = "A customer asked to be forgotten: what we hold of {orders} orders is erased in time"
    subject: ClassVar[str] = "store"

    store_id: int
    request_id: int
    orders: int
    cause: str


@dataclass(frozen=True, slots=True)
class CustomerDataAsked(Event):
    """A customer wants to know what we hold of them."""

    name: ClassVar[str] = "store.customer_data_asked"
    sentence: ClassVar[str] = "A customer asked for their data: {orders} orders are ready to be handed over"
    subject: ClassVar[str] = "store"

    store_id: int
    request_id: int
    orders: int
    cause: str


@dataclass(frozen=True, slots=True)
class StoreRoleChosen(Event):
    """The store is a retailer or a partner from now on."""

    name: ClassVar[str] = "store.role.chosen"
    sentence: ClassVar[str] = "{shop} became a {role}"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str
    role: str


@dataclass(frozen=True, slots=True)
class StoreScopesChanged(Event):
    """The store granted or took back permissions."""

    name: ClassVar[str] = "store.scopes_changed"
    sentence: ClassVar[str] = "Permissions changed: {granted} granted, {withdrawn} taken back"
    subject: ClassVar[str] = "store"

    store_id: int
    granted: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class StoreAccessLost(Event):
    """The store's access token is refused for good."""

    name: ClassVar[str] = "store.access_lost"
    sentence: ClassVar[str] = "{shop} no longer lets the app in"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class StoreAccessRegained(Event):
    """The store lets the app in again."""

    name: ClassVar[str] = "store.access_regained"
    sentence: ClassVar[str] = "{shop} lets the app in again"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class StoreStoppedAnswering(Event):
    """The store gave no answer several times in a row, or Shopify paused it; it is left alone for a while."""

    name: ClassVar[str] = "store.stopped_answering"
    sentence: ClassVar[str] = "{shop} cannot be reached at the moment"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class StoreAnswersAgain(Event):
    """The store answers again."""

    name: ClassVar[str] = "store.answers_again"
    sentence: ClassVar[str] = "{shop} answers again"
    subject: ClassVar[str] = "store"

    store_id: int
    shop: str


@dataclass(frozen=True, slots=True)
class FactRecovered(Event):
    """A regular comparison found what Shopify's message had not told: it was lost, or is late."""

    name: ClassVar[str] = "store.fact.recovered"
    sentence: ClassVar[str] = "{what} was found by comparing; Shopify's message had not come"
    subject: ClassVar[str] = "store"

    store_id: int
    what: str
    cause: str  # which fact, so that it counts once


@dataclass(frozen=True, slots=True)
class StoreWentLive(Event):
    """The retailer's onboarding is complete: orders count from now on."""

    name: ClassVar[str] = "store.went_live"
    sentence: ClassVar[str] = "The store went live"
    subject: ClassVar[str] = "store"

    store_id: int


@dataclass(frozen=True, slots=True)
class StockLocationLeft(Event):
    """Partner stock is kept at another location of the retailer from now on."""

    name: ClassVar[str] = "store.stock_location.left"
    sentence: ClassVar[str] = "Nothing of partners is offered at {place} any more"
    subject: ClassVar[str] = "store"

    store_id: int
    location_id: str
    place: str


@dataclass(frozen=True, slots=True)
class StoreSettingsChanged(Event):
    """The retailer chose a location or a default."""

    name: ClassVar[str] = "store.settings.changed"
    sentence: ClassVar[str] = "Settings changed: {what}"
    subject: ClassVar[str] = "store"

    store_id: int
    what: str
    part: str  # of the settings: centre, stock or defaults
