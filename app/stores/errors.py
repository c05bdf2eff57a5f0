"""How stores refuse."""

from typing import ClassVar

from app.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from app.gateways.shopify.errors import ScopeMissing, StoreGone


class RoleTaken(Conflict):
    """A store has one role."""

    def __init__(self, role: str) -> None:
        other = (
            "a partner whose products others sell" if role == "partner" else "a retailer that sells partners' products"
        )
        super().__init__(f"This store already is {other}. A store has one role: retailer or partner.")


class RequestNotFound(NotFound):
    """Nobody asked under this number."""

    sentence = "There is no request of this number; `hub privacy` lists them."


class NotConnected(NotAllowed):
    """The app is not installed in the store."""

    sentence = "The store is not connected. Open the app in that store's admin to connect it again."

    def __init__(self, store_id: int) -> None:
        super().__init__()
        self.store_id = store_id


class PermissionMissing(ScopeMissing):
    """The store took a permission back, or never gave it; its people were told, and jobs wait until it is given."""

    is_told: ClassVar[bool] = True
    retry_after: ClassVar[float] = 3600

    def __init__(self, shop_domain: str) -> None:
        super().__init__(f"{shop_domain} has not given the permission this needs.")


class AccessLost(Unavailable):
    """The store refuses our token for good; its people were told, and what waits goes on when they open the app."""

    is_told = True

    def __init__(self, shop_domain: str, issue: int | None = None) -> None:
        super().__init__(f"{shop_domain} no longer lets the app in.", retry_after=3600)
        self.issue = issue  # of the tokens that were refused


class StoreRests(Unavailable):
    """The store did not answer again and again, or Shopify has paused it: nobody calls it until it is looked at."""

    is_told = True

    def __init__(self, shop_domain: str, seconds: float) -> None:
        super().__init__(f"{shop_domain} does not answer at the moment.", retry_after=seconds)


class StoreMissing(StoreGone):
    """Shopify knows no store of the name we have; it was told, and jobs wait until it is found by its new name."""

    is_told: ClassVar[bool] = True
    retry_after: ClassVar[float] = 600

    def __init__(self, shop_domain: str) -> None:
        super().__init__(f"Shopify knows no store at {shop_domain} any more.")


class AuthorizationRefused(NotAllowed):
    """A callback that does not belong to an authorisation we asked for; the page does not say why, the log does."""

    sentence = "This sign-in link is not valid. Go back to the invitation and start again."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
