"""What Shopify's refusals and silences mean to us."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import HubError, Invalid, NotAllowed, NotFound, Unavailable


class TokenDead(NotAllowed):
    """The access token is revoked or expired, or the app was removed."""

    sentence = "The store no longer lets the app in. Open the app in that store's admin to connect it again."


class ScopeMissing(NotAllowed):
    """The store has not granted a scope that the operation needs."""

    sentence = "The store has not given the permission this needs."


class StoreFrozen(Unavailable):
    """The store is frozen or locked; asking again soon is of no use."""

    sentence = "The store is frozen or locked by Shopify at the moment."


class StoreGone(NotFound):
    """Shopify knows no store of this name."""

    sentence = "This Shopify store does not exist any more."


class Throttled(Unavailable):
    """Shopify asks us to come back after `retry_after` seconds."""

    sentence = "Shopify asks us to slow down."


class UnknownOutcome(Unavailable):
    """A change was sent and no valid answer came back: it may have taken effect. Look before sending it again."""

    sentence = "Shopify did not confirm a change; it will be looked for before it is sent again."


class Misunderstood(HubError):
    """Shopify did not accept the shape of our request: a fault of ours, repeating it changes nothing."""

    sentence = "Shopify did not understand our request."


class GrantRefused(NotAllowed):
    """Shopify gives no token for this code, ID token or refresh token; `code` says why, for the log."""

    sentence = "Shopify did not grant access."

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class UserError:
    """One complaint about what was sent: where, why, and a code where the mutation has codes."""

    field: tuple[str, ...]
    message: str
    code: str | None = None


class Refused(Invalid):
    """Shopify understood the change and made none of it."""

    def __init__(self, user_errors: Sequence[UserError]) -> None:
        self.user_errors = tuple(user_errors)
        super().__init__(
            " ".join(error.message for error in user_errors),
            {".".join(error.field): error.message for error in user_errors},
        )

    @property
    def codes(self) -> frozenset[str]:
        """The codes given, where the mutation has codes."""
        return frozenset(error.code for error in self.user_errors if error.code)
