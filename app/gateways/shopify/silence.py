"""Shops that give no answer: how often in a row, as this process met it."""

from collections import Counter

MANY = 5


class Silences:
    """Counts calls without a valid answer since the last one that had one."""

    def __init__(self) -> None:
        self._missed: Counter[str] = Counter()

    def note(self, shop_domain: str, *, answered: bool) -> None:
        """Note how a call ended."""
        if answered:
            self._missed.pop(shop_domain, None)
        else:
            self._missed[shop_domain] += 1

    def are_many(self, shop_domain: str) -> bool:
        """Tell whether one should leave the shop alone for a while."""
        return self._missed[shop_domain] >= MANY
