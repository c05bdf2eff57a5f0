"""The whole simulated world: stores, time, chance, what falls due, and what must be written to disk."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import msgspec

from simulator.faults.faults import FaultRecord, Faults
from simulator.webhooks.outbox import Outbox
from simulator.world.clock import Clock
from simulator.world.draws import Draws
from simulator.world.errors import Unknown
from simulator.world.ids import Ids
from simulator.world.kinds import COLLECTIONS, row_key
from simulator.world.model import AppInstallation
from simulator.world.persistence import Disk, Key
from simulator.world.queue import DELIVERY, Due, DueQueue
from simulator.world.records import RequestRecord, WebhookRecord
from simulator.world.settings import Settings
from simulator.world.store import Store, StoreProfile
from simulator.world.switches import Switches

WORLD = ""  # the shop column of rows that belong to no store


class World:
    """Everything there is. Verbs change it in memory; `commit` makes the changes survive."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._dirty: dict[Key, Any] = {}
        self._saved_state: dict[str, Any] = {}
        self.event_id: str | None = None  # shared by all webhooks of the action under way
        self._disk = Disk(self.settings.state_dir) if self.settings.state_dir else None
        self._begin(self.settings.seed)
        if self._disk is not None:
            self._load(self._disk)
            self.commit()

    def _begin(self, seed: int) -> None:
        self.seed = seed
        self.stores: dict[str, Store] = {}
        self.clock = Clock()
        self.ids = Ids()
        self.draws = Draws(seed, counted=self._count_changed)
        self.switches = Switches()
        self.faults = Faults(seed=seed)
        self.queue = DueQueue(self._due_changed)
        self.outbox = Outbox()
        self.requests: list[RequestRecord] = []
        self.fault_log: list[FaultRecord] = []

    def reset(self, seed: int) -> None:
        """Begin anew: no stores, no logs, the real time, and draws from `seed`."""
        if self._disk is not None:
            self._disk.clear()
        self._dirty, self._saved_state = {}, {}
        self._begin(seed)
        self.commit()

    @property
    def now(self) -> datetime:
        return self.clock.now

    def store(self, domain: str) -> Store:
        """The store of that domain; Unknown if there is none."""
        try:
            return self.stores[domain.lower()]
        except KeyError:
            raise Unknown(f"no store {domain}") from None

    def new_id(self) -> int:
        return self.ids.new()

    def add_store(self, store: Store) -> None:
        self.stores[store.domain] = store
        self.touch(store, store.profile)
        self.touch(store, store.app)

    def add(self, store: Store, entity: Any) -> None:
        """Put an entity into its store."""
        getattr(store, COLLECTIONS[type(entity)])[row_key(entity)] = entity
        self.touch(store, entity)

    def remove(self, store: Store, entity: Any) -> None:
        """Take an entity out of its store and off the disk."""
        del getattr(store, COLLECTIONS[type(entity)])[row_key(entity)]
        self._mark((store.domain, type(entity).__name__, str(row_key(entity))), None)

    def touch(self, store: Store, entity: Any) -> None:
        """Note that the entity changed, so that the next commit writes it."""
        self._mark((store.domain, type(entity).__name__, str(row_key(entity))), entity)

    def touch_webhook(self, record: WebhookRecord) -> None:
        self._mark((WORLD, "WebhookRecord", record.id), record)

    def later(self, store: Store, seconds: float, kind: str, **args: Any) -> Due:
        """Let an effect fall due after that many seconds of business time; 0: with the next look at the clock."""
        return self.queue.add(self.now + timedelta(seconds=seconds), kind, store.domain, args)

    def emit(self, store: Store, topic: str, entity: Any = None, **extra: Any) -> None:
        """Send a webhook about the entity to whoever subscribed to the topic."""
        self.outbox.emit(self, store, topic, entity, extra)

    @staticmethod
    def has_scope(store: Store, *any_of: str) -> bool:
        """Whether the app was granted one of the scopes; writing implies reading."""
        granted = set(store.app.scopes)
        return any(one in granted or one.replace("read_", "write_", 1) in granted for one in any_of)

    @contextmanager
    def action(self, name: str) -> Iterator[None]:
        """Give all webhooks emitted inside the same event id, as those of one merchant action have."""
        before = self.event_id
        self.event_id = before or self.draws.uuid("", "event", name)
        try:
            yield
        finally:
            self.event_id = before

    @contextmanager
    def control_call(self) -> Iterator[int]:
        """A write through the control API: numbers of its own and one event."""
        with self.ids.control_call() as call, self.action(f"control:{call}"):
            yield call

    def record_fault(self, **values: Any) -> None:
        """Log that something went wrong on demand."""
        record = FaultRecord(number=len(self.fault_log) + 1, at=self.now, **values)
        self.fault_log.append(record)
        self._mark((WORLD, "FaultRecord", str(record.number)), record)

    def record_request(self, **values: Any) -> RequestRecord:
        """Log a call to the Admin API, with all that a RequestRecord holds besides its number and time."""
        record = RequestRecord(number=len(self.requests) + 1, at=self.now, **values)
        self.requests.append(record)
        self._mark((WORLD, "RequestRecord", str(record.number)), record)
        return record

    def commit(self) -> None:
        """Write all that changed; after this a killed process loses none of it."""
        if self._disk is None:
            self._dirty.clear()
            return
        state = self._state()
        if state != self._saved_state:
            self._mark((WORLD, "world", "world"), state)
        if self._dirty:
            self._disk.save(self._dirty.items())
            self._dirty, self._saved_state = {}, state

    def close(self) -> None:
        self.commit()
        if self._disk is not None:
            self._disk.close()

    def _mark(self, key: Key, value: Any) -> None:
        self._dirty[key] = value

    def _count_changed(self, name: str, count: int) -> None:
        self._mark((WORLD, "counter", name), count)

    def _due_changed(self, due: Due, exists: bool) -> None:
        self._mark((due.shop, "Due", str(due.number)), due if exists else None)

    def _state(self) -> dict[str, Any]:
        clock = {"anchor": self.clock.anchor, "anchored": self.clock.anchored, "rate": self.clock.rate}
        ids = {"control_calls": self.ids.control_calls, "hub_entities": self.ids.hub_entities}
        return {
            "seed": self.seed,
            "clock": clock,
            "ids": ids,
            "switches": asdict(self.switches),
            "faults": asdict(self.faults),
        }

    def _load(self, disk: Disk) -> None:
        for _, _, text in disk.rows("world"):
            state = msgspec.json.decode(text)
            self.seed = self.draws.seed = state["seed"]
            self.clock = msgspec.convert(state["clock"], Clock)
            self.ids = Ids(**state["ids"])
            self.switches = msgspec.convert(state["switches"], Switches)
            self.faults = msgspec.convert(state["faults"], Faults)
        for _, name, text in disk.rows("counter"):
            self.draws.occurrences[name] = msgspec.json.decode(text)
        for _, _, text in disk.rows("Due"):
            self.queue.restore(msgspec.json.decode(text, type=Due))
        apps = {shop: msgspec.json.decode(text, type=AppInstallation) for shop, _, text in disk.rows("AppInstallation")}
        for shop, _, text in disk.rows("StoreProfile"):
            store = Store(msgspec.json.decode(text, type=StoreProfile), apps[shop])
            self.stores[shop] = store
            self._load_store(disk, store)
        self.outbox.restore(msgspec.json.decode(text, type=WebhookRecord) for _, _, text in disk.rows("WebhookRecord"))
        self._redeliver_interrupted()
        requests = (msgspec.json.decode(text, type=RequestRecord) for _, _, text in disk.rows("RequestRecord"))
        self.requests = sorted(requests, key=lambda record: record.number)
        faults = (msgspec.json.decode(text, type=FaultRecord) for _, _, text in disk.rows("FaultRecord"))
        self.fault_log = sorted(faults, key=lambda record: record.number)

    def _redeliver_interrupted(self) -> None:
        """Queue again the deliveries that were under way when the process ended."""
        queued = Counter(due.args["webhook"] for due in self.queue.waiting(DELIVERY))
        for record in self.outbox.log:
            missing = record.outstanding - queued[record.id]
            record.outstanding -= missing
            for _ in range(missing):
                self.outbox.schedule(self, record, 0)

    @staticmethod
    def _load_store(disk: Disk, store: Store) -> None:
        for kind, attribute in COLLECTIONS.items():
            rows = disk.rows(kind.__name__, store.domain)
            entities: list[Any] = [msgspec.json.decode(text, type=kind) for _, _, text in rows]
            collection = getattr(store, attribute)
            for entity in sorted(entities, key=lambda one: str(row_key(one)).zfill(40)):
                collection[row_key(entity)] = entity
