"""Promise 2, INV2 and the right cycle: one open master order a week, with what belongs in it, as it stands there."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.histories.checker.calendar import calendar_at, cutoffs
from tests.histories.checker.reading import Case, Row, instant, left_in, when

FREEZE_WITHIN = timedelta(hours=2, minutes=15)


def one_open_week(case: Case) -> Iterator[str]:
    """One open master order for each connected partner, none for others; each week once."""
    seen: Counter[tuple[str, str, int]] = Counter()
    running: Counter[str] = Counter()
    for master in case.books["master_orders"]:
        seen[master["partnership"], master["cutoff_on"], master["number"]] += 1
        running[master["partnership"]] += master["state"] == "open"
    yield from (f"doubled: {key}: {count} cycles" for key, count in seen.items() if count > 1)
    for partnership in case.books["partners"]:
        wanted = 1 if partnership["state"] == "connected" else 0
        if running[partnership["id"]] != wanted:
            yield f"broken: {partnership['shop']}: {running[partnership['id']]} open master orders, not {wanted}"
    markers = Counter(master["marker"] for master in case.books["master_orders"])
    yield from (f"doubled: marker {marker}" for marker, count in markers.items() if count > 1)


def weeks_follow_each_other(case: Case) -> Iterator[str]:
    """Each cut-off is one of the partner's calendar, and none was left out while they were connected."""
    chains: dict[str, list[Row]] = defaultdict(list)
    for master in case.books["master_orders"]:
        chains[master["partnership"]].append(master)
    for partnership_id, masters in chains.items():
        partnership = case.partnerships[partnership_id]
        masters.sort(key=lambda each: (each["cutoff_at"], each["number"]))
        for before, master in zip([None, *masters], masters, strict=False):
            yield from _week(case, partnership, before, master)


def _week(case: Case, partnership: Row, before: Row | None, master: Row) -> Iterator[str]:
    at, on = instant(master["cutoff_at"]), master["cutoff_on"]
    # A calendar that changed counts from the next cycle on: any that was agreed before the cut-off may have set it.
    known = [each for each in partnership["calendar_changes"] if instant(each["valid_from"]) < at]
    possible = {
        (day.isoformat(), instant_)
        for calendar in [*known, partnership["calendar"]]
        for day, instant_ in cutoffs(calendar, at - timedelta(days=8), 3)
    }
    if (on, at) not in possible:
        yield f"broken: {master['marker']} is cut off at {at}, which no calendar of the partner says"
    if before is None or instant(before["cutoff_at"]) == at:
        return
    last = instant(before["cutoff_at"])
    if before["state"] == "empty" and _was_given_up(before):
        return
    calendar = calendar_at(partnership, last)
    if len(partnership["calendar_changes"]) > 1:
        return
    follows = next((day, each) for day, each in cutoffs(calendar, last, 2) if day.isoformat() != before["cutoff_on"])
    if follows[1] != at and not partnership_was_away(case, partnership, last, at):
        yield f"broken: after {before['marker']} comes {master['marker']}, not the week of {follows[0]}"


def _was_given_up(master: Row) -> bool:
    """Whether a week ended because its partner went."""
    frozen = when(master["frozen_at"]) or when(master["closed_at"])
    return frozen is None or frozen < instant(master["cutoff_at"])


def partnership_was_away(case: Case, partnership: Row, since: datetime, until: datetime) -> bool:
    """Whether the partner was without connection at some time: a partner who came back was connected anew."""
    connected = when(partnership["connected_at"])
    return partnership["state"] != "connected" or (connected is not None and since <= connected <= until)


def freezes(case: Case) -> Iterator[str]:
    """A week is frozen after its cut-off and grace, and in time; what is not sent then is told."""
    for master in case.books["master_orders"]:
        cutoff = instant(master["cutoff_at"])
        partnership = case.partnerships[master["partnership"]]
        frozen = when(master["frozen_at"])
        early = case.was_told("master", master["id"], "completed_early")
        grace = timedelta(minutes=partnership["calendar"]["grace_minutes"])
        if master["state"] == "closed" and frozen is not None and frozen < cutoff + grace and not early:
            yield f"broken: {master['marker']} was frozen at {frozen}, before its grace was over"
        is_due = master["state"] in ("open", "closing", "uncertain") and cutoff + FREEZE_WITHIN < case.at
        if is_due and not case.is_told("master", master["id"]):
            yield f"silent: {master['marker']} is {master['state']} at {case.at}, its cut-off was {cutoff}"


def their_orders(case: Case) -> Iterator[str]:
    """On the partner's store stands one order for each closed week, one draft for the open one, and nothing else."""
    for master in case.books["master_orders"]:
        theirs = case.store_truth(master["partner"])
        orders = [each for each in theirs["orders"] if master["marker"] in each["tags"]]
        drafts = [
            each
            for each in theirs["draft_orders"]
            if master["marker"] in each["tags"] and not each["deleted_at"] and not each["order_id"]
        ]
        if len(orders) > 1 or len(drafts) > 1:
            yield f"doubled: {master['marker']}: {len(orders)} orders and {len(drafts)} drafts with the partner"
        told = case.is_told("master", master["id"])
        if master["state"] == "closed":
            yield from _closed(case, master, orders)
            if drafts and not told:
                yield f"doubled: {master['marker']} is closed, but a draft of it stands there"
        elif master["state"] == "empty":
            if (orders or drafts) and not told and case.is_reachable(case.partnerships[master["partnership"]]):
                yield f"doubled: {master['marker']} is empty, but {(orders and 'an order') or 'a draft'} stands there"
        elif master["state"] == "open" and not orders:
            yield from _open(case, master, drafts)


def _closed(case: Case, master: Row, orders: list[Row]) -> Iterator[str]:
    if not orders:
        yield f"lost: {master['marker']} is closed, but the partner has no order"
        return
    order = orders[0]
    if master["shopify_order_id"] != order["id"]:
        yield f"broken: {master['marker']} is {order['id']} there, the books say {master['shopify_order_id']}"
    if not order["payment_terms"] or order["financial_status"] == "PAID":
        yield f"broken: {master['marker']} is not pending under payment terms"
    yield from _contents(case, master, order)


def _contents(case: Case, master: Row, order: Row) -> Iterator[str]:
    there, ours, confirmed = Counter[str](), Counter[str](), Counter[str]()
    for line in order["lines"]:
        there[line["variant_id"]] += line["quantity"]
    for line in master["lines"]:
        ours[line["variant"]] += line["quantity"] + _changed_by_partner(master, line["id"])
        confirmed[line["variant"]] += entered(case, line["id"], "sent")
    if any(each["kind"] == "partner_added" for each in master["changes"]):
        there = Counter({variant: count for variant, count in there.items() if variant in ours})
    if +there != +ours:
        yield f"broken: {master['marker']}: the partner's order is {dict(there)}, the manifest {dict(ours)}"
    if +there != +confirmed:
        yield f"broken: {master['marker']}: the partner's order is {dict(there)}, expected are {dict(confirmed)}"


def _changed_by_partner(master: Row, line_id: str) -> int:
    changes = [each for each in master["changes"] if (each["kind"], each["line"]) == ("partner_changed", line_id)]
    return sum(each["quantity"] for each in changes)


def entered(case: Case, line_id: str, state: str) -> int:
    """Units of a supply that entered the ledger in a state."""
    lots = {lot["id"] for lot in case.supply.get(line_id, [])}
    return sum(
        move["quantity"]
        for move in case.moves
        if move["to"]["lot"] in lots and move["from"]["lot"] is None and move["to"]["state"] == state
    )


def _open(case: Case, master: Row, drafts: list[Row]) -> Iterator[str]:
    """The draft says what is queued for it, except where the partner changed a line and somebody has to decide."""
    if case.is_told("master", master["id"]) or not case.is_reachable(case.partnerships[master["partnership"]]):
        return
    cutoff = instant(master["cutoff_at"])
    wanted, there = Counter[str](), Counter[str]()
    for lots in case.demand.values():
        for lot in lots:
            mine = (lot["retailer"], lot["partner"], lot["supply"]) == (master["retailer"], master["partner"], None)
            if mine and left_in(lot, "queued") and instant(lot["eligible_at"]) < cutoff:
                wanted[lot["variant"]] += left_in(lot, "queued")
    for line in drafts[0]["lines"] if drafts else ():
        there[line["variant_id"]] += line["quantity"]
    for variant in set(wanted) | set(there):
        if wanted[variant] != there[variant] and not case.is_told("partner_variant", variant):
            yield f"broken: {master['marker']}: {wanted[variant]} of {variant} queued, its draft says {there[variant]}"


def right_week(case: Case) -> Iterator[str]:
    """Each unit was ordered in the earliest week whose cut-off is later than its eligible time, or is rightly late."""
    weeks: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for master in case.books["master_orders"]:
        weeks[master["retailer"], master["partner"]].append(master)
    back = _came_back(case)
    for lot in [case.lots[move["to"]["lot"]] for move in _sealings(case)]:
        master, eligible = case.masters_by_line[lot["supply"]], instant(lot["eligible_at"])
        if instant(master["cutoff_at"]) <= eligible:
            yield f"broken: lot {lot['id']}: eligible at {eligible}, ordered with {master['marker']}"
            continue
        earlier = weeks[lot["retailer"], lot["partner"]]
        missed = [each for each in earlier if eligible < instant(each["cutoff_at"]) < instant(master["cutoff_at"])]
        if missed and not back[lot["owner"]]:
            yield from _late(case, lot, missed[-1], master)


def sealed_for_somebody(case: Case) -> Iterator[str]:
    """What a sealed line orders are the units that were meant for it at the freeze."""
    sealed: Counter[str] = Counter()
    for move in _sealings(case):
        sealed[case.lots[move["to"]["lot"]]["supply"]] += move["quantity"]
    for master in case.books["master_orders"]:
        is_sealed = master["state"] in ("closed", "closing", "uncertain")
        if is_sealed and not case.was_told("master", master["id"], "completed_early"):
            for line in master["lines"]:
                if line["quantity"] != sealed[line["id"]]:
                    yield (
                        f"broken: {master['marker']} line {line['id']}: {line['quantity']} sealed, "
                        f"{sealed[line['id']]} units are meant for it"
                    )


def _sealings(case: Case) -> Iterator[Row]:
    """Yield the moves that gave customers' units to a week at its freeze."""
    for move in case.moves:
        lot = case.lots[move["to"]["lot"]]
        if lot["side"] == "demand" and move["cause"] == "master_order.frozen" and lot["supply"] is not None:
            yield move


def _came_back(case: Case) -> Counter[str]:
    """Units by order line that were meant for a supply once and went back to the queue."""
    back: Counter[str] = Counter()
    for move in case.moves:
        start = case.lots.get(move["from"]["lot"] or "")
        if start is not None and start["side"] == "demand" and start["supply"] is not None:
            end = case.lots[move["to"]["lot"]]
            if end["supply"] is None and move["to"]["state"] in ("queued", "held"):
                back[end["owner"]] += move["quantity"]
    return back


def _late(case: Case, lot: Row, missed: Row, master: Row) -> Iterator[str]:
    """Late is allowed only if nothing showed the unit before the freeze, or the partner was away (contract §5)."""
    name = f"lot {lot['id']} of {lot['owner']}"
    partnership = case.partnership(lot["retailer"], lot["partner"])
    frozen = when(missed["frozen_at"])
    if frozen is None or (missed["state"] == "empty" and _was_given_up(missed)):
        return
    if partnership_was_away(case, partnership, instant(lot["eligible_at"]), frozen):
        return
    if not lot["late"]:
        yield f"broken: {name} missed {missed['marker']} for {master['marker']} and is not marked late"
    mapped = [each for each in case.books["mappings"] if each["partner_variant"] == lot["variant"]]
    if any(each["retailer"] == lot["retailer"] and instant(each["active_from"]) > frozen for each in mapped):
        return
    if case.was_told("master", missed["id"], "completed_early"):
        return  # the partner sealed the draft as it was
    if not missed["frozen_with_flag"]:
        yield f"broken: {name} missed {missed['marker']}, though orders were compared before its freeze"
    elif (shown := _shown(case, lot, frozen)) and not _was_shut(case, lot["retailer"], frozen):
        yield f"broken: {name} missed {missed['marker']}, though {shown} told of it before the freeze"


def _was_shut(case: Case, retailer: str, at: datetime) -> bool:
    """Whether Shopify had frozen the retailer's store: what is heard of it cannot be read."""
    return any(
        each["kind"] == "store_frozen"
        and each["retailer"] == retailer
        and instant(each["since"]) <= at <= (when(each["resolved_at"]) or case.at)
        for each in case.books["exceptions"]
    )


def _shown(case: Case, lot: Row, frozen: datetime) -> str | None:
    """Return what showed a unit between its eligible time and a freeze."""
    order = next(
        order["id"]
        for order in case.store_truth(lot["retailer"])["orders"]
        if any(line["id"] == lot["owner"] for line in order["lines"])
    )
    for webhook in case.webhooks:
        is_news = webhook["resource"] == order and instant(webhook["triggered_at"]) >= instant(lot["eligible_at"])
        arrived = [each for each in webhook["deliveries"] if each["status"] == 200 and instant(each["at"]) < frozen]
        if is_news and arrived:
            return f"webhook {webhook['topic']}"
    return None
