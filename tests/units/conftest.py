"""A world to keep units in, for each test."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.units.world import Retailer, World, build_world


@pytest.fixture
async def world(connection: AsyncConnection) -> World:
    """A partner's store with two variants; whatever happens is rolled back."""
    return await build_world(connection, join=True)


@pytest.fixture
async def retailer(world: World) -> Retailer:
    """A retailer who sells the partner's variants."""
    return await world.add_retailer()
