"""Chance that repeats: a draw depends on the seed, the shop, the operation and its occurrence, on nothing else."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Draws:
    """Draws of one world. `counted` is told of each counter that moved, so that it can be saved."""

    seed: int
    occurrences: dict[str, int] = field(default_factory=dict)
    counted: Callable[[str, int], None] = lambda name, count: None

    def occurrence(self, shop: str, operation: str) -> int:
        """Count one more occurrence of the operation and say which it is."""
        name = f"{shop}|{operation}"
        count = self.occurrences.get(name, 0) + 1
        self.occurrences[name] = count
        self.counted(name, count)
        return count

    def fraction(self, shop: str, operation: str, occurrence: int | str, seed: int | None = None) -> float:
        """A number in [0, 1)."""
        digest = self._digest(shop, operation, occurrence, self.seed if seed is None else seed)
        return int.from_bytes(digest[:7], "big") / 2**56

    def between(self, shop: str, operation: str, occurrence: int | str, low: float, high: float) -> float:
        return low + (high - low) * self.fraction(shop, operation, occurrence)

    def pick(self, shop: str, operation: str, occurrence: int | str, count: int) -> int:
        """An index below `count`."""
        return int(self.fraction(shop, operation, occurrence) * count)

    def uuid(self, shop: str, operation: str, occurrence: int | str) -> str:
        return str(uuid.UUID(bytes=self._digest(shop, operation, occurrence, self.seed)[:16], version=4))

    def token(self, shop: str, operation: str, occurrence: int | str) -> str:
        return self._digest(shop, operation, occurrence, self.seed).hex()[:32]

    @staticmethod
    def _digest(shop: str, operation: str, occurrence: int | str, seed: int) -> bytes:
        return hashlib.blake2b(f"{seed}|{shop}|{operation}|{occurrence}".encode(), digest_size=32).digest()
