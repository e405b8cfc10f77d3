"""What operators do about dead letters (V4): read them, have them handled again, or discard them. The same on every
service that consumes events.
"""

from typing import Annotated, Any, Final, Self
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Query, Security
from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy import Row

from shared.app import Now
from shared.auth import STAFF_REFUSALS, Staff, staff
from shared.db import Reader, Session
from shared.errors import InvalidInput, NotFound, Unavailable, problems
from shared.exact import Id
from shared.messaging import dead_letter_queries as letters
from shared.messaging.dead_letter_queries import DeadLetterDiscarded, DeadLetterReplayed, State, Which, state_of
from shared.nationalid import HELD, holds_national_id
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor, encode_cursor
from shared.plain_text import one_line
from shared.schemas import RequestSchema, Schema, Timestamp

OPERATE: Final = "nhn:drift/operate"

LetterId = Annotated[Id, Path(alias="letterId")]
Operator = Annotated[Staff, Security(staff(OPERATE))]
_DEALT_WITH: Final = (*STAFF_REFUSALS, NotFound, DeadLetterReplayed, DeadLetterDiscarded, InvalidInput, Unavailable)

_logger = structlog.get_logger(__name__)


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
                    "discardedAt": None,
                    "discardReason": None,
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
    discarded_at: Timestamp | None
    discard_reason: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        values = {name: value for name, value in row._mapping.items() if name in cls.model_fields}
        return cls(**values, state=state_of(row))


class DeadLetterPage(Page[DeadLetter]):
    """Latest first. `nextCursor` is null on the last page."""


class ReplayOfAll(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"requested": 412}]})

    requested: Annotated[int, Field(description="How many are to be handled again")]


class Discarding(RequestSchema):
    """`reason` is kept with the letter."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "The tool was removed before it could be told of"}]}
    )

    reason: Annotated[str, Field(min_length=3, max_length=500), AfterValidator(one_line)]


def dead_letter_routes() -> APIRouter:
    """For a service's app, beside its own routers. Its worker does the replaying (shared.messaging.replays)."""
    router = APIRouter(prefix="/v1/dead-letters", tags=["Operations"])
    listing = problems(*STAFF_REFUSALS, CursorInvalid, InvalidInput, Unavailable)
    of_all = problems(*STAFF_REFUSALS, InvalidInput, Unavailable)
    router.get("", responses=listing)(list_dead_letters)
    router.post("/replay", status_code=202, responses=of_all)(replay_all_dead_letters)
    router.post("/{letterId}/replay", status_code=202, responses=problems(*_DEALT_WITH))(replay_dead_letter)
    router.post("/{letterId}/discard", responses=problems(*_DEALT_WITH))(discard_dead_letter)
    return router


async def list_dead_letters(
    operator: Operator,
    reader: Reader,
    state: Annotated[State | None, Query(description="Left out: all that nobody has dealt with")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> DeadLetterPage:
    """Messages that could not be handled"""
    rows = await letters.find_letters(reader, state, decode_moment_cursor(cursor), limit + 1)
    items = [DeadLetter.of(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return DeadLetterPage(
        items=items, next_cursor=encode_cursor(last.failed_at.isoformat(), str(last.id)) if last else None
    )


async def replay_dead_letter(operator: Operator, letter_id: LetterId, session: Session, now: Now) -> DeadLetter:
    """Have a message handled again

    Takes effect within seconds; asking twice is asking once. A message that fails again is `waiting` again, with its
    new reason.
    """
    row = await letters.request_replay(session, letter_id, now)
    _logger.info("dead_letter_replay_requested", letter=str(letter_id), operator=operator.subject)
    return DeadLetter.of(row)


async def replay_all_dead_letters(
    operator: Operator,
    session: Session,
    now: Now,
    name: Annotated[str | None, Query(max_length=200, description="Only those about this event")] = None,
    reason: Annotated[str | None, Query(max_length=500, description="Only those that died of exactly this")] = None,
) -> ReplayOfAll:
    """Have all that wait handled again

    Or those about one event, or with one reason. They are taken one after the other, the oldest request first.
    """
    requested = await letters.request_replay_of_all(session, Which(name, reason), now)
    _logger.info("dead_letters_replay_requested", count=requested, operator=operator.subject)
    return ReplayOfAll(requested=requested)


async def discard_dead_letter(
    operator: Operator, letter_id: LetterId, discarding: Discarding, session: Session, now: Now
) -> DeadLetter:
    """Leave a message undone, and say why

    It is kept with who and why, and is not counted as waiting any more.
    """
    if holds_national_id(discarding.reason):
        raise InvalidInput(errors=[{"pointer": "/body/reason", "code": "holds-national-id", "detail": HELD}])
    row = await letters.discard(session, letter_id, operator.subject, discarding.reason, now)
    _logger.info("dead_letter_discarded", letter=str(letter_id), operator=operator.subject)
    return DeadLetter.of(row)
