"""The tools that a practitioner may see, and a search in them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api.models import tool_copy
from prescription_api.prescribable.schemas import PrescribableFilters
from shared.search import DocumentFilters, Position, Search, Searched

_SEARCHED: Final = Searched("tool_copy")
# Stopped tools are not listed, nor those of which only the stop is known
_SHOWN: Final = tool_copy.c.document.is_not(None), ~tool_copy.c.stopped
_FILTERS: Final = DocumentFilters(
    one_of={"purpose": "purpose", "kind": "kind"},
    some_of={"subject_area": "subjectAreas", "target_group": "targetGroups", "language": "languages"},
    yes_or_no={
        "national": "national",
        "login_required": "loginRequired",
        "prescription_required": "prescriptionRequired",
    },
)


async def find_tools(
    connection: AsyncConnection,
    filters: PrescribableFilters,
    search: Search | None,
    levels: Sequence[int],
    after: Position | None,
    missing: int,
) -> Sequence[Row[Any]]:
    """As `Searched.page`."""
    name, tool_id, document = tool_copy.c.name, tool_copy.c.tool_id, tool_copy.c.document
    listed = select(tool_id, name, document).where(*_SHOWN, *_FILTERS.conditions(document, filters))
    statement = _SEARCHED.page(listed, levels, "name", "tool_id", after, missing)
    return (await connection.execute(statement, search.values if search else {})).all()


async def finds_any(connection: AsyncConnection, search: Search) -> bool:
    found = _SEARCHED.matches(is_relaxed=search.is_relaxed)
    statement = select(func.count()).select_from(tool_copy).where(*_SHOWN, found)
    return bool(await connection.scalar(statement, search.values))
