"""What can be wrong with an order."""

from app.core.errors import Conflict, NotFound, Unavailable


class OrderNotFound(NotFound):
    """No such order in this store."""

    sentence = "This order does not exist in your store."


class OrderStands(Conflict):
    """Nobody asks whether the order is gone."""

    sentence = "This order is not in question any more. Reload the page to see where it is."


class OlderThanTheNews(Unavailable):
    """Shopify answered with a state from before what it told us of; asked again a little later."""

    sentence = "Shopify does not show the latest change of an order yet."
