"""What operators ask and decide about dead letters, for the HTTP routes and the command alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import Column, ColumnElement, DateTime, Integer, Row, Table, Text, Uuid, bindparam, func, select, update
from sqlalchemy import tuple_ as row_of
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.db import metadata
from shared.errors import DomainError, NotFound
from shared.language import Text as TextForPeople

State = Literal["waiting", "replaying", "replayed", "discarded"]

dead_letter = Table(
    "dead_letter",
    metadata(),
    Column("id", Uuid, primary_key=True),
    Column("event_id", Uuid),
    Column("name", Text),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Column("replay_requested_at", DateTime(timezone=True)),
    Column("replayed_at", DateTime(timezone=True)),
    Column("discarded_at", DateTime(timezone=True)),
    Column("discarded_by", Text),
    Column("discard_reason", Text),
)

_columns = dead_letter.c
_UNHANDLED: Final = (_columns.replayed_at.is_(None), _columns.discarded_at.is_(None))
_IN_STATE: Final[Mapping[State | None, Sequence[ColumnElement[bool]]]] = {
    None: _UNHANDLED,
    "waiting": (*_UNHANDLED, _columns.replay_requested_at.is_(None)),
    "replaying": (*_UNHANDLED, _columns.replay_requested_at.is_not(None)),
    "replayed": (_columns.replayed_at.is_not(None),),
    "discarded": (_columns.discarded_at.is_not(None),),
}
_ONE: Final = select(dead_letter).where(_columns.id == bindparam("letter_id")).with_for_update()


class DeadLetterReplayed(DomainError):
    status = 409
    code = "dead-letter-replayed"
    title: ClassVar[TextForPeople] = {
        "nb": "Meldingen er allerede behandlet på nytt.",
        "nn": "Meldinga er alt behandla på nytt.",
        "en": "The message has been handled again already.",
    }


class DeadLetterDiscarded(DomainError):
    status = 409
    code = "dead-letter-discarded"
    title: ClassVar[TextForPeople] = {
        "nb": "Meldingen er forkastet.",
        "nn": "Meldinga er forkasta.",
        "en": "The message has been discarded.",
    }


@dataclass(frozen=True, slots=True)
class Which:
    """Of the letters that wait: those about one event's name, those that died of one reason."""

    name: str | None = None
    reason: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        chosen = {"name": self.name, "reason": self.reason}
        return [_columns[column] == value for column, value in chosen.items() if value is not None]


def state_of(row: Row[Any]) -> State:
    if row.discarded_at:
        return "discarded"
    return "replayed" if row.replayed_at else "replaying" if row.replay_requested_at else "waiting"


async def find_letters(
    connection: AsyncConnection | AsyncSession, state: State | None, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[Row[Any]]:
    """Latest first; without a state, those that nobody has dealt with."""
    wanted = select(dead_letter).where(*_IN_STATE[state])
    if after is not None:
        wanted = wanted.where(row_of(_columns.failed_at, _columns.id) < row_of(*after))
    latest_first = wanted.order_by(_columns.failed_at.desc(), _columns.id.desc()).limit(count)
    return (await connection.execute(latest_first)).all()


async def request_replay(session: AsyncSession, letter_id: UUID, now: datetime) -> Row[Any]:
    """Asking twice is asking once. Raises NotFound, DeadLetterReplayed or DeadLetterDiscarded."""
    await _take_waiting(session, letter_id)
    asked = func.coalesce(_columns.replay_requested_at, now)
    return await _change(session, letter_id, replay_requested_at=asked)


async def request_replay_of_all(session: AsyncSession, which: Which, now: datetime) -> int:
    """How many are to be handled again."""
    waiting = update(dead_letter).where(*_IN_STATE["waiting"], *which.conditions())
    asked = await session.execute(waiting.values(replay_requested_at=now).returning(_columns.id))
    return len(asked.all())


async def discard(session: AsyncSession, letter_id: UUID, by: str, reason: str, now: datetime) -> Row[Any]:
    """It is kept, and waits for nobody any more. Raises NotFound, DeadLetterReplayed or DeadLetterDiscarded."""
    await _take_waiting(session, letter_id)
    return await _change(session, letter_id, discarded_at=now, discarded_by=by, discard_reason=reason)


async def _take_waiting(session: AsyncSession, letter_id: UUID) -> None:
    """Locked: a replay under way comes to its end first."""
    row = (await session.execute(_ONE, {"letter_id": letter_id})).first()
    if row is None:
        raise NotFound()
    if row.discarded_at:
        raise DeadLetterDiscarded()
    if row.replayed_at:
        raise DeadLetterReplayed()


async def _change(session: AsyncSession, letter_id: UUID, **values: Any) -> Row[Any]:
    changed = update(dead_letter).where(_columns.id == letter_id).values(values).returning(dead_letter)
    row: Row[Any] = (await session.execute(changed)).one()
    return row
