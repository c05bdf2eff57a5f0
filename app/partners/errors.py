"""How partnerships refuse."""

from app.core.errors import NotFound


class InvitationClosed(NotFound):
    """The link is unknown, was answered, was replaced, or is older than seven days; which of these is not told."""

    sentence = "This invitation is no longer open. Ask whoever sent it for a new link."
