"""Which partner variant a sold line leads to: by its variant first, by the SKU's prefix second."""

import pytest
from sqlalchemy import text

from app.catalog.queries import Resolution, resolve_lines
from app.core.unit_of_work import UnitsOfWork, system_for
from tests.factories.catalog import make_mapping
from tests.factories.partners import make_partner
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio


async def resolve(open_uow: UnitsOfWork, store_id: int, *sold: tuple[str | None, str | None]) -> list[Resolution]:
    async with open_uow(system_for(store_id)) as uow:
        return await resolve_lines(uow.session, store_id, sold)


def ids(resolutions: list[Resolution]) -> list[int | None]:
    return [each.mapping.id if each.mapping else None for each in resolutions]


async def test_by_variant_then_by_sku(open_uow: UnitsOfWork) -> None:
    """B1, E18"""
    store_id = await make_store(open_uow)
    partner = await make_partner(open_uow, store_id, name="the-best-roastery")
    blend = await make_mapping(open_uow, partner, "BLEND001")
    other = await make_mapping(open_uow, partner, "OTHER")

    found = await resolve(
        open_uow,
        store_id,
        (blend.variant_gid, "PARTNER-the-best-roastery-BLEND001"),
        (other.variant_gid, "PARTNER-the-best-roastery-BLEND001"),
        (None, "PARTNER-the-best-roastery-BLEND001"),
        ("gid://shopify/ProductVariant/1", "PARTNER-the-best-roastery-OTHER"),
        (None, "PARTNER-the-best-roastery-UNKNOWN"),
        (None, "BLEND001"),
        (None, None),
    )

    assert ids(found) == [blend.id, other.id, blend.id, other.id, None, None, None]
    assert [each.looks_like_partner for each in found] == [False, False, False, False, True, False, False]


async def test_a_sku_the_partner_changed_still_leads_to_its_variant(open_uow: UnitsOfWork) -> None:
    """B15, B5: the partner's own SKU behind the prefix, when it names one variant only."""
    store_id = await make_store(open_uow)
    partner = await make_partner(open_uow, store_id, name="oak")
    mapping = await make_mapping(open_uow, partner, "BLEND1")
    async with open_uow(system_for(partner.partner_store_id)) as uow:
        await uow.session.execute(text("UPDATE partner_variants SET sku = 'BLEND-1'"))

    found = await resolve(open_uow, store_id, (None, "PARTNER-oak-BLEND1"), (None, "PARTNER-oak-BLEND-1"))

    assert ids(found) == [mapping.id, mapping.id]


@pytest.mark.parametrize("is_hill_mapped", [True, False])
async def test_names_that_begin_alike(open_uow: UnitsOfWork, is_hill_mapped: bool) -> None:
    """A19: PARTNER-oak-hill-X1 never leads to oak, also while nothing of oak-hill is mapped."""
    store_id = await make_store(open_uow)
    oak = await make_partner(open_uow, store_id, name="oak")
    hill = await make_partner(open_uow, store_id, name="oak-hill")
    await make_mapping(open_uow, oak, "X1")
    trap = await make_mapping(open_uow, oak, "OTHER")
    async with open_uow(system_for(oak.partner_store_id)) as uow:
        named = text("UPDATE partner_variants SET sku = 'hill-X1' WHERE id = :id")
        await uow.session.execute(named, {"id": trap.partner_variant_id})
    mapped = (await make_mapping(open_uow, hill, "X1")).id if is_hill_mapped else None

    found = await resolve(open_uow, store_id, (None, "PARTNER-oak-hill-X1"))

    assert ids(found) == [mapped]
    assert found[0].looks_like_partner is not is_hill_mapped


async def test_another_retailers_mapping_leads_nowhere(open_uow: UnitsOfWork) -> None:
    """N3"""
    store_id = await make_store(open_uow)
    mapping = await make_mapping(open_uow, await make_partner(open_uow, store_id, name="oak"), "X1")
    other = await make_store(open_uow)

    found = await resolve(open_uow, other, (mapping.variant_gid, mapping.sku))

    assert ids(found) == [None]
