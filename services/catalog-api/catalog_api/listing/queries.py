"""The tools of a list, and of a search in it (K5). Each statement is made once for each way of asking."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import CompoundSelect, FromClause

from catalog_api.audience import Audience
from catalog_api.models import IMAGE_URL, PUBLISHED, Tool
from catalog_api.schemas import ToolFilters
from shared.search import Position, Search, Searched
from shared.statements import DriverStatement, Record

_SEARCHED: Final = Searched("tool")
# as shared.schemas.rfc3339 writes it
_RFC3339: Final = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
_SORT: Final = {"nb": Tool.sort_nb, "nn": Tool.sort_nn, "en": Tool.sort_en}

# filter to column
_ONE_OF: Final = {"purpose": "purpose", "kind": "kind"}
_SOME_OF: Final = {"subject_area": "subject_areas", "target_group": "target_groups", "language": "languages"}
_YES_OR_NO: Final = ("national", "login_required", "prescription_required")
_FACETS: Final = (*_ONE_OF, *_SOME_OF, *_YES_OR_NO)
# the rank, the name and the id that a page begins behind
_BEHIND: Final = (
    bindparam("after_rank", type_=Integer),
    bindparam("after_sort", type_=Text),
    bindparam("after_id", type_=Uuid),
)

Asked: TypeAlias = dict[str, Any]


async def find_tools(
    connection: AsyncConnection,
    audience: Audience,
    filters: ToolFilters,
    language: str,
    search: Search | None,
    levels: Sequence[int],
    after: Position | None,
    missing: int,
) -> Sequence[Record]:
    """So many at most of these levels of the search, by rank and name, from behind `after`."""
    asked = _asked(filters)
    values = {**asked, **_searched(search), **(_behind(after) if after else {}), "missing": missing}
    statement = _page(audience, tuple(asked), language, tuple(levels), is_first=after is None)
    return await statement.fetch(connection, values)


def _behind(after: Position) -> Asked:
    return {"after_rank": after.rank, "after_sort": after.sort, "after_id": after.key}


@lru_cache(maxsize=512)
def _page(
    audience: Audience, asked: tuple[str, ...], language: str, levels: tuple[int, ...], *, is_first: bool
) -> DriverStatement:
    listed = literal_column(f"tool.listed_{language}", Text).label("listed")
    columns: list[Any] = [Tool.tool_id, Tool.image_tag, Tool.published_at, Tool.updated_at, listed]
    tools = select(*columns, _SORT[language].label("sort")).where(
        _shown(audience), *_conditions(Tool.__table__, asked).values()
    )
    after, missing = None if is_first else _BEHIND, bindparam("missing", type_=Integer)
    page = _SEARCHED.page(tools, levels, "sort", "tool_id", after, missing).subquery("page").c
    shown = select(page.tool_id, _listed(page), page.rank, page.sort)
    return DriverStatement(shown.order_by(page.rank, page.sort, page.tool_id))


def _listed(page: Any) -> ColumnElement[str]:
    """JSON as it is answered, made of the rows of a page only. Most is stored as text: to make it anew takes as long as
    to find it.
    """
    image = case((page.image_tag.is_not(None), func.format(f'"{IMAGE_URL}"', page.tool_id)), else_="null")
    times = (func.to_char(func.timezone("UTC", time), _RFC3339) for time in (page.published_at, page.updated_at))
    listed: ColumnElement[str] = page.listed + func.format(
        ',"imageUrl":%s,"publishedAt":"%s","updatedAt":"%s"}', image, *times
    )
    return listed.label("listed")


async def finds_any(connection: AsyncConnection, audience: Audience, search: Search) -> bool:
    """Whether this audience would be shown a tool by this search without filters."""
    return bool(await connection.scalar(_any(audience, search.is_relaxed), _searched(search)))


@lru_cache(maxsize=512)
def _any(audience: Audience, is_relaxed: bool) -> Select[int]:
    return select(func.count()).select_from(Tool).where(_shown(audience), _SEARCHED.matches(is_relaxed=is_relaxed))


async def count_facets(
    connection: AsyncConnection, audience: Audience, filters: ToolFilters, search: Search | None
) -> dict[str, dict[str, int]]:
    """Per filter and value, how many tools there would be with that value and the *other* filters as they are."""
    asked = _asked(filters)
    statement = _counts(audience, tuple(asked), search.is_relaxed if search else None)
    found: dict[str, dict[str, int]] = {name: {} for name in _FACETS}
    for row in (await connection.execute(statement, {**asked, **_searched(search)})).all():
        found[row.facet][row.code] = row.tools
    return found


@lru_cache(maxsize=512)
def _counts(audience: Audience, asked: tuple[str, ...], is_relaxed: bool | None) -> CompoundSelect[str, str, int]:
    """`is_relaxed` of a search, None without one."""
    matches = true() if is_relaxed is None else _SEARCHED.matches(is_relaxed=is_relaxed)
    columns = [Tool.__table__.c[column] for column in (*_ONE_OF.values(), *_SOME_OF.values(), *_YES_OR_NO)]
    found = select(*columns).where(_shown(audience), matches).cte("found")
    conditions = _conditions(found, asked)
    return union_all(*(_count(name, _value(found, name), conditions) for name in _FACETS))


def _value(found: FromClause, name: str) -> ColumnElement[str]:
    if name in _SOME_OF:
        return func.unnest(found.c[_SOME_OF[name]])
    return cast(found.c[name], Text) if name in _YES_OR_NO else type_coerce(found.c[name], Text)


def _count(
    name: str, value: ColumnElement[str], conditions: Mapping[str, ColumnElement[bool]]
) -> Select[str, str, int]:
    others = [condition for other, condition in conditions.items() if other != name]
    columns = literal(name).label("facet"), value.label("code"), func.count().label("tools")
    return select(*columns).where(*others).group_by("code")


def _shown(audience: Audience) -> ColumnElement[bool]:
    """K5."""
    if audience.everything:
        return Tool.status == PUBLISHED
    if not audience.organisations:
        return and_(Tool.status == PUBLISHED, Tool.national)
    return and_(Tool.status == PUBLISHED, or_(Tool.national, Tool.audience.overlap(list(audience.organisations))))


def _conditions(columns: FromClause, asked: tuple[str, ...]) -> dict[str, ColumnElement[bool]]:
    """What a tool must fulfil, by the name of the filter that asks for it."""
    several = {name: bindparam(name, type_=ARRAY(Text)) for name in asked if name not in _YES_OR_NO}
    return {
        **{name: columns.c[_ONE_OF[name]] == any_(several[name]) for name in asked if name in _ONE_OF},
        **{name: columns.c[_SOME_OF[name]].overlap(several[name]) for name in asked if name in _SOME_OF},
        **{name: columns.c[name] == bindparam(name, type_=Boolean) for name in asked if name in _YES_OR_NO},
    }


def are_asked(filters: ToolFilters) -> bool:
    return bool(_asked(filters))


def _asked(filters: ToolFilters) -> Asked:
    return {name: wanted for name in _FACETS if (wanted := getattr(filters, name)) not in (None, [])}


def _searched(search: Search | None) -> Asked:
    return search.values if search else {}
