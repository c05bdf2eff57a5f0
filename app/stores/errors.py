"""How stores refuse."""

from app.core.errors import Conflict, NotAllowed


class RoleTaken(Conflict):
    """A store has one role."""

    def __init__(self, role: str) -> None:
        other = (
            "a partner whose products others sell" if role == "partner" else "a retailer that sells partners' products"
        )
        super().__init__(f"This store already is {other}. A store has one role: retailer or partner.")


class NotConnected(NotAllowed):
    """We hold no access to the store, or it is dead."""

    sentence = "The store is not connected. Open the app in that store's admin to connect it again."


class AuthorizationRefused(NotAllowed):
    """A callback that does not belong to an authorisation we asked for; the page does not say why, the log does."""

    sentence = "This sign-in link is not valid. Go back to the invitation and start again."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
