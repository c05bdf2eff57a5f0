"""The life of a cycle: the table is total, and every verb is accepted or refused in every state."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from sqlalchemy import text

from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import UnitOfWork, system_for
from app.master_orders import service, states
from app.master_orders.states import FROZEN, TRANSITIONS, CycleState
from tests.support.oak import GRACE, Oak

pytestmark = pytest.mark.anyio

S = CycleState
Verb = Callable[[UnitOfWork, int], Awaitable[object]]
SENT = service.SentOrder("gid://shopify/Order/77", "#77", "PENDING", ())


class Undo(Exception):
    """Let nothing of a try stay."""


async def adopt(uow: UnitOfWork, cycle_id: int) -> None:
    await service.adopt_order(uow, cycle_id, SENT)


async def close(uow: UnitOfWork, cycle_id: int) -> None:
    await service.record_closed(uow, cycle_id, SENT)


VERBS: Mapping[Verb, Mapping[CycleState, CycleState | None]] = {
    service.begin_close: {each: S.CLOSING if each is S.UNCERTAIN else each for each in S},
    service.freeze_cycle: {each: S.EMPTY if each is S.OPEN else each for each in S},
    service.record_nothing_sent: {each: S.EMPTY if each is S.CLOSING else each for each in S},
    adopt: {S.OPEN: S.CLOSED, S.CLOSING: S.CLOSED, S.UNCERTAIN: S.CLOSED, S.CLOSED: S.CLOSED, S.EMPTY: None},
    close: {S.OPEN: S.CLOSED, S.CLOSING: S.CLOSED, S.UNCERTAIN: S.CLOSED, S.CLOSED: S.CLOSED, S.EMPTY: None},
}
"""Where each verb leads from each state; none: refused."""


def test_the_table_is_total_and_ends_stay_ends() -> None:
    assert set(TRANSITIONS) == set(CycleState)
    assert TRANSITIONS[S.CLOSED] == TRANSITIONS[S.EMPTY] == frozenset()
    assert set(CycleState) - {S.OPEN} == FROZEN
    with pytest.raises(Conflict):
        states.ensure(S.CLOSED, S.OPEN)


async def test_every_verb_in_every_state(oak: Oak) -> None:
    """G9, G29: what was done is not done again."""
    cycle = await oak.running()
    await oak.reach_close(cycle)
    oak.trade.set_clock(oak.trade.clock.at + GRACE)
    reached = {}
    for verb in VERBS:
        for state in CycleState:
            reached[verb, state] = await _try(oak, verb, cycle.id, state)

    assert reached == {(verb, state): VERBS[verb][state] for verb in VERBS for state in CycleState}


async def _try(oak: Oak, verb: Verb, cycle_id: int, state: CycleState) -> CycleState | None:
    ended: CycleState | None = None
    try:
        async with oak.trade.uow() as uow:
            await uow.session.execute(
                text("UPDATE cycles SET state = :state WHERE id = :id"), {"state": state, "id": cycle_id}
            )
            await verb(uow, cycle_id)
            await uow.session.flush()
            found = await uow.session.scalar(text("SELECT state FROM cycles WHERE id = :id"), {"id": cycle_id})
            ended = CycleState(str(found))
            raise Undo
    except (Undo, Conflict):
        return ended


async def test_somebody_elses_master_order_does_not_exist(oak: Oak) -> None:
    cycle = await oak.running()
    stranger = oak.trade.link.partner_store.id

    for verb in VERBS:
        with pytest.raises(NotFound):
            async with oak.trade.shops.open_uow(system_for(stranger)) as uow:
                await verb(uow, cycle.id)
