"""The world on disk: every entity as one row, written before a write is answered, read back at the start."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

Key = tuple[str, str, str]  # shop, kind, id


class Disk:
    """A SQLite file of rows (shop, kind, id, json). Surviving a killed process is what it promises."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "world.sqlite3", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")  # the operating system keeps what a killed process wrote
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS entities"
            " (shop TEXT, kind TEXT, id TEXT, json BLOB, PRIMARY KEY (shop, kind, id)) WITHOUT ROWID"
        )

    def save(self, rows: Iterable[tuple[Key, Any]]) -> None:
        """Write the rows in one transaction; a value of None removes its row."""
        encoded = [(key, None if value is None else msgspec.json.encode(value)) for key, value in rows]
        self._database.execute("BEGIN")
        for key, text in encoded:
            if text is None:
                self._database.execute("DELETE FROM entities WHERE shop = ? AND kind = ? AND id = ?", key)
            else:
                self._database.execute("INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?)", (*key, text))
        self._database.execute("COMMIT")

    def rows(self, kind: str, shop: str | None = None) -> Iterator[tuple[str, str, bytes]]:
        """Shop, id and text of every row of a kind."""
        where = "kind = ?" if shop is None else "kind = ? AND shop = ?"
        values = (kind,) if shop is None else (kind, shop)
        yield from self._database.execute(f"SELECT shop, id, json FROM entities WHERE {where}", values).fetchall()

    def clear(self) -> None:
        self._database.execute("DELETE FROM entities")

    def close(self) -> None:
        self._database.close()
