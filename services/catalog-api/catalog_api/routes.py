"""What anyone may read (K5, K6): HTTP only."""

from functools import cache
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from catalog_api import codes, queries
from catalog_api.answers import Answer, PublicRead
from catalog_api.audience import Reading
from catalog_api.conditional import READ
from catalog_api.errors import CodeListNotFound, ToolNotFound, ToolWithdrawn
from catalog_api.listing import service
from catalog_api.listing.queries import count_facets
from catalog_api.models import STOPPED
from catalog_api.rendering import (
    render_changes,
    render_code_list,
    render_code_lists,
    render_facets,
    render_page,
    render_tool,
)
from catalog_api.schemas import ChangeFeed, CodeListDetails, CodeLists, ToolDetails, ToolFilters, ToolPage
from shared.auth import HELSEID_REFUSALS
from shared.db import Reader
from shared.errors import problems
from shared.exact import Id
from shared.http import IfNoneMatch
from shared.language import best_language
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_position

# A list may be shown again for a second; a tool's page and the change feed are asked for anew each time, at the price
# of a 304, because what a reader does with them must know that a tool is stopped (K4).
_FOR_A_SECOND: Final = "public, max-age=1"
_ASK_AGAIN: Final = "public, no-cache"
_FOR_MINUTES: Final = "public, max-age=300"
_LARGEST_SEQUENCE: Final = 2**63 - 1

AcceptLanguage = Annotated[
    str | None, Header(alias="Accept-Language", max_length=500, description="`nb` (default), `nn`, `en`")
]


async def _language(accept_language: AcceptLanguage = None) -> str:
    return best_language(accept_language)  # async all the same: FastAPI takes a thread for a plain function


async def _documented(if_none_match: IfNoneMatch = None) -> None:
    """For the contract's sake: PublicRead itself reads the header, before anything else is done."""


Language = Annotated[str, Depends(_language)]
ToolId = Annotated[Id, Path(alias="toolId")]

tools = APIRouter(prefix="/v1/tools", tags=["Tools"], route_class=PublicRead, dependencies=[Depends(_documented)])
code_lists = APIRouter(prefix="/v1/code-lists", tags=["Code lists"])


@tools.get(
    "",
    summary="List and search tools",
    response_model=ToolPage,
    responses=READ | problems(*HELSEID_REFUSALS, CursorInvalid),
)
async def list_tools(
    filters: Annotated[ToolFilters, Query()], language: Language, audience: Reading, request: Request
) -> Response:
    """Published tools, by name in the language asked for; with `q`, those that are about it, the best first. The pages
    of a search go on in the catalogue as it was when the first was asked for. Stopped tools are not listed. Those for
    named organisations are shown to callers whose token says that they belong to one of them.
    """
    state, facets = request.app.state, None  # as dependencies they would be a tenth of a search
    async with state.database.reader() as reader:
        found = await service.list_tools(reader, state.vocabulary, audience, filters, language)
        if filters.facets:
            facets = render_facets(await count_facets(reader, audience, filters, found.search), language)
    return Answer.of(render_page(found, facets, language), _FOR_A_SECOND, language).response()


@tools.get(
    "/changes",
    summary="Follow the catalogue's changes",
    response_model=ChangeFeed,
    responses=READ | problems(*HELSEID_REFUSALS, CursorInvalid),
)
async def list_tool_changes(
    reader: Reader, audience: Reading, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """Every change there has been, in order and without gaps; from the beginning without a cursor. Ask again with
    `nextCursor`, at once while `more` is true, else every few seconds. Tools for named organisations are in it for
    callers whose token says that they belong to one of them, and for those with the scope `nhn:verktoykatalog/copy`. A
    tool that is no longer for the caller is `stopped` without a category. `cursor-invalid` means: start from the
    beginning.
    """
    after = _feed_position(cursor)
    rows = await queries.find_changes(reader, audience, after, limit)
    if not rows and after > (await queries.find_stand(reader))[0]:
        raise CursorInvalid()  # of a feed that has been set back since, by a restored backup say
    return Answer.of(render_changes(rows, after, limit), _ASK_AGAIN).response()


def _feed_position(cursor: str | None) -> int:
    """Kept by readers for as long as they follow: whatever they ask beside it, and since the first release."""
    (after,) = decode_position(cursor, int) or (0,)
    if not 0 <= after <= _LARGEST_SEQUENCE:
        raise CursorInvalid()
    return int(after)


@tools.get(
    "/{toolId}",
    summary="Get one tool",
    response_model=ToolDetails,
    responses=READ | problems(*HELSEID_REFUSALS, ToolNotFound, ToolWithdrawn),
)
async def get_tool(tool_id: ToolId, reader: Reader, language: Language, audience: Reading) -> Response:
    """Its texts in the language asked for, and in every language under `texts`. A stopped tool is 410, with why."""
    row = await queries.find_tool(reader, tool_id)
    if row is None or not audience.includes(row.national, row.audience):
        raise ToolNotFound()
    if row.status == STOPPED:
        raise ToolWithdrawn(row.stop_category)
    return Answer.of(render_tool(row, language), _ASK_AGAIN, language).response()


@code_lists.get("", summary="List the code lists", response_model=CodeLists, responses=READ)
async def list_code_lists(language: Language, if_none_match: IfNoneMatch = None) -> Response:
    """Their names and titles. The codes of the filters are in them, and of what is published about tools."""
    return _code_lists(language).response(if_none_match)


@cache
def _code_lists(language: str) -> Answer:
    return Answer.of(render_code_lists(language), _FOR_MINUTES, language)


@code_lists.get(
    "/{name}",
    summary="Get one code list",
    response_model=CodeListDetails,
    responses=READ | problems(CodeListNotFound),
)
async def get_code_list(
    name: Annotated[str, Path(max_length=50)], language: Language, if_none_match: IfNoneMatch = None
) -> Response:
    """Each code with its name in the language asked for and in every language, in the order to show them in."""
    if name not in codes.NAMES:
        raise CodeListNotFound()
    return _code_list(name, language).response(if_none_match)


@cache
def _code_list(name: str, language: str) -> Answer:
    return Answer.of(render_code_list(name, codes.code_lists()[name], language), _FOR_MINUTES, language)
