"""Gathers what the checker may read: the simulator's truth and logs, and the books, all as plain JSON values."""

import json
from typing import Any

from app.books.export import export_books
from tests.histories.stage import Stage
from tests.support.hub import BEARER


async def gather(stage: Stage) -> dict[str, Any]:
    """Return what is known at this instant; nothing of it is an object of ours."""
    world = await _told(stage, "/_control")
    return {
        "books": json.loads(json.dumps(await export_books(stage.shops.open_uow))),
        "truth": (await _told(stage, "/truth"))["stores"],
        "webhooks": (await _told(stage, "/webhooks"))["webhooks"],
        "calls": (await _told(stage, "/requests"))["calls"],
        "marks": world["marks"],
        "profiles": {each["shop"]: each for each in world["stores"]},
        "quiet": (await stage.shops.hub.get("/internal/quiet", headers=BEARER)).json(),
    }


async def _told(stage: Stage, path: str) -> Any:
    answer = await stage.control.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()
