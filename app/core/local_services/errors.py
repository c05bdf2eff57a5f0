"""What can go wrong while the local world is started."""


class LocalServiceError(RuntimeError):
    """A local service cannot be had; the sentence says why and what to do."""
