"""Every SELECT about a citizen's own tools and feed, each for one citizen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, bindparam, case, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import Boolean, DateTime, Integer, Interval, Text, Uuid

from helsetilbud_api.citizen.filters import ToolFilters
from helsetilbud_api.citizen.models import (
    CONSENTS,
    TRUSTED,
    UNKNOWN,
    MyTool,
    citizen_tool,
    consent_copy,
    feed_position,
    tool_copy,
)
from shared.events.catalog import ToolDocument
from shared.paging import encode_cursor

_DOCUMENT: Final = TypeAdapter(ToolDocument)
Position = tuple[datetime, UUID]
# before everything there is
_NEWEST: Final[Position] = (datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1))

_CONFIRMED: Final = exists().where(
    feed_position.c.feed == CONSENTS, feed_position.c.confirmed_at > func.now() - literal(TRUSTED, Interval)
)
# The same in a text, of the citizen as it is written there: the level, or UNKNOWN while the copy is too old to tell.
TRUSTED_LEVEL: Final = f"""(
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM feed_position
            WHERE feed = '{CONSENTS}' AND confirmed_at > now() - interval '{TRUSTED.total_seconds()} seconds'
        )
        THEN (SELECT c.level FROM consent_copy c WHERE c.citizen = {{citizen}})
        ELSE '{UNKNOWN}'
    END
)"""  # noqa: S608 - put together from constants


def trusted_level(citizen: ColumnElement[str]) -> ColumnElement[str | None]:
    """The citizen's level, None when nothing is known of it, or UNKNOWN while the copy is too old to tell."""
    level = select(consent_copy.c.level).where(consent_copy.c.citizen == citizen).scalar_subquery()
    return case((_CONFIRMED, level), else_=UNKNOWN).label("level")


# What a list says besides its items is found in the same round trip. Hidden lists have no items (S6).
_HEADED: Final = """
    SELECT head.level, head.as_of, page.*
    FROM (
        SELECT {level} AS level, (SELECT as_of FROM freshness) AS as_of
    ) head
    LEFT JOIN ({page}) page ON head.level = 'full'
    ORDER BY page.at DESC, page.key DESC
"""

# of whichever entries of the citizen $1, in the language $2
FEED_COLUMNS: Final = """
    e.occurred_at AS at, e.feed_event_id AS key, e.kind, e.tool_id, e.prescription_id, e.prescriber_name, e.notified,
    e.reason,
    coalesce(t.texts -> $2, t.texts -> 'nb') ->> 'name' AS tool_name, m.tool_id IS NOT NULL AS mine
"""
FEED_TABLES: Final = """
    feed_event e
    LEFT JOIN tool_copy t ON t.tool_id = e.tool_id
    LEFT JOIN citizen_tool m ON m.citizen = $1 AND m.tool_id = e.tool_id AND m.state = 'active'
"""
# What who acts for a young person sees, as `access_rules.is_seen_of_youth`: not what the catalogue has not told about.
SEEN_OF_YOUTH: Final = "coalesce((t.document -> 'representativeMayUse')::boolean, false)"
_FEED: Final = f"""
    SELECT head.level, head.as_of, page.*
    FROM (
        SELECT {TRUSTED_LEVEL.format(citizen="$1")} AS level, (SELECT as_of FROM freshness) AS as_of
    ) head
    LEFT JOIN (
        SELECT {FEED_COLUMNS}
        FROM {FEED_TABLES}
        WHERE e.citizen = $1 AND e.kind IS NOT NULL AND (e.occurred_at, e.feed_event_id) < ($3, $4)
            AND (NOT $6 OR (e.prescription_id IS NOT NULL AND {SEEN_OF_YOUTH}))
        ORDER BY e.occurred_at DESC, e.feed_event_id DESC
        LIMIT $5
    ) page ON head.level = 'full'
    ORDER BY page.at DESC, page.key DESC
"""  # noqa: S608 - put together from constants

_FEED_EVENT: Final = f"""
    SELECT head.level, page.*
    FROM (SELECT {TRUSTED_LEVEL.format(citizen="$1")} AS level) head
    LEFT JOIN (
        SELECT {FEED_COLUMNS}, e.has_message
        FROM {FEED_TABLES}
        WHERE e.citizen = $1 AND e.feed_event_id = $3 AND e.kind IS NOT NULL
            AND (NOT $4 OR (e.prescription_id IS NOT NULL AND {SEEN_OF_YOUTH}))
    ) page ON head.level = 'full'
"""  # noqa: S608 - put together from constants

_MY_TOOLS: Final = (
    text(
        _HEADED.format(
            level=TRUSTED_LEVEL.format(citizen=":citizen"),
            page=f"""
        SELECT m.added_at AS at, m.tool_id AS key, m.origin, m.prescription_id, m.prescriber_name,
               m.prescriber_profession, m.organisation, m.organisation_name, m.deadline, m.first_opened_at,
               m.last_opened_at, coalesce(t.stopped, false) AS stopped, t.stop_category,
               coalesce(t.texts -> :language, t.texts -> 'nb') AS texts, m.has_message,
               CASE WHEN :tool_id IS NOT NULL THEN coalesce(
                   nullif(t.document #>> ARRAY['texts', :language, 'longText'], ''),
                   t.document #>> '{{texts,nb,longText}}'
               ) END AS long_text
        FROM citizen_tool m
        LEFT JOIN tool_copy t ON t.tool_id = m.tool_id
        WHERE m.citizen = :citizen AND m.state = 'active' AND (m.added_at, m.tool_id) < (:at, :key)
            AND (:tool_id IS NULL OR m.tool_id = :tool_id)
            AND (:new IS NULL OR :new = (m.origin = 'prescribed' AND m.first_opened_at IS NULL))
            AND (:origin IS NULL OR m.origin = :origin)
            AND (NOT :narrowed OR (m.origin = 'prescribed' AND {SEEN_OF_YOUTH}))
            AND (:purpose IS NULL OR t.document ->> 'purpose' = ANY(:purpose))
            AND (:kind IS NULL OR t.document ->> 'kind' = ANY(:kind))
            AND (:subject_area IS NULL OR t.document -> 'subjectAreas' ?| :subject_area)
            AND (:target_group IS NULL OR t.document -> 'targetGroups' ?| :target_group)
            AND (:speaks IS NULL OR t.document -> 'languages' ?| :speaks)
            AND (:login_required IS NULL OR CAST(t.document -> 'loginRequired' AS boolean) = :login_required)
            AND (:prescription_required IS NULL
                OR CAST(t.document -> 'prescriptionRequired' AS boolean) = :prescription_required)
        ORDER BY m.added_at DESC, m.tool_id DESC
        LIMIT :count
    """,  # noqa: S608 - put together from constants
        )
    )
    .bindparams(
        bindparam("citizen", type_=Text),
        bindparam("language", type_=Text),
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("key", type_=Uuid),
        bindparam("count", type_=Integer),
        bindparam("tool_id", type_=Uuid),
        bindparam("new", type_=Boolean),
        bindparam("origin", type_=Text),
        bindparam("narrowed", type_=Boolean),
        *(bindparam(name, type_=ARRAY(Text)) for name in ("purpose", "kind", "subject_area", "target_group", "speaks")),
        *(bindparam(name, type_=Boolean) for name in ("login_required", "prescription_required")),
    )
    .columns(texts=JSONB)
)

_LOCKED: Final = (
    select(
        citizen_tool.c.state,
        citizen_tool.c.prescription_id,
        trusted_level(citizen_tool.c.citizen),
        tool_copy.c.stopped,
        tool_copy.c.stop_category,
        tool_copy.c.document,
    )
    .outerjoin(tool_copy, tool_copy.c.tool_id == citizen_tool.c.tool_id)
    .where(citizen_tool.c.citizen == bindparam("citizen"), citizen_tool.c.tool_id == bindparam("tool_id"))
    .with_for_update(of=citizen_tool)
)

_VERSIONS: Final = select(consent_copy.c.citizen, consent_copy.c.version).where(
    consent_copy.c.citizen == func.any(bindparam("citizens", type_=ARRAY(Text)))
)
_WAITING_LOCALLY: Final = text("SELECT count(*) FROM local_message")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, one more than asked for when there are more; and what the whole list says.

    `level` is the citizen's consent, None when nothing is known of it, UNKNOWN when the copy is too old to tell.
    `as_of` is None before the first worker has run. `cursor` to the next page is there where it is not that of the
    last row's time, or is made already.
    """

    rows: Sequence[Any]
    level: str | None
    as_of: datetime | None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ToolFilter:
    """`narrowed` is to what who acts for a young person sees; `of_tool` what is asked of the tool itself."""

    new: bool | None = None
    origin: str | None = None
    narrowed: bool = False
    of_tool: ToolFilters = field(default_factory=ToolFilters)


async def list_feed(
    connection: asyncpg.Connection,
    citizen: str,
    language: str,
    after: Position | None,
    limit: int,
    *,
    narrowed: bool = False,
) -> Found:
    """M4, newest first; narrowed to what who acts for a young person sees. By the driver's own connection: the feed is
    read at every login.
    """
    at, key = after or _NEWEST
    rows = await connection.fetch(_FEED, citizen, language, at, key, limit + 1, narrowed)
    head, last = rows[0], rows[min(limit, len(rows)) - 1]
    cursor = encode_cursor(last["at"].isoformat(), str(last["key"])) if len(rows) > limit else None
    return Found(rows if head["key"] else (), head["level"], head["as_of"], cursor)


async def get_feed_event(
    connection: asyncpg.Connection, citizen: str, language: str, key: UUID, *, narrowed: bool = False
) -> asyncpg.Record:
    """As in the list; there is always a row, whose `key` is None when it is not the citizen's or they are hidden."""
    found: asyncpg.Record = await connection.fetchrow(_FEED_EVENT, citizen, language, key, narrowed)
    return found


async def list_my_tools(
    connection: AsyncConnection,
    citizen: str,
    language: str,
    *,
    wanted: ToolFilter = ToolFilter(),
    tool_id: UUID | None = None,
    after: Position | None = None,
    limit: int = 1,
) -> Found:
    """M1, newest first; with `tool_id` that one, if it is the citizen's."""
    at, key = after or _NEWEST
    values = {"citizen": citizen, "language": language, "at": at, "key": key, "count": limit + 1, "tool_id": tool_id}
    of_tool = wanted.of_tool
    filters = {
        "new": wanted.new,
        "origin": wanted.origin,
        "narrowed": wanted.narrowed,
        "purpose": of_tool.purpose or None,
        "kind": of_tool.kind or None,
        "subject_area": of_tool.subject_area or None,
        "target_group": of_tool.target_group or None,
        "speaks": of_tool.language or None,
        "login_required": of_tool.login_required,
        "prescription_required": of_tool.prescription_required,
    }
    return _found((await connection.execute(_MY_TOOLS, values | filters)).all())


def _found(rows: Sequence[Row[Any]]) -> Found:
    """There is always a row; without items it holds the head alone."""
    return Found(rows if rows[0].key else (), rows[0].level, rows[0].as_of)


async def lock_my_tool(session: AsyncSession, citizen: str, tool_id: UUID) -> MyTool | None:
    """Held until the transaction ends, so that opening and deleting do not pass each other."""
    row = (await session.execute(_LOCKED, {"citizen": citizen, "tool_id": tool_id})).first()
    if row is None:
        return None
    document = _DOCUMENT.validate_python(row.document) if row.document else None
    return MyTool(row.state, row.prescription_id, row.level, row.stopped, row.stop_category, document)


async def consent_versions(session: AsyncSession, citizens: Sequence[str]) -> dict[str, int]:
    """Of those of them whose level is known here."""
    rows = await session.execute(_VERSIONS, {"citizens": citizens})
    return {row.citizen: row.version for row in rows}


async def count_local_messages(connection: AsyncConnection) -> int:
    """What has been handed to this service and not been handled, in the set-up without a broker."""
    waiting: int = (await connection.execute(_WAITING_LOCALLY)).scalar_one()
    return waiting
