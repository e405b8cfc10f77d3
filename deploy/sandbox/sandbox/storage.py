"""What the sandbox keeps over a restart, besides keys: one SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    reference TEXT,
    urgent INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    body_digest TEXT
);
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient, sequence);
CREATE INDEX IF NOT EXISTS messages_reference ON messages (reference);
CREATE TABLE IF NOT EXISTS crowds (
    seed INTEGER NOT NULL,
    size INTEGER NOT NULL,
    minimum_age INTEGER NOT NULL,
    PRIMARY KEY (seed, size, minimum_age)
) WITHOUT ROWID;
"""


class Storage:
    """One connection, one transaction at a time; safe to call from any thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # a crash of the machine may lose the last moments; a crash of the process loses nothing
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def autocommit(self) -> Iterator[sqlite3.Connection]:
        """For a single statement, which is its own transaction."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        with self._lock:
            self._connection.close()
