"""Verbs about secrets at rest: seal tokens anew, find those that are to be minted anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.core.crypto import Undecryptable, Vault
from app.core.unit_of_work import UnitOfWork
from app.job_runs.service import enqueue
from app.stores import repository
from app.stores.jobs import RenewToken
from app.stores.sealing import reseal

UNUSED = timedelta(days=60)
"""A refresh token that lives this long yet was renewed within a month; less, and nobody used it for long."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a few stores' tokens; `last` is the store to go on after, none: those were the last ones."""

    resealed: int
    unknown_keys: Sequence[str]
    last: int | None


async def reseal_some(uow: UnitOfWork, vault: Vault, after: int) -> Batch:
    """Seal the tokens of the next few stores with the first key, where they are not yet."""
    unknown: list[str] = []
    resealed = 0
    async with uow.machinery() as session:
        tokens = await repository.lock_next_tokens(session, after)
        for token in tokens:
            if all(vault.sealed_with_first_key(each) for each in token.sealed()):
                continue
            try:
                token.reseal(partial(reseal, vault, token.store_id))
                resealed += 1
            except Undecryptable:
                unknown += {vault.key_of(each) for each in token.sealed()} - set(vault.keys)
    return Batch(resealed, unknown, tokens[-1].store_id if tokens else None)


async def ask_for_renewals(uow: UnitOfWork, mark: str, now: datetime) -> int:
    """Have tokens renewed that are tied to another secret, or were not for a month; `now` is machine time."""
    async with uow.machinery() as session:
        store_ids = await repository.list_to_renew(session, mark, now + UNUSED)
    for store_id in store_ids:
        await enqueue(uow, RenewToken(store_id))
    return len(store_ids)


async def list_tied_elsewhere(uow: UnitOfWork, mark: str) -> list[tuple[int, str]]:
    """Return id and domain of the stores whose tokens are tied to another client secret."""
    async with uow.machinery() as session:
        return await repository.list_tied_elsewhere(session, mark)
