"""Tracking corrected after the hand-over: told once, the customer mailed by choice, whatever is lost in between."""

import contextlib
from datetime import timedelta

import pytest

from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.core.unit_of_work import Open
from app.fulfillment import flows, service
from app.fulfillment.errors import PartnersNumber
from app.fulfillment.service import Handover
from simulator.faults.faults import Rule
from simulator.world.fulfillment import cancel_fulfillment
from tests.fulfillment.test_shipments import hand_over, pack, shipment, shown
from tests.support.oak import Killed, Oak, killed_at
from tests.support.weeks import NUMBER

pytestmark = pytest.mark.anyio
RIGHT = Handover("USPS", "9400RIGHT", "")
TELLING = "FulfillmentTrackingInfoUpdate"


async def send(oak: Oak) -> int:
    """A box of three is with its customer's carrier."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box)
    await oak.trade.settle()
    return box


async def correct(oak: Oak, box: int, handover: Handover = RIGHT, *, notify: bool = True) -> None:
    async with oak.trade.uow() as uow:
        await service.correct_tracking(uow, box, handover, notify=notify)


async def tell(oak: Oak, box: int, open_uow: Open | None = None) -> None:
    opener, shopify = open_uow or oak.trade.shops.open_uow, oak.trade.shops.shopify
    await flows.correct_tracking(opener, shopify.with_units(opener), oak.trade.retailer_id, box)


def read(oak: Oak) -> list[tuple[str | None, str | None]]:
    """Carrier and number as the customer reads them."""
    return [(each.company, each.number) for fulfillment in shown(oak) for each in fulfillment.tracking]


def mails(oak: Oak) -> list[bool]:
    """What was asked of the store with each correction that took effect: a mail or none."""
    calls = [each for each in oak.trade.shops.world.requests if each.operation == TELLING]
    return [each.variables["notify"] for each in calls if each.outcome in ("ok", "dropped_after")]


@pytest.mark.parametrize("notify", [True, False])
async def test_the_customer_reads_the_corrected_number_and_gets_a_mail_by_choice(oak: Oak, notify: bool) -> None:
    """J1: asked twice, told once."""
    box = await send(oak)

    await correct(oak, box, notify=notify)
    await correct(oak, box, notify=notify)
    await oak.trade.settle()

    found = await shipment(oak, box)
    assert read(oak) == [("USPS", "9400RIGHT")]
    assert (found.carrier, found.tracking_number, found.correction) == ("USPS", "9400RIGHT", None)
    assert mails(oak) == [notify]
    assert await oak.told("fulfillment.tracking.corrected") == 1
    assert await oak.units() == {"outbound": 3}


async def test_what_was_asked_for_last_counts(oak: Oak) -> None:
    """One more correction while the first one is being told."""
    box = await send(oak)
    await correct(oak, box, Handover("UPS", "1ZALMOST", ""), notify=False)
    oak.fail(Rule(action="drop", phase="after", operation=TELLING, nth=1))
    with pytest.raises(Unavailable):
        await tell(oak, box)

    await correct(oak, box)
    await oak.pass_time(timedelta(seconds=30))
    await oak.pass_time(timedelta(seconds=30))

    assert read(oak) == [("USPS", "9400RIGHT")]
    assert (await shipment(oak, box)).tracking_number == "9400RIGHT"
    assert mails(oak) == [False, True]


@pytest.mark.parametrize(("phase", "carrier"), [("before", "USPS"), ("after", "USPS"), ("after", "Evri")])
async def test_a_correction_without_an_answer_is_looked_for(oak: Oak, phase: str, carrier: str) -> None:
    """The customer has one mail, whether the first attempt took effect or not; Shopify links more carriers than we."""
    box = await send(oak)
    await correct(oak, box, Handover(carrier, "9400RIGHT", ""))
    oak.fail(Rule(action="drop", phase=phase, operation=TELLING, nth=1))  # type: ignore[arg-type]
    for _ in range(2):
        with contextlib.suppress(Unavailable):
            await tell(oak, box)
    oak.trade.set_clock(oak.trade.clock.at + timedelta(seconds=11))

    await tell(oak, box)

    assert read(oak) == [(carrier, "9400RIGHT")]
    assert (await shipment(oak, box)).correction is None
    assert mails(oak) == [True]


async def test_a_link_that_was_wrong_is_taken_away(oak: Oak) -> None:
    """I22: of a carrier that nobody knows; nothing else is corrected."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box, Handover("Night Train", "7", "https://night.example.com/8"))
    await oak.trade.settle()

    await correct(oak, box, Handover("Night Train", "7", ""))
    await oak.trade.settle()

    assert [each.url for fulfillment in shown(oak) for each in fulfillment.tracking] == [None]
    assert (await shipment(oak, box)).tracking_url is None
    assert len(mails(oak)) == 1


@pytest.mark.parametrize("step", range(6))
async def test_a_correction_killed_between_two_steps_is_finished_by_the_next(oak: Oak, step: int) -> None:
    box = await send(oak)
    await correct(oak, box)

    with contextlib.suppress(Killed):
        await tell(oak, box, killed_at(oak.trade.shops.open_uow, step))
    await oak.trade.settle()
    await oak.pass_time(timedelta(seconds=30))

    assert read(oak) == [("USPS", "9400RIGHT")]
    assert mails(oak) == [True]
    assert await oak.told("fulfillment.tracking.corrected") == 1


async def test_what_the_store_does_not_take_is_listed_and_can_be_taken_back(oak: Oak) -> None:
    """Promise 5: somebody took the fulfilment back in the store."""
    box = await send(oak)
    (fulfillment,) = shown(oak)
    cancel_fulfillment(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), fulfillment)
    await correct(oak, box)
    await oak.trade.settle()
    refused, listed = await shipment(oak, box), await oak.problems()

    await correct(oak, box, Handover("UPS", "1ZOURS", ""))
    await oak.trade.settle()

    assert "does not show this box as sent any more" in str(refused.trouble)
    assert refused.tracking_number == "1ZOURS"
    assert (listed["tracking_not_corrected"].subject_id, listed["tracking_not_corrected"].units) == (str(box), 0)
    assert "tracking_not_corrected" not in await oak.problems()
    assert ((await shipment(oak, box)).correction, mails(oak)) == (None, [])


async def test_a_correction_that_is_none_is_refused(oak: Oak) -> None:
    """J2: nor may a customer ever read a partner's number."""
    await oak.stock_centre(3)
    packed = await pack(oak)
    with pytest.raises(Conflict):
        await correct(oak, packed)
    with pytest.raises(NotFound):
        await correct(oak, 987654321)
    await hand_over(oak, packed)
    await oak.trade.settle()

    with pytest.raises(Invalid) as same:
        await correct(oak, packed, Handover("UPS", "1ZOURS", ""))
    with pytest.raises(PartnersNumber):
        await correct(oak, packed, Handover("UPS", NUMBER, ""))

    assert set(same.value.fields) == {"number"}
    assert read(oak) == [("UPS", "1ZOURS")]
