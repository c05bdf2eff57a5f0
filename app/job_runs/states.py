"""The life of a job run."""

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    """Where a request for background work stands."""

    QUEUED = "queued"  # waits for its time or for a worker
    RUNNING = "running"  # a worker holds its lease
    DONE = "done"  # its effect is committed, or a conflict made it needless
    FAILED = "failed"  # stopped by a fault; an exception tells what to do
    CANCELLED = "cancelled"  # joined another run, or nobody wants it any more


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.RUNNING, JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.CANCELLED: frozenset(),
}


class Missed(StrEnum):
    """What a planned instant does about the times that passed while no worker was there."""

    ONCE = "once"  # one run makes up for all: syncs and checks
    ALL = "all"  # each runs, in order: cut-offs
    NONE = "none"  # they are let go: figures
