"""The shops' budgets as all processes share them: one statement of the direct driver draws, tells and reads."""

from dataclasses import dataclass

from app.core.direct import Direct
from app.gateways.shopify.budget import SLOWEST_RATE, SMALLEST_BUCKET, Drawn, Wish

# The newest that anybody saw of the bucket counts, less what was promised and not told since. Promises of whoever did
# not come back within a call's longest time are forgotten. The decision itself is `grant` in the gateway, in SQL.
_DRAW = """
WITH told AS (
    SELECT maximum, restore_rate, available, seen_at, promised, promised_until, clock_timestamp() AS now
    FROM api_budgets WHERE shop_domain = %(shop)s FOR UPDATE
), newest AS (
    SELECT now, is_newer,
        CASE WHEN is_newer THEN %(seen_maximum)s ELSE maximum END AS maximum,
        CASE WHEN is_newer THEN %(seen_rate)s ELSE restore_rate END AS restore_rate,
        CASE WHEN is_newer THEN %(seen_available)s ELSE available END AS available,
        CASE WHEN is_newer THEN now - %(seen_age)s * interval '1 second' ELSE seen_at END AS seen_at,
        CASE WHEN promised_until < now THEN 0 ELSE greatest(promised - %(settled)s, 0) END AS promised
    FROM told, LATERAL (SELECT %(seen_age)s >= 0 AND now - %(seen_age)s * interval '1 second' > seen_at) AS x (is_newer)
), counted AS (
    SELECT *, least(maximum, available + restore_rate * greatest(extract(epoch FROM now - seen_at), 0)) - promised
        AS free FROM newest
), decided AS (
    SELECT *, CASE
        WHEN free - %(portion)s >= maximum / 2 THEN greatest(%(portion)s, %(points)s)
        WHEN free - %(points)s >= greatest(least(%(reserve)s * maximum, maximum - %(points)s), 0) THEN %(points)s
        ELSE 0 END AS granted
    FROM counted
)
UPDATE api_budgets AS budget SET
    maximum = decided.maximum, restore_rate = decided.restore_rate, available = decided.available,
    seen_at = decided.seen_at, promised = decided.promised + decided.granted,
    promised_until =
        CASE WHEN decided.granted > 0 THEN decided.now + interval '15 seconds' ELSE budget.promised_until END
FROM decided WHERE budget.shop_domain = %(shop)s
RETURNING decided.granted, decided.free, decided.maximum, decided.restore_rate
"""

_BEGIN = """
INSERT INTO api_budgets (shop_domain, maximum, restore_rate, available, seen_at, promised, promised_until)
VALUES (%(shop)s, %(maximum)s, %(rate)s, %(maximum)s, clock_timestamp(), 0, clock_timestamp())
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class SharedBudgets:
    """The budgets in the database."""

    direct: Direct

    async def draw(self, shop_domain: str, wish: Wish) -> Drawn:
        """Promise points to the caller, or tell how many are free; `Unavailable` while the database is away."""
        cost = wish.seen.cost if wish.seen else None
        parameters: dict[str, object] = {
            **{"shop": shop_domain, "points": wish.points, "portion": wish.portion, "reserve": wish.reserve},
            **{"settled": wish.settled, "seen_age": wish.seen.age if wish.seen else -1.0},
            "seen_available": cost.available if cost else 0.0,
            "seen_maximum": cost.maximum if cost else 0.0,
            "seen_rate": cost.restore_rate if cost else 0.0,
        }
        while not (rows := await self.direct.rows(_DRAW, parameters)):
            fresh = {"shop": shop_domain, "maximum": SMALLEST_BUCKET, "rate": SLOWEST_RATE}
            await self.direct.rows(_BEGIN, fresh)
        granted, free, maximum, rate = rows[0]
        return Drawn(float(granted), float(free), float(maximum), float(rate))
