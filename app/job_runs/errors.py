"""The failures of the ledger."""

from app.core.errors import Conflict


class LeaseLost(Exception):
    """Another worker took the job over; nothing this one still does may be kept.

    Not one of the kinds of failure: no domain may catch it and go on.
    """


class NotRetryable(Conflict):
    """Only a failed job can be queued again."""

    sentence = "This job is not failed any more."
