"""How an order moves stock: units are promised to a line, committed a little later, sent out or put back."""

from collections import Counter
from collections.abc import Sequence

from simulator.world.inventory import change_available, note_level
from simulator.world.model import By, InventoryLevel, Variant
from simulator.world.order_model import Order, OrderLine
from simulator.world.store import Store
from simulator.world.world import World

Wanted = Sequence[tuple[Variant | None, int]]


def choose_places(world: World, store: Store, wanted: Wanted, by: By) -> list[int | None]:
    """Where each quantity is taken from: one location for all if one has enough, else each for itself.

    A customer's order takes the first such location; for a completed draft it is Shopify's choice, drawn.
    """
    promised = _promised(world, store)
    options = [_places(store, promised, variant, quantity) for variant, quantity in wanted]
    stocked = [set(enough) for enough, anywhere in options if anywhere]
    common = [number for number in store.locations if stocked and all(number in one for one in stocked)]
    if common:
        chosen = common[_choice(world, store, len(common)) if by == "commit" else 0]
        return [chosen if anywhere else None for _, anywhere in options]
    return [next(iter(enough or anywhere), None) for enough, anywhere in options]


def _choice(world: World, store: Store, count: int) -> int:
    occurrence = world.draws.occurrence(store.domain, "commit location")
    return world.draws.pick(store.domain, "commit location", occurrence, count)


def _promised(world: World, store: Store) -> Counter[tuple[int, int]]:
    counts: Counter[tuple[int, int]] = Counter()
    for due in world.queue.waiting("commit_stock", store.domain):
        counts[due.args["place"][0], due.args["place"][1]] += due.args["quantity"]
    return counts


def _places(
    store: Store, promised: Counter[tuple[int, int]], variant: Variant | None, quantity: int
) -> tuple[list[int], list[int]]:
    """Locations with enough of the variant, and all that stock it."""
    if variant is None or not store.item_of(variant).tracked:
        return [], []
    free: dict[int, int] = {}
    for level in store.levels_of(variant.inventory_item_id):
        location = store.locations[level.location_id]
        if location.is_active and location.fulfills_online_orders:
            free[location.id] = level.available - promised[level.item_id, location.id]
    ordered = sorted(free, key=lambda number: -free[number])
    return [number for number in free if free[number] >= quantity], ordered


def promise(world: World, store: Store, order: Order, line: OrderLine, quantity: int) -> None:
    """Let units of the line be committed a moment from now."""
    variant = store.variants.get(line.variant_id or 0)
    if not quantity or variant is None or line.location_id is None or not store.item_of(variant).tracked:
        return
    line.pending_commit += quantity
    delay = 0.0
    if world.switches.inventory_commits_late:
        delay = world.draws.between(
            store.domain, "commit_stock", f"{order.name}:{order.lines.index(line)}:{line.quantity}", 1, 8
        )
    world.later(
        store,
        delay,
        "commit_stock",
        order_id=order.id,
        line_id=line.id,
        place=[variant.inventory_item_id, line.location_id],
        quantity=quantity,
    )


def commit_stock(world: World, store: Store, order_id: int, line_id: int, place: list[int], quantity: int) -> None:
    """Take the units from `available` and hold them as `committed`, unless they are not wanted any more."""
    order = store.orders[order_id]
    line = order.line(line_id)
    if line is None:
        return
    quantity = min(quantity, line.pending_commit)
    line.pending_commit -= quantity
    level = store.levels.get((place[0], place[1]))  # none, where the line was moved to a place that does not stock it
    if quantity and level is not None:
        _commit(world, store, order, line, (level, quantity))
        world.touch(store, order)


def commit_now(world: World, store: Store, order: Order, line: OrderLine) -> None:
    """End the waiting of the line's commitments."""
    for due in world.queue.waiting("commit_stock", store.domain):
        if due.args["line_id"] == line.id:
            world.queue.drop(due)
            commit_stock(world, store, **due.args)


def _commit(world: World, store: Store, order: Order, line: OrderLine, units: tuple[InventoryLevel, int]) -> None:
    level, quantity = units
    level.committed += quantity
    line.committed[level.location_id] = line.committed.get(level.location_id, 0) + quantity
    change_available(world, store, level, -quantity, "commit" if order.draft_id else "sale", order.gid)


def release(world: World, store: Store, order: Order, line: OrderLine, quantity: int, restock: bool) -> None:
    """Give up units that will not be sent: back to `available` if restocked, else gone."""
    if not restock:
        commit_now(world, store, order, line)
    unpromised = min(quantity, line.pending_commit)
    line.pending_commit -= unpromised
    for level, units in _take_committed(store, line, quantity - unpromised):
        change_available(world, store, level, units if restock else 0, "staff", order.gid)


def send_out(world: World, store: Store, order: Order, line: OrderLine, quantity: int, location_id: int) -> None:
    """Take units that leave with a parcel out of the stock."""
    commit_now(world, store, order, line)
    for level, _ in _take_committed(store, line, quantity, first=location_id):
        note_level(world, store, level)


def take_back(world: World, store: Store, order: Order, line: OrderLine, quantity: int, location_id: int) -> None:
    """Hold units of a cancelled parcel as committed again."""
    level = _level(store, line, location_id)
    if level is not None:
        level.committed += quantity
        line.committed[location_id] = line.committed.get(location_id, 0) + quantity
        note_level(world, store, level)


def put_back(world: World, store: Store, order: Order, line: OrderLine, quantity: int, location_id: int) -> None:
    """Make returned units available."""
    level = _level(store, line, location_id)
    if level is not None:
        change_available(world, store, level, quantity, "staff", order.gid)


def move_commitment(world: World, store: Store, order: Order, line: OrderLine, quantity: int, location_id: int) -> None:
    """Commit units at another location than before."""
    commit_now(world, store, order, line)
    target = _level(store, line, location_id)
    for level, units in _take_committed(store, line, quantity):
        change_available(world, store, level, units, "staff", order.gid)
        if target is not None:
            _commit(world, store, order, line, (target, units))
    line.location_id = location_id


def _level(store: Store, line: OrderLine, location_id: int) -> InventoryLevel | None:
    variant = store.variants.get(line.variant_id or 0)
    return store.levels.get((variant.inventory_item_id, location_id)) if variant else None


def _take_committed(
    store: Store, line: OrderLine, quantity: int, first: int | None = None
) -> list[tuple[InventoryLevel, int]]:
    """Take up to the quantity out of the line's committed stock; says how many from where."""
    taken: list[tuple[InventoryLevel, int]] = []
    for location_id in sorted(line.committed, key=lambda number: number != first):
        units = min(quantity, line.committed[location_id])
        level = _level(store, line, location_id)
        if units and level is not None:
            line.committed[location_id] -= units
            level.committed -= units
            quantity -= units
            taken.append((level, units))
    return taken
