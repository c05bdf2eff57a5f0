"""A failing history becomes short."""

import pytest

from tests.histories.shrink import kind_of, shrink
from tests.histories.story import Story

pytestmark = pytest.mark.anyio


async def test_only_what_is_needed_is_left() -> None:
    story = Story(1, 0, "none", tuple({"do": "turn", "seconds": number} for number in range(64)))

    async def fails(tried: Story) -> bool:
        return {7, 40} <= {act["seconds"] for act in tried.acts}

    short = await shrink(story, fails, most_tries=200)

    assert [act["seconds"] for act in short.acts] == [7, 40]


def test_findings_that_differ_in_numbers_are_of_one_kind() -> None:
    one, other = (
        "lost: #1003 BEAN wants 3 units, the ledger holds 1",
        "lost: #1007 BEAN wants 2 units, the ledger holds 0",
    )

    assert kind_of(one) == kind_of(other)
