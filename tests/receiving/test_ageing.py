"""E25: master orders that grow older than the partner's store shows are listed in time, with what to do."""

from datetime import timedelta

import pytest

from tests.support.oak import Oak, lines_of

pytestmark = pytest.mark.anyio

AGEING = "master_order_ageing"


async def test_what_a_partner_never_sent_is_listed_from_the_fiftieth_day_and_ordered_again_by_one_click(
    oak: Oak,
) -> None:
    """Promise 5: later no parcel of it would be heard of; one that is on its way needs nobody to tell."""
    await oak.sell(3, 2)
    cycle_id = (await oak.close_week()).id
    oak.send(1)
    await oak.pass_time(timedelta(days=51))
    first = (await oak.problems())[AGEING]
    await oak.pass_time(timedelta(hours=1))
    again = (await oak.problems())[AGEING]
    path = f"/app/master-orders/{cycle_id}/order-again"
    pages = [
        (await oak.trade.shops.get(oak.trade.retailer, address)).text
        for address in ("/app/exceptions", f"/app/master-orders/{cycle_id}")
    ]

    await oak.trade.shops.post(oak.trade.retailer, path)
    await oak.close_week()

    assert (first.subject_id, first.units, again.id) == (str(cycle_id), 0, first.id)
    assert "4 units" in first.cause
    assert all(f'action="{path}"' in page for page in pages)
    assert AGEING not in await oak.problems()
    assert lines_of(oak.orders[-1]) == [4]
