"""How a partner is doing, in one word and one sentence."""

from dataclasses import dataclass
from enum import StrEnum

from app.partners.preflight import PERMISSIONS
from app.partners.queries import PartnerFacts
from app.partners.states import PartnerState
from app.stores.queries import StoreFacts
from app.stores.scopes import WHAT_FOR
from app.stores.states import AccessState


class Level(StrEnum):
    """How urgent it is to look."""

    GOOD = "good"
    WAITING = "waiting"
    ATTENTION = "attention"
    BROKEN = "broken"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Health:
    """What the partner list shows of a partner."""

    level: Level
    word: str
    sentence: str

    @property
    def is_broken(self) -> bool:
        """Whether nothing can be asked of their store at the moment."""
        return self.level is Level.BROKEN


def health_of(partner: PartnerFacts, store: StoreFacts | None) -> Health:
    """Judge a partner by its state, our access to its store, and its last check."""
    if partner.state not in (PartnerState.CONNECTED, PartnerState.PAUSED):
        return _NOT_LIVE[partner.state]
    if store is None or store.needs_reopening:
        return Health(Level.BROKEN, "Needs reconnecting", "Ask them to open Partner Hub once in their Shopify admin.")
    if store.access_state in _RESTING:
        return _RESTING[store.access_state]
    if store.missing_scopes:
        lacking = "; ".join(WHAT_FOR[scope] for scope in store.missing_scopes)
        return Health(Level.ATTENTION, "Limited", f"They have not permitted us to: {lacking}.")
    if partner.state is PartnerState.PAUSED:
        return Health(Level.ATTENTION, "Paused", "Nothing new of theirs is sold for now.")
    if awaits_check(partner, store):
        return Health(Level.WAITING, "Being checked", "Connected. Their store is being checked.")
    if any(not check.passed for check in partner.checks):
        return Health(Level.ATTENTION, "Needs attention", "Connected, with points to look at.")
    return Health(Level.GOOD, "Connected", "Everything works.")


def awaits_check(partner: PartnerFacts, store: StoreFacts | None) -> bool:
    """Tell whether a check is on its way: none was made yet, or permissions it missed were given since."""
    if not partner.is_live or store is None:
        return False
    missed = any(check.name == PERMISSIONS and not check.passed for check in partner.checks)
    return partner.checked_at is None or (missed and not store.missing_scopes)


_RESTING = {
    AccessState.FROZEN: Health(
        Level.BROKEN, "Store unavailable", "Shopify has paused their store. Nothing is wrong on your side."
    ),
    AccessState.SILENT: Health(
        Level.BROKEN, "No answer", "Their store gives no answer. It is looked at again from time to time."
    ),
}
_NOT_LIVE = {
    PartnerState.INVITED: Health(Level.WAITING, "Invited", "Waiting for their answer."),
    PartnerState.DECLINED: Health(Level.OVER, "Declined", "The invitation was declined or taken back."),
    PartnerState.DISCONNECTED: Health(Level.OVER, "Disconnected", "The partnership has ended."),
}
