"""The deliberate bugs can still be made: what each changes stands where it says."""

import pytest

from app.core.local_services.lease import PROJECT
from tests.histories.bugs import BUGS, Bug


def test_there_are_twelve() -> None:
    assert len(BUGS) == 12


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_what_a_bug_changes_stands_there_once(bug: Bug) -> None:
    found = [(PROJECT / file).read_text().count(before) for file, before, _ in bug.changes]

    assert found == [1] * len(bug.changes)
