"""How partnerships refuse."""

from app.core.errors import Conflict, NotFound


class InvitationClosed(NotFound):
    """The link is unknown, was answered, was replaced, or is older than seven days; which of these is not told."""

    sentence = "This invitation is no longer open. Ask whoever sent it for a new link."


class OwnShop(Conflict):
    """A retailer cannot be its own partner."""

    sentence = "This is your own store. A store has one role: retailer or partner."
