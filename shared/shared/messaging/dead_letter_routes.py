"""What operators do about dead letters (V4): read them, and have them handled again. The same on every service that
consumes events.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Query, Security
from pydantic import ConfigDict
from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.app import Now
from shared.auth import STAFF_REFUSALS, Staff, staff
from shared.db import Reader, Session, metadata
from shared.errors import DomainError, InvalidInput, NotFound, Unavailable, problems
from shared.language import Text as TextForPeople
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor, encode_cursor
from shared.schemas import Schema, Timestamp

OPERATE: Final = "nhn:drift/operate"

State = Literal["waiting", "replaying", "replayed"]
LetterId = Annotated[UUID, Path(alias="letterId")]
Operator = Annotated[Staff, Security(staff(OPERATE))]

_logger = structlog.get_logger(__name__)

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
)

_columns = dead_letter.c
_UNHANDLED: Final = _columns.replayed_at.is_(None)
_IN_STATE: Final = {
    None: (_UNHANDLED,),
    "waiting": (_UNHANDLED, _columns.replay_requested_at.is_(None)),
    "replaying": (_UNHANDLED, _columns.replay_requested_at.is_not(None)),
    "replayed": (_columns.replayed_at.is_not(None),),
}
_REQUEST: Final = (
    update(dead_letter)
    .where(_columns.id == bindparam("letter_id"), _UNHANDLED)
    .values(replay_requested_at=func.coalesce(_columns.replay_requested_at, bindparam("now")))
    .returning(dead_letter)
)
_EXISTS: Final = select(_columns.id).where(_columns.id == bindparam("letter_id"))


class DeadLetterReplayed(DomainError):
    status = 409
    code = "dead-letter-replayed"
    title: ClassVar[TextForPeople] = {
        "nb": "Meldingen er allerede behandlet på nytt.",
        "nn": "Meldinga er alt handsama på nytt.",
        "en": "The message has been handled again already.",
    }


class DeadLetter(Schema):
    """A message that this service could not handle. Its content is not shown: it is about a citizen.

    `eventId` and `name` are null for what is not an event at all; `reason` says what went wrong the last time.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c1f4-8d2e-5c11-9a55-3f0f6f0a7f10",
                    "eventId": "7d9cb1a6-0f5e-4b8d-a9be-6a6e9f2b7d01",
                    "name": "prescription.tool-prescribed.v1",
                    "reason": "builtins.KeyError",
                    "attempts": 5,
                    "state": "waiting",
                    "failedAt": "2026-11-22T08:15:30.123Z",
                    "replayedAt": None,
                }
            ]
        }
    )

    id: UUID
    event_id: UUID | None
    name: str | None
    reason: str
    attempts: int
    state: State
    failed_at: Timestamp
    replayed_at: Timestamp | None


class DeadLetterPage(Page[DeadLetter]):
    """Latest first. `nextCursor` is null on the last page."""


def dead_letter_routes() -> APIRouter:
    """For a service's app, beside its own routers. Its worker does the replaying (shared.messaging.replays)."""
    router = APIRouter(prefix="/v1/dead-letters", tags=["Operations"])
    listing = problems(*STAFF_REFUSALS, CursorInvalid, InvalidInput, Unavailable)
    replaying = problems(*STAFF_REFUSALS, NotFound, DeadLetterReplayed, InvalidInput, Unavailable)
    router.get("", responses=listing)(list_dead_letters)
    router.post("/{letterId}/replay", status_code=202, responses=replaying)(replay_dead_letter)
    return router


async def list_dead_letters(
    operator: Operator,
    reader: Reader,
    state: Annotated[State | None, Query(description="Left out: all that are not handled yet")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> DeadLetterPage:
    """Messages that could not be handled"""
    rows = await _find(reader, state, decode_moment_cursor(cursor), limit + 1)
    items = [_letter(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return DeadLetterPage(
        items=items, next_cursor=encode_cursor(last.failed_at.isoformat(), str(last.id)) if last else None
    )


async def replay_dead_letter(operator: Operator, letter_id: LetterId, session: Session, now: Now) -> DeadLetter:
    """Have a message handled again

    Takes effect within seconds; asking twice is asking once. A message that fails again is `waiting` again, with its
    new reason.
    """
    letter = await _request_replay(session, letter_id, now)
    _logger.info("dead_letter_replay_requested", letter=str(letter_id), operator=operator.subject)
    return letter


async def _find(
    connection: AsyncConnection, state: State | None, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[Any]:
    wanted = select(dead_letter).where(*_IN_STATE[state])
    if after is not None:
        wanted = wanted.where(tuple_(_columns.failed_at, _columns.id) < tuple_(*after))
    latest_first = wanted.order_by(_columns.failed_at.desc(), _columns.id.desc()).limit(count)
    return (await connection.execute(latest_first)).all()


async def _request_replay(session: AsyncSession, letter_id: UUID, now: datetime) -> DeadLetter:
    """Raises NotFound or DeadLetterReplayed."""
    row = (await session.execute(_REQUEST, {"letter_id": letter_id, "now": now})).first()
    if row is not None:
        return _letter(row)
    known = (await session.execute(_EXISTS, {"letter_id": letter_id})).first()
    raise DeadLetterReplayed() if known else NotFound()


def _letter(row: Any) -> DeadLetter:
    values = dict(row._mapping)
    requested = values.pop("replay_requested_at")
    state: State = "replayed" if values["replayed_at"] else "replaying" if requested else "waiting"
    return DeadLetter(**values, state=state)
