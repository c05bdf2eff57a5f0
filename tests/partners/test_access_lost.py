"""A partner's store that no longer lets us in stands on its retailers' lists until it does again."""

import pytest

from app.core.unit_of_work import Open, system_for
from app.exceptions.queries import open_exceptions
from app.partners.service import note_access
from app.stores.states import StoreRole
from tests.factories.partners import make_partner
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio


async def test_the_retailer_is_told_once_and_the_list_clears_itself(open_uow: Open) -> None:
    retailer = await make_store(open_uow, StoreRole.RETAILER)
    partner = await make_partner(open_uow, retailer, name="Oak")

    for _ in range(2):
        async with open_uow(system_for(retailer)) as uow:
            await note_access(uow, partner.id, lost=True)
    async with open_uow(system_for(retailer)) as uow:
        listed = await open_exceptions(uow.session)
        await note_access(uow, partner.id, lost=False)
        afterwards = await open_exceptions(uow.session)

    assert [(each.kind, each.subject_kind, each.subject_id) for each in listed] == [
        ("partner_access_lost", "partner", str(partner.id))
    ]
    assert "open Partner Hub once" in listed[0].next_step
    assert afterwards == []
