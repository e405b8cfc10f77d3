"""The tools that one citizen may use, as `rules` says, in the words of a statement."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import Text

from helsetilbud_api.citizen.available.rules import Offered
from helsetilbud_api.citizen.filters import FILTERS, ToolFilters
from helsetilbud_api.citizen.models import User, citizen_tool, tool_copy
from helsetilbud_api.citizen.queries import trusted_level
from shared.access_rules import AGE_GROUPS, age_class, fitting_groups
from shared.events.catalog import ToolDocument
from shared.search import Position, Search, Searched

_DOCUMENT: Final = TypeAdapter(ToolDocument)
_SEARCHED: Final = Searched("tool_copy")
_LANGUAGE: Final = bindparam("language", type_=Text)
_LONG_TEXT: Final = func.coalesce(
    func.nullif(tool_copy.c.document["texts"][_LANGUAGE]["longText"].astext, ""),
    tool_copy.c.document["texts"]["nb"]["longText"].astext,
)
_TEXTS: Final = func.coalesce(tool_copy.c.texts[_LANGUAGE], tool_copy.c.texts["nb"])
_NAME: Final = tool_copy.c.texts["nb"]["name"].astext
_MINE: Final = and_(
    citizen_tool.c.citizen == bindparam("citizen"),
    citizen_tool.c.tool_id == tool_copy.c.tool_id,
    citizen_tool.c.state == "active",
)
_HAS_IT: Final = citizen_tool.c.tool_id.is_not(None)
_LISTED: Final = select(
    tool_copy.c.tool_id.label("key"),
    tool_copy.c.document,
    _TEXTS.label("texts"),
    _LONG_TEXT.label("long_text"),
    _NAME.label("name"),
    _HAS_IT.label("mine"),
).join(citizen_tool, _MINE, isouter=True)
_OFFERED: Final = (
    select(
        tool_copy.c.document,
        tool_copy.c.stopped,
        tool_copy.c.stop_category,
        _HAS_IT.label("mine"),
        trusted_level(bindparam("citizen", type_=Text)),
    )
    .join(citizen_tool, _MINE, isouter=True)
    .where(tool_copy.c.tool_id == bindparam("wanted"))
)


async def find_available(
    connection: AsyncConnection,
    user: User,
    language: str,
    filters: ToolFilters,
    search: Search | None,
    levels: Sequence[int],
    after: Position | None,
    missing: int,
) -> Sequence[Row[Any]]:
    """As `Searched.page`."""
    listed = _usable_by(user).where(*FILTERS.conditions(tool_copy.c.document, filters))
    statement = _SEARCHED.page(listed, levels, "name", "key", after, missing)
    values = {"citizen": user.citizen, "language": language} | (dict(search.values) if search else {})
    return (await connection.execute(statement, values)).all()


async def finds_any(connection: AsyncConnection, user: User, language: str, search: Search) -> bool:
    found = _usable_by(user).where(_SEARCHED.matches(is_relaxed=search.is_relaxed)).limit(1)
    values = {"citizen": user.citizen, "language": language, **search.values}
    return (await connection.execute(found, values)).first() is not None


async def find_offered(session: AsyncSession, citizen: str, tool_id: UUID) -> Offered | None:
    row = (await session.execute(_OFFERED, {"citizen": citizen, "wanted": tool_id})).first()
    if row is None:
        return None
    document, *rest = row
    return Offered(_DOCUMENT.validate_python(document) if document else None, *rest)


def _usable_by(user: User) -> Select[Any]:
    usable = or_(_HAS_IT, and_(*_open_to(user)))
    statement = _LISTED.where(tool_copy.c.document.is_not(None), ~tool_copy.c.stopped, usable)
    return statement.where(tool_copy.c.document["representativeMayUse"].as_boolean()) if user.represented else statement


def _open_to(user: User) -> list[ColumnElement[bool]]:
    document = tool_copy.c.document
    return [
        document["national"].as_boolean(),
        document["minimumAge"].as_integer() <= user.age,
        *_made_for(user),
    ]


def _made_for(user: User) -> list[ColumnElement[bool]]:
    """As `access_rules.is_for`."""
    fitting = fitting_groups(age_class(user.age), represented=user.represented)
    if fitting is None:
        return []
    groups = tool_copy.c.document["targetGroups"]
    return [or_(~groups.has_any(array(sorted(AGE_GROUPS))), groups.has_any(array(sorted(fitting))))]
