"""The partner's desk: what is to be shipped, and what is left to permit."""

import re

import pytest

from tests.support.linked import agree, invite, make_retailer
from tests.support.shops import PARTNER, Shops
from tests.support.trade import Trade
from tests.support.weeks import close_week, sell, send_parcel

pytestmark = pytest.mark.anyio
PRIMARY = re.compile(r'variant="primary"[^>]*>([^<]*)<')


async def test_what_is_to_be_shipped_stands_on_the_desk_until_it_is(trade: Trade) -> None:
    await sell(trade, 3)
    before = (await trade.shops.get(PARTNER, "/app")).text
    master = await close_week(trade)

    due = (await trade.shops.get(PARTNER, "/app")).text
    await send_parcel(trade)
    sent = (await trade.shops.get(PARTNER, "/app")).text

    assert 'heading="3 units to ship"' in due
    assert f'href="/app/desk/partnerships/{trade.link.partner.id}/orders/{master.id}"' in due
    assert "to ship" not in before
    assert "to ship" not in sent


async def test_the_desk_has_one_primary_button_and_one_word_for_unread_terms(shops: Shops) -> None:
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    await invite(shops)
    await agree(shops)
    await shops.work()

    page = (await shops.get(PARTNER, "/app")).text

    assert [words for words in PRIMARY.findall(page) if words != "End the partnership"] == ["Review permissions"]
    assert "read once you permit it" in page
    assert "none found in your store" not in page
