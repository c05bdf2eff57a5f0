"""What an operator sees of exceptions that belong to no store, and so stand on nobody's page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from app.core.log import configure_logging
from app.core.runtime import build_runtime
from app.core.settings import load_settings
from app.core.unit_of_work import SYSTEM, UnitOfWork
from app.exceptions.queries import ExceptionFacts, open_exceptions
from app.exceptions.service import NO_STORE, end_by_hand


async def show(environment: Mapping[str, str]) -> list[str]:
    """Show what stands open, each with its cause and what to do."""
    async with _of_no_store(environment) as uow:
        return [_told(each) for each in await open_exceptions(uow.session)] or ["Nothing stands open."]


async def end(environment: Mapping[str, str], exception_id: int) -> list[str]:
    """Take the operator's word that nothing is left to do about one."""
    async with _of_no_store(environment) as uow:
        await end_by_hand(uow, exception_id)
    return await show(environment)


@asynccontextmanager
async def _of_no_store(environment: Mapping[str, str]) -> AsyncIterator[UnitOfWork]:
    configure_logging("warning")  # to standard error: what a command prints is for whoever asked
    runs = build_runtime(load_settings(environment)).running()
    async with runs as runtime, runtime.units_of_work({})(SYSTEM.of_store(NO_STORE)) as uow:
        yield uow


def _told(each: ExceptionFacts) -> str:
    end = f" Then: hub exceptions --done {each.id}" if each.ends_by_hand else ""
    return f"{each.id}  {each.opened_at:%Y-%m-%d %H:%M}  {each.kind}  {each.cause} Next: {each.next_step}{end}"
