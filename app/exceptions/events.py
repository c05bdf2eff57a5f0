"""What people say about what could not proceed."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class ExceptionMarkedDone(Event):
    """Staff of the store said that nothing is left to do about it."""

    name: ClassVar[str] = "exception.marked_done"
    sentence: ClassVar[str] = "Marked as done: {what}"
    subject: ClassVar[str] = "exception"

    about: str  # what it was about, as `about` writes it
    exception_id: int
    kind: str
    what: str


def about(subject_kind: str, subject_id: object) -> str:
    """Return how an event names what an exception was about, so that its page finds it."""
    return f"{subject_kind}:{subject_id}"
