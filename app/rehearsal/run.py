"""`hub rehearse` and `hub staff`: what the two commands do, once a world is up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.books.export import export_books
from app.rehearsal import staff, story
from app.rehearsal.cast import cast
from app.rehearsal.checks import Evidence, Verdict, judge
from app.rehearsal.control import Control
from app.rehearsal.hub import Hub
from app.rehearsal.killing import Killer, Step
from app.rehearsal.play import Player, Say, monday_after
from app.rehearsal.report import summary
from app.rehearsal.setting_up import Staged, accept_invitations, invite_again, open_app, set_up
from app.rehearsal.staff import Miscount

A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HEAD_START = timedelta(hours=1)
DRAINED = timedelta(minutes=80)
"""Once faults are off, orders are drained within 35 minutes and stock within 75 (contract §5)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of a rehearsal."""

    weeks: int
    retailers: int
    partners: int
    orders: int
    seed: int
    faults: str
    shared_partner: bool = False
    kills: int = 0

    def steps(self) -> list[Step]:
        """Return every scene of every week."""
        weeks = [story.week(self.seed, index, A_MONDAY, self.orders) for index in range(self.weeks)]
        return [(index, number) for index, scenes in enumerate(weeks) for number in range(len(scenes))]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rehearsal showed."""

    figures: dict[str, Any]
    verdicts: list[Verdict]
    tally: dict[str, Any]

    @property
    def held(self) -> bool:
        """Whether every promise held."""
        return all(verdict.held for verdict in self.verdicts)


async def set_stage(hub: Hub, control: Control, wish: Wish) -> list[Staged]:
    """Bring the players on the stage, without faults, at the beginning of a week."""
    begun = bool((await control.get("/_control"))["stores"])
    if begun:
        await control.put("/clock", {"rate": 0})
    else:
        # A world in which nothing has happened yet begins an hour before a week does.
        begins = monday_after(await control.now()) - HEAD_START
        await control.put("/clock", {"rate": 0, "now": begins.isoformat()})
    parts = cast(wish.seed, wish.retailers, wish.partners, shared_partner=wish.shared_partner)
    return await set_up(hub, control, parts)


async def rehearse(hub: Hub, control: Control, wish: Wish, say: Say, killer: Killer | None = None) -> Outcome:
    """Play the weeks under the faults, let everything drain, and judge the books."""
    staged = await set_stage(hub, control, wish)
    say(f"{len(staged)} retailers and {sum(len(each.partners) for each in staged)} partnerships are set up")
    await control.put("/faults", {"seed": wish.seed, "profile": wish.faults})
    player = Player(hub, control, staged, wish.seed, say, killer)
    begins = monday_after(await control.now())
    for index in range(wish.weeks):
        await player.play_week(index, begins + timedelta(weeks=index), wish.orders)
    await control.put("/faults", {"seed": wish.seed, "profile": "none"})
    await control.advance(await control.now() + DRAINED)
    books = await export_books(hub.open_uow)
    tally = player.tally
    counts = {
        "bought": tally.bought,
        "refused": tally.refused,
        "cancelled": tally.cancelled,
        "reduced": tally.reduced,
        "parcels_sent": tally.parcels_sent,
        "parcels_received": len(tally.received),
        "boxes_shipped": len(tally.shipped),
        "killed": dict(killer.killed) if killer else {},
    }
    return Outcome(summary(books), judge(await _evidence(control, books)), counts)


async def work_as_staff(hub: Hub, *, receive: bool, ship: bool, miscount: Miscount, seed: int) -> list[dict[str, Any]]:
    """Do what people at the centre do; return each act."""
    acts = []
    if receive:
        acts += await staff.receive_all(hub, seed, miscount)
    if ship:
        acts += await staff.ship_all(hub)
    return acts


async def accept_as_partner(hub: Hub, control: Control, shop: str) -> list[dict[str, Any]]:
    """Open the app in the partner's admin and accept what waits there; return each act.

    Of a partner who went and is back, retailers make a new invitation first.
    """
    store = await open_app(hub, control, shop)
    await invite_again(hub, store)
    accepted = await accept_invitations(hub, store)
    return [{"act": "accepted", "partner": shop, "partnership": partner_id} for partner_id in accepted]


async def _evidence(control: Control, books: dict[str, Any]) -> Evidence:
    calls: list[dict[str, Any]] = []
    since = "0"
    while True:
        answer = await control.get("/requests", since=since)
        calls += answer["calls"]
        if not answer["calls"] or str(answer["next"]) == since:
            break
        since = str(answer["next"])
    truth = (await control.get("/truth"))["stores"]
    return Evidence(books, truth, calls, (await control.get("/_control"))["marks"])
