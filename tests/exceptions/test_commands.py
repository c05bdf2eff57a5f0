"""What an operator sees of exceptions that stand on nobody's page."""

import pytest

from app.core.errors import NotFound
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.exceptions import commands
from app.exceptions.service import NO_STORE, Problem, open_exception
from tests.support.workers import environment_of

pytestmark = pytest.mark.anyio

UNKNOWN = Problem("unknown_shop", "job", "inbox-5", "No store is known at x.", "Look at it.", ends_by_hand=True)


@pytest.mark.usefixtures("sink_restored")
async def test_what_belongs_to_no_store_is_shown_until_the_operator_says_that_it_is_done(
    alive: Runtime, open_real: UnitsOfWork
) -> None:
    """Promise 5: nobody's page has it; what is on a store's own list is not theirs to end."""
    environment = environment_of(alive.settings)
    async with open_real(system_for(NO_STORE)) as uow:
        told = await open_exception(uow, UNKNOWN)
    async with open_real(system_for(7)) as uow:
        other = await open_exception(uow, UNKNOWN)

    (line,) = await commands.show(environment)
    with pytest.raises(NotFound):
        await commands.end(environment, other)
    left = await commands.end(environment, told)

    assert line.endswith(f"No store is known at x. Next: Look at it. Then: hub exceptions --done {told}")
    assert left == ["Nothing stands open."]
