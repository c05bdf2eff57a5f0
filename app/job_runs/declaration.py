"""How a domain declares the background work it asks for: a frozen dataclass with a name."""

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec


class Job:
    """One kind of background work; its fields are its arguments.

    A job that acts for a store has a field or a property `store_id`. What it says of itself in words is its class's:
    while a job whose fields `coalesce_by` have the same values is queued, another request joins it (no fields: any);
    of the jobs in a lane, a name and the value of a field, one runs at a time.
    """

    name: ClassVar[str]
    max_seconds: ClassVar[int] = 120  # its lease is renewed no longer than this
    interactive: ClassVar[bool] = False  # somebody waits in front of a page: goes before the rest
    follows: ClassVar[bool] = False  # of much that is going on, one run afterwards serves all: goes after the rest
    coalesce_by: ClassVar[tuple[str, ...] | None] = None
    lane_by: ClassVar[tuple[str, str] | None] = None

    if TYPE_CHECKING:
        # Not there at run time: a dataclass would take an inherited property for the default of a field of this name.
        @property
        def store_id(self) -> int | None:
            """The store the job acts for."""

    @property
    def priority(self) -> int:
        """What is due at once goes in this order."""
        return 0 if self.interactive else 2 if self.follows else 1

    @property
    def coalesce_key(self) -> str | None:
        """The key by which requests of this name join; none: they never do."""
        if self.coalesce_by is None:
            return None
        return ":".join(str(getattr(self, field)) for field in self.coalesce_by) or "all"

    @property
    def lane(self) -> str | None:
        """The lane it runs in; none: beside anything."""
        if self.lane_by is None:
            return None
        name, field = self.lane_by
        return f"{name}:{getattr(self, field)}"


class PartnerStoreJob(Job):
    """Work on a partner's store, whichever retailers it serves; it has a field `partner_store_id`."""

    if TYPE_CHECKING:
        # Like `store_id` above.
        @property
        def partner_store_id(self) -> int:
            """The partner's store."""

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id


J = TypeVar("J", bound=Job)


def store_of(job: Job) -> int | None:
    """Return the store a job acts for."""
    return getattr(job, "store_id", None)


def stored_key(job: Job) -> str | None:
    """Return the coalesce key as the ledger has it: keys of two kinds of job never meet."""
    key = job.coalesce_key
    return None if key is None else f"{job.name}|{key}"


def arguments_of(job: Job) -> dict[str, Any]:
    """Return the job's fields as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(job)
    return plain


def job_from(kind: type[J], arguments: dict[str, Any]) -> J:
    """Return the job again from the arguments in the ledger."""
    return msgspec.convert(arguments, kind)
