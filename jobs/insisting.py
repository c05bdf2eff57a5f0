"""What must not end because something failed: it is begun again."""

import asyncio
from collections.abc import Awaitable, Callable

from app.core.errors import Unavailable
from app.core.log import logger

PAUSE = 1.0

log = logger("jobs")


async def insist(step: Callable[[], Awaitable[None]]) -> None:
    """Do the step until it ends well; a second after whatever it failed of it is begun again.

    So a loop goes on for good: a process that lost one would live on and do nothing, and nobody would start it anew.
    """
    while True:
        try:
            return await step()
        except Unavailable as error:
            log.warning("jobs.waits", why=error.sentence)
        except Exception as error:
            log.error("jobs.loop_stumbled", why=type(error).__name__, exc_info=error)
        await asyncio.sleep(PAUSE)
