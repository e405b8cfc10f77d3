"""A search in one citizen's own tools."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Text, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from helsetilbud_api.citizen.filters import FILTERS
from helsetilbud_api.citizen.models import citizen_tool, freshness, tool_copy
from helsetilbud_api.citizen.queries import ToolFilter, trusted_level
from shared.search import Position, Search, Searched

_SEARCHED: Final = Searched("tool_copy")
_LANGUAGE: Final = bindparam("language", type_=Text)
_TEXTS: Final = func.coalesce(tool_copy.c.texts[_LANGUAGE], tool_copy.c.texts["nb"])
_NAME: Final = tool_copy.c.texts["nb"]["name"].astext
_NEW: Final = and_(citizen_tool.c.origin == "prescribed", citizen_tool.c.first_opened_at.is_(None))
_HEAD: Final = select(
    trusted_level(bindparam("citizen", type_=Text)),
    select(freshness.c.as_of).scalar_subquery().label("as_of"),
)
# as queries.SEEN_OF_YOUTH
_SEEN_OF_YOUTH: Final = and_(
    citizen_tool.c.origin == "prescribed", tool_copy.c.document["representativeMayUse"].as_boolean()
)
# As of queries.list_my_tools
_MY_TOOLS: Final = (
    select(
        citizen_tool.c.added_at.label("at"),
        citizen_tool.c.tool_id.label("key"),
        *(citizen_tool.c[name] for name in ("origin", "prescription_id", "prescriber_name", "prescriber_profession")),
        *(citizen_tool.c[name] for name in ("organisation", "organisation_name", "deadline")),
        *(citizen_tool.c[name] for name in ("first_opened_at", "last_opened_at")),
        tool_copy.c.stopped,
        tool_copy.c.stop_category,
        _TEXTS.label("texts"),
        _NAME.label("name"),
    )
    .join(tool_copy, tool_copy.c.tool_id == citizen_tool.c.tool_id)
    .where(citizen_tool.c.citizen == bindparam("citizen"), citizen_tool.c.state == "active")
)


async def find_head(connection: AsyncConnection, citizen: str) -> Row[str | None, datetime | None]:
    """The citizen's consent, as `trusted_level` has it; and how fresh the list is."""
    return (await connection.execute(_HEAD, {"citizen": citizen})).one()


async def find_my_tools(
    connection: AsyncConnection,
    citizen: str,
    language: str,
    wanted: ToolFilter,
    search: Search,
    levels: Sequence[int],
    after: Position | None,
    missing: int,
) -> Sequence[Row[Any]]:
    """As `Searched.page`."""
    listed = _MY_TOOLS.where(*_conditions(wanted))
    statement = _SEARCHED.page(listed, levels, "name", "key", after, missing)
    values = {"citizen": citizen, "language": language, **search.values}
    return (await connection.execute(statement, values)).all()


async def has_any(connection: AsyncConnection, citizen: str, language: str, search: Search, *, narrowed: bool) -> bool:
    """Narrowed as the list is: how far a search is relaxed must not tell of what is not seen."""
    seen = _conditions(ToolFilter(narrowed=narrowed))
    found: Select[Any] = _MY_TOOLS.where(*seen, _SEARCHED.matches(is_relaxed=search.is_relaxed)).limit(1)
    values = {"citizen": citizen, "language": language, **search.values}
    return (await connection.execute(found, values)).first() is not None


def _conditions(wanted: ToolFilter) -> list[ColumnElement[bool]]:
    conditions = FILTERS.conditions(tool_copy.c.document, wanted.of_tool)
    if wanted.new is not None:
        conditions.append(_NEW if wanted.new else ~_NEW)
    if wanted.origin is not None:
        conditions.append(citizen_tool.c.origin == wanted.origin)
    return conditions + ([_SEEN_OF_YOUTH] if wanted.narrowed else [])
