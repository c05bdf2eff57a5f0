"""How a domain declares the background work it asks for: a frozen dataclass with a name."""

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec


class Job:
    """One kind of background work; its fields are its arguments.

    A job that acts for a store has a field or a property `store_id`.
    """

    name: ClassVar[str]
    max_seconds: ClassVar[int] = 120  # its lease is renewed no longer than this
    interactive: ClassVar[bool] = False  # somebody waits in front of a page: goes before the rest

    if TYPE_CHECKING:
        # Not there at run time: a dataclass would take an inherited property for the default of a field of this name.
        @property
        def store_id(self) -> int | None:
            """The store the job acts for."""

    @property
    def coalesce_key(self) -> str | None:
        """While a job of this name and key is queued, another request joins it."""
        return None

    @property
    def lane(self) -> str | None:
        """Of the jobs in a lane one runs at a time."""
        return None


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
