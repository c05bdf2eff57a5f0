"""Plays the acts of a history: customers, partners and chance by the control API, staff by the pages."""

from tests.histories.acts.chance import Chance
from tests.histories.acts.customers import Customers
from tests.histories.acts.partners import Partners
from tests.histories.acts.staff import Staff
from tests.histories.acts.stores import Stores
from tests.histories.story import Act


class Player(Customers, Partners, Stores, Staff, Chance):
    """Plays one history."""

    async def play(self, act: Act) -> None:
        """Let one thing happen, if it can."""
        await getattr(self, f"_{act['do']}")(act)
