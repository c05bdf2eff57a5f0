"""Some hundreds of the forged requests that `python -m tests.attacks.forge` sends by the thousand."""

import pytest

from tests.attacks.forge import forge, nothing_stored
from tests.attacks.market import Market

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_forged_is_accepted(market: Market, seed: int) -> None:
    async with nothing_stored(market):
        assert await forge(market, 300, seed) == []
