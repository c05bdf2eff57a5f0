"""One Admin API request on its way: who asks which store, with which scopes, and what it did."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from simulator.admin_api.app_identity import AppScopes
from simulator.world.store import Store

if TYPE_CHECKING:
    from simulator.world.world import World

ProtectedData = Literal["none", "level1", "level2"]


@dataclass(kw_only=True)
class Call:
    """What every resolver is given besides its parent and its arguments."""

    world: "World"
    store: Store
    scopes: frozenset[str]
    machine_now: datetime
    client_id: str
    app_scopes: AppScopes = field(default_factory=AppScopes)
    protected_data: ProtectedData = "level1"
    search_lag: timedelta = timedelta(0)
    api_version: str = "2026-10"
    refuses_changes: bool = False  # a fault: every mutation answers a user error
    idempotency_key: str | None = None  # of the mutation that is running
    outcome: Any = None  # what a mutation with a key notes, to rebuild its answer from
    replayed: Any = None  # the outcome noted before, when the key is known: nothing may be done again
    resources: list[str] = field(default_factory=list)  # global ids the call changed, for the request log

    @property
    def now(self) -> datetime:
        """The business clock's now."""
        return self.world.now

    def may(self, scopes: Iterable[str]) -> bool:
        """Whether one of the scopes is granted; writing something includes reading it."""
        return any(scope in self.scopes or scope.replace("read_", "write_", 1) in self.scopes for scope in scopes)

    def touched(self, entity: Any) -> None:
        """Remember for the request log what the call changed."""
        if entity is not None:
            self.resources.append(entity.gid)
