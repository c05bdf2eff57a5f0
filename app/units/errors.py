"""What the unit ledger refuses."""

from app.core.errors import Conflict, Invalid, NotFound


class UnknownLot(NotFound):
    """A lot of units that is not there for this actor."""

    sentence = "These units do not exist."


class NotEnoughUnits(Conflict):
    """More units were to move than are there."""

    sentence = "There are fewer units in this state than you want to move. Look at the current state and try again."


class WrongUnits(Invalid):
    """Units that do not belong together, or a step they cannot take."""

    sentence = "These units cannot take this step."
