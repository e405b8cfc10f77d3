"""SMS and e-mails as received."""

import sqlite3
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sandbox.storage import Storage

_INSERT = """
INSERT INTO messages
    (message_id, channel, recipient, sender, subject, text, reference, urgent, segments, received_at,
     idempotency_key, body_digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (idempotency_key) DO NOTHING
"""
_EARLIER = "SELECT message_id, segments, body_digest FROM messages WHERE idempotency_key = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    channel: Literal["sms", "email"]
    to: str
    sender: str
    text: str
    subject: str | None = None
    reference: str | None = None
    urgent: bool = False
    segments: int = 0
    received_at: datetime
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The gateway's answer to one SMS. `body_digest` tells a repetition from another message under the same key."""

    message_id: str
    segments: int
    body_digest: str


@dataclass(frozen=True, slots=True)
class MessageFilter:
    to: str | None = None
    channel: str | None = None
    reference: str | None = None

    def clause(self) -> tuple[str, list[str]]:
        columns = {"recipient": self.to, "channel": self.channel, "reference": self.reference}
        wanted = {column: value for column, value in columns.items() if value}
        return " AND ".join(f"{column} = ?" for column in wanted) or "TRUE", list(wanted.values())


class MessageStore:
    """Writing one message takes less time than handing it to a thread would; reading many takes more."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def add(self, messages: list[ReceivedMessage]) -> None:
        with self.storage.transaction() as connection:
            connection.executemany(_INSERT, map(_row, messages))

    def add_once(self, idempotency_key: str, body_digest: str, message: ReceivedMessage) -> Acceptance:
        """Keeps the message unless the key has been used; returns what was answered the first time."""
        with self.storage.autocommit() as connection:
            inserted = connection.execute(_INSERT, _row(message, idempotency_key, body_digest)).rowcount
            if inserted:
                return Acceptance(message.message_id, message.segments, body_digest)
            return Acceptance(*connection.execute(_EARLIER, (idempotency_key,)).fetchone())

    def newest(self, wanted: MessageFilter, limit: int) -> list[ReceivedMessage]:
        clause, values = wanted.clause()
        statement = f"SELECT * FROM messages WHERE {clause} ORDER BY sequence DESC LIMIT ?"  # noqa: S608 - own column names
        with self.storage.autocommit() as connection:
            return [_message(row) for row in connection.execute(statement, [*values, limit])]

    def count(self, wanted: MessageFilter) -> int:
        clause, values = wanted.clause()
        with self.storage.autocommit() as connection:
            row = connection.execute(f"SELECT count(*) FROM messages WHERE {clause}", values).fetchone()  # noqa: S608 - as above
        return int(row[0])

    def clear(self) -> None:
        with self.storage.autocommit() as connection:
            connection.execute("DELETE FROM messages")


def _row(
    message: ReceivedMessage, idempotency_key: str | None = None, body_digest: str | None = None
) -> tuple[Any, ...]:
    return (
        message.message_id,
        message.channel,
        message.to,
        message.sender,
        message.subject,
        message.text,
        message.reference,
        message.urgent,
        message.segments,
        message.received_at.astimezone(UTC).isoformat(),
        idempotency_key,
        body_digest,
    )


def _message(row: sqlite3.Row) -> ReceivedMessage:
    return ReceivedMessage(
        channel=row["channel"],
        to=row["recipient"],
        sender=row["sender"],
        text=row["text"],
        subject=row["subject"],
        reference=row["reference"],
        urgent=bool(row["urgent"]),
        segments=row["segments"],
        received_at=datetime.fromisoformat(row["received_at"]),
        message_id=row["message_id"],
    )
