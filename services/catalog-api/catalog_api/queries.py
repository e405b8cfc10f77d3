"""Every SELECT of the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import QueryableAttribute, aliased

from catalog_api.audience import Audience
from catalog_api.models import PUBLISHED, STOPPED, Tool, ToolChange, ToolRevision
from catalog_api.schemas import ToolFilters

# "catalog" in ASCII
_TURN: Final = 0x636174616C6F67
_TAKE_TURN: Final = select(func.pg_advisory_xact_lock(_TURN))
_STAND: Final = select(ToolChange.sequence, ToolChange.changed_at).order_by(ToolChange.sequence.desc()).limit(1)
_KNOWN: Final = select(Tool.tool_id)

# The newest sequence of the feed and its time: with the time, a feed that was set back and refilled is another one.
Stand: TypeAlias = tuple[int, datetime | None]
NOTHING: Final[Stand] = (0, None)

_TOOL: Final = select(
    Tool.document,
    Tool.status,
    Tool.stop_category,
    Tool.national,
    Tool.audience,
    Tool.image_tag,
    Tool.published_at,
    Tool.updated_at,
).where(Tool.tool_id == bindparam("tool_id"))

_BEFORE: Final = aliased(ToolRevision)
_CHANGES: Final = (
    select(ToolChange.sequence, ToolChange.tool_id, ToolChange.revision, ToolChange.changed_at)
    .join(ToolRevision, and_(ToolRevision.tool_id == ToolChange.tool_id, ToolRevision.revision == ToolChange.revision))
    .where(ToolChange.sequence > bindparam("after"))
    .order_by(ToolChange.sequence)
    .limit(bindparam("limit"))
)

_SORT: Final = {"nb": Tool.sort_nb, "nn": Tool.sort_nn, "en": Tool.sort_en}

# by how much of it the words are found in: the name, name and keywords, the texts
RANKS: Final = range(3)

_ONE_OF: Final = {"purpose": Tool.purpose, "kind": Tool.kind}
_SOME_OF: Final = {"subject_area": Tool.subject_areas, "target_group": Tool.target_groups, "language": Tool.languages}
_YES_OR_NO: Final = {
    "national": Tool.national,
    "login_required": Tool.login_required,
    "prescription_required": Tool.prescription_required,
}
_FACETS: Final[dict[str, ColumnElement[str]]] = {
    **{name: type_coerce(column, Text) for name, column in _ONE_OF.items()},
    **{name: func.unnest(column) for name, column in _SOME_OF.items()},
    **{name: cast(column, Text) for name, column in _YES_OR_NO.items()},
}


async def take_turn(session: AsyncSession) -> None:
    """Writers of the catalogue go one at a time, until the end of the transaction.

    A statement of its own: the ones after it see what the writer before has committed.
    """
    await session.execute(_TAKE_TURN)


async def next_sequence(session: AsyncSession) -> int:
    """For whoever has the turn: without gaps, and none becomes visible after a later one."""
    return (await session.scalar(_STAND) or 0) + 1


async def find_stand(connection: AsyncConnection) -> Stand:
    newest = (await connection.execute(_STAND)).first()
    return (newest.sequence, newest.changed_at) if newest else NOTHING


async def known_tools(session: AsyncSession) -> set[UUID]:
    return set((await session.execute(_KNOWN)).scalars())


async def find_tool(connection: AsyncConnection, tool_id: UUID) -> Row[Any] | None:
    return (await connection.execute(_TOOL, {"tool_id": tool_id})).first()


async def find_changes(connection: AsyncConnection, audience: Audience, after: int, limit: int) -> Sequence[Row[Any]]:
    """One more than `limit`, when there is one more. A tool that is no longer for this audience is stopped to it."""
    now, before = _is_for(audience, ToolRevision.document), _is_for(audience, _BEFORE.document)
    gone = or_(ToolChange.change == STOPPED, ~now)
    statement = _CHANGES.add_columns(
        case((now, ToolChange.change), else_=STOPPED).label("change"),
        case((now, ToolChange.category)).label("category"),
        case((gone, null()), else_=ToolRevision.document).label("document"),
    )
    if not audience.everything:
        earlier = and_(_BEFORE.tool_id == ToolChange.tool_id, _BEFORE.revision == ToolChange.revision - 1)
        statement = statement.outerjoin(_BEFORE, earlier).where(or_(now, before))
    return (await connection.execute(statement, {"after": after, "limit": limit + 1})).all()


def _is_for(audience: Audience, document: QueryableAttribute[dict[str, Any]]) -> ColumnElement[bool]:
    """A document without its table, as of a revision; null when there is none."""
    if audience.everything:
        return true()
    own = cast(list(audience.organisations), ARRAY(Text))
    return or_(document["national"].as_boolean(), func.tool_audience(document).op("&&", is_comparison=True)(own))


def _shown(audience: Audience) -> ColumnElement[bool]:
    """K5."""
    if audience.everything:
        return Tool.status == PUBLISHED
    if not audience.organisations:
        return and_(Tool.status == PUBLISHED, Tool.national)
    return and_(Tool.status == PUBLISHED, or_(Tool.national, Tool.audience.overlap(list(audience.organisations))))


async def find_tools(
    connection: AsyncConnection,
    audience: Audience,
    filters: ToolFilters,
    language: str,
    after: tuple[int, str, UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """By rank and name, from behind `after` (rank, sort key, id); one more than `limit`, when there is one more."""
    rank, sort = _rank(filters.words), _SORT[language]
    columns = Tool.tool_id, Tool.document, Tool.image_tag, Tool.published_at, Tool.updated_at
    order = [rank, sort, Tool.tool_id] if filters.words else [sort, Tool.tool_id]
    conditions = list(_conditions(filters).values())
    if after is not None:
        conditions.append(tuple_(*order) > tuple_(*after[-len(order) :]))
    statement = select(*columns, rank.label("rank"), sort.label("sort")).where(_shown(audience), *conditions)
    rows: Sequence[Row[Any]] = (await connection.execute(statement.order_by(*order).limit(limit + 1))).all()
    return rows


def _rank(words: Sequence[str]) -> ColumnElement[int]:
    """0 when the name holds every word, 1 when name and keywords do, 2 when the texts are needed."""
    if not words:
        return literal(0)
    in_name = [Tool.search_name.contains(w, autoescape=True) for w in words]
    in_keywords = [Tool.search_keywords.contains(w, autoescape=True) for w in words]
    either = [or_(*pair) for pair in zip(in_name, in_keywords, strict=True)]
    return case((and_(*in_name), 0), (and_(*either), 1), else_=2)


def _conditions(filters: ToolFilters) -> dict[str, ColumnElement[bool]]:
    """What a tool must fulfil, by the name of the filter that asks for it."""
    asked = {name: wanted for name in _FACETS if (wanted := getattr(filters, name)) not in (None, [])}
    return {
        **{f"word {n}": Tool.search_text.contains(word, autoescape=True) for n, word in enumerate(filters.words)},
        **{name: column.in_(asked[name]) for name, column in _ONE_OF.items() if name in asked},
        **{name: column.overlap(asked[name]) for name, column in _SOME_OF.items() if name in asked},
        **{name: column.is_(asked[name]) for name, column in _YES_OR_NO.items() if name in asked},
    }


async def count_facets(
    connection: AsyncConnection, audience: Audience, filters: ToolFilters
) -> dict[str, dict[str, int]]:
    """Per filter and value, how many tools there would be with that value and the *other* filters as they are."""
    conditions = {"audience": _shown(audience)} | _conditions(filters)
    counts = union_all(*(_count(name, value, conditions) for name, value in _FACETS.items()))
    found: dict[str, dict[str, int]] = {name: {} for name in _FACETS}
    for row in (await connection.execute(counts)).all():
        found[row.facet][row.code] = row.tools
    return found


def _count(
    name: str, value: ColumnElement[str], conditions: Mapping[str, ColumnElement[bool]]
) -> Select[str, str, int]:
    others = [condition for other, condition in conditions.items() if other != name]
    columns = literal(name).label("facet"), value.label("code"), func.count().label("tools")
    return select(*columns).where(*others).group_by("code")
