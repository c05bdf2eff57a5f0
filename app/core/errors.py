"""The kinds of failure; every domain error inherits one, and the adapters translate kinds once."""


class HubError(Exception):
    """A failure we foresaw, with a sentence for the person who meets it."""

    sentence = "Something went wrong."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        super().__init__(self.sentence)


class NotFound(HubError):
    """No such thing for this actor; another tenant's thing counts as none."""

    sentence = "This page or record does not exist."


class NotAllowed(HubError):
    """The actor may not."""

    sentence = "You are not allowed to do this."


class Invalid(HubError):
    """The input cannot be accepted; `fields` names what to mend."""

    sentence = "Please check what you entered."

    def __init__(self, sentence: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = fields or {}


class Conflict(HubError):
    """True a moment ago, not now."""

    sentence = "This changed in the meantime. Look at the current state and try again."


class Unavailable(HubError):
    """Something we depend on did not answer; `retry_after` is in seconds when it said so."""

    sentence = "A service we depend on is not answering. Try again in a moment."
    is_told = False  # an exception stands open for the reason already: whoever waits need not open another

    def __init__(self, sentence: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
