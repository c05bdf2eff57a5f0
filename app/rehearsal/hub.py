"""The hub as a rehearsal's people use it: the same verbs as the pages, in the name of a store's staff."""

from dataclasses import dataclass

from app.core.settings import Settings
from app.core.unit_of_work import Actor, ActorKind, Open
from app.stores.flows import ConnectedShopify
from app.stores.queries import StoreFacts

STAFF = "rehearsal"


@dataclass(frozen=True, slots=True)
class Hub:
    """What opens units of work, and what calls Shopify."""

    open_uow: Open
    shopify: ConnectedShopify
    settings: Settings


def staff_of(store: StoreFacts, partner_id: int | None = None) -> Actor:
    """Return a member of the store's staff."""
    kind = ActorKind(store.role.value) if store.role else ActorKind.VISITOR
    return Actor(kind, store.id, partner_id, STAFF)
