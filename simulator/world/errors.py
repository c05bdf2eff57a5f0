"""Why something cannot be done in the simulated world."""


class Impossible(Exception):
    """It cannot be in this state; nothing was changed."""


class Unknown(Exception):
    """There is no such thing."""


class Unreadable(Exception):
    """What was given cannot be understood."""
