"""The failures of the inbox."""

from app.core.errors import Invalid


class NotUnderstood(Invalid):
    """The body is not what its topic promises."""

    sentence = "This webhook could not be understood."


class UnknownShop(Invalid):
    """No store is known at the shop's domain, and the topic is nothing without one."""

    sentence = "No store is known at this shop's domain."
