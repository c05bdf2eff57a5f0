"""Whose ids are whose in the market, and ids that are nobody's or none at all."""

from itertools import product

from embedded_ui.wrapper import PageRoute, Who
from tests.attacks.addresses import parameters
from tests.attacks.market import CORNER, ELM, NEWCOMER, OAK, SQUARE, Market

NOBODYS = 987_654_321_012_345_678
NONSENSE = (
    *("0", "-1", str(2**63), str(2**70), "01", "+1", "1.0", "1e3", "1,2", " 1", "1 ", "abc"),
    *("١", "１", "²", "1\x00", "\x00", "1\n", "%31", "1' OR '1'='1", "9" * 3000),
)

# Of each kind of id in a path: the ids a retailer knows, each with the other store that knows it too.
KNOWN = {
    "partner_id": "SELECT id, partner_store_id FROM partners",
    "import_id": "SELECT id, NULL FROM product_imports",
    "mapping_id": "SELECT id, NULL FROM sku_mappings",
    "order_id": "SELECT id, NULL FROM orders",
    "cycle_id": "SELECT id, partner_store_id FROM cycles",
    "variant_id": "SELECT partner_variant_id, partner_store_id FROM sku_mappings",
    "parcel_id": "SELECT id, NULL FROM inbound_parcels",
    "shipment_id": "SELECT id, NULL FROM shipments",
    # the retailer's own, and those for the stores of its partners, which no one else may try again
    "run_id": "SELECT id, NULL FROM job_runs WHERE state = 'failed' AND (store_id = :me OR store_id IN"
    " (SELECT partner_store_id FROM partners WHERE store_id = :me AND is_live))",
    "exception_id": "SELECT id, NULL FROM exceptions",
    # answered by whom it names, and nobody else: not by the retailer who made it
    "invitation_id": "SELECT i.id, s.id FROM invitations i LEFT JOIN stores s USING (shop_domain)"
    " WHERE i.store_id = :me",
}
NOT_THE_RETAILERS = {"invitation_id"}
RETAILERS, PARTNERS = (CORNER, SQUARE), (OAK, ELM)
Ids = dict[str, dict[str, list[int]]]  # by parameter, by shop


async def ids_by_owner(market: Market) -> Ids:
    """Which ids each shop may use, by the parameter of the path they stand in."""
    names = {number: shop for shop, number in market.store_ids.items()}
    found: Ids = {}
    for parameter, query in KNOWN.items():
        owned: dict[str, list[int]] = {shop: [] for shop in market.store_ids}
        for retailer in RETAILERS:
            values = {"me": market.store_ids[retailer]} if ":me" in query else {}
            for number, other in await market.rows(query, retailer, **values):
                if parameter not in NOT_THE_RETAILERS:
                    owned[retailer].append(number)
                if other in names:
                    owned[names[other]].append(number)
        found[parameter] = {shop: sorted(set(numbers)) for shop, numbers in owned.items()}
    return found


def others(ids: Ids, parameter: str, shop: str) -> list[int]:
    """Ids of this kind that exist, but not for this shop."""
    return sorted({number for numbers in ids[parameter].values() for number in numbers} - set(ids[parameter][shop]))


def foreign_paths(row: PageRoute, ids: Ids, shop: str) -> list[dict[str, int]]:
    """Values for the path in which at least one is another store's, and the others are the shop's own."""
    names = parameters(row)
    mine = {name: ids[name][shop] or [NOBODYS] for name in names}
    theirs = {name: others(ids, name, shop) for name in names}
    found = [
        dict(zip(names, values, strict=True))
        for kinds in product((mine, theirs), repeat=len(names))
        if any(kind is theirs for kind in kinds)
        for values in product(*(kind[name] for kind, name in zip(kinds, names, strict=True)))
    ]
    return found


def own_paths(row: PageRoute, ids: Ids, shop: str) -> list[dict[str, int]]:
    """Values for the path that are all the shop's own; they need not belong together."""
    names = parameters(row)
    return [dict(zip(names, values, strict=True)) for values in product(*(ids[name][shop] for name in names))]


def role(shop: str) -> Who:
    """What the shop is."""
    return Who.RETAILER if shop in RETAILERS else Who.PARTNER if shop in PARTNERS else Who.NEW


def is_welcomed(row: PageRoute, shop: str) -> bool:
    """A store without a role sees its first page at whatever address it asks for."""
    return shop == NEWCOMER and row.method == "GET" and Who.NEW not in row.who
