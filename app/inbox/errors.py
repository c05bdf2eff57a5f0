"""The failures of the inbox."""

from app.core.errors import Conflict, Invalid


class NotUnderstood(Invalid):
    """The body is not what its topic promises."""

    sentence = "This webhook could not be understood."


class AlreadyHandled(Conflict):
    """Another run handled the event meanwhile; this one's effect must not be kept."""

    sentence = "This webhook was handled already."
