"""What can be wrong with an import."""

from app.core.errors import Conflict, Invalid, NotFound


class ImportNotFound(NotFound):
    """No such import in this store."""

    sentence = "This import does not exist."


class MappingNotFound(NotFound):
    """No such mapping in this store."""

    sentence = "This product is not among those you sell for a partner."


class NothingChosen(Invalid):
    """An import needs products."""

    sentence = "Choose at least one product to import."


class NothingMissing(Conflict):
    """Only products that are not seen can be given up."""

    sentence = "Their products are seen again. Nothing was removed."


class TargetThere(Conflict):
    """Only what no longer exists is left out."""

    sentence = "Your store has this product again."


class NoSuccessor(Conflict):
    """Only a variant that is suggested takes the place of one that is gone."""

    sentence = "This variant is sold already; it takes no other's place."


class PartnerNotConnected(Conflict):
    """Only a connected partner's products can be read."""

    sentence = "This partner is not connected. Connect the partner first, then import."
