"""How partnerships refuse."""

from app.core.errors import Conflict, NotFound


class InvitationClosed(NotFound):
    """The link is unknown, was answered, was replaced, or is older than seven days; which of these is not told."""

    sentence = "This invitation is no longer open. Ask whoever sent it for a new link."


class KnownAlready(Conflict):
    """One store is one partner of a retailer, whatever name it was invited by."""

    sentence = "Whoever invites you works with your store already, under another name. Ask them for a new link there."
