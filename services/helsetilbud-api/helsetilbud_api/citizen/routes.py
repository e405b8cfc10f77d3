"""HTTP only: takes the citizen and a connection, calls one use case or query, answers."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response, Security

from helsetilbud_api.citizen import queries, service
from helsetilbud_api.citizen.errors import (
    ConsentUnknown,
    FeedEventNotFound,
    ToolNotForRepresentatives,
    ToolNotInMyTools,
    ToolNotReady,
    ToolsHidden,
    ToolWithdrawn,
    TooYoungForTool,
)
from helsetilbud_api.citizen.filters import MyToolFilters
from helsetilbud_api.citizen.launching.permission import require_shown
from helsetilbud_api.citizen.models import check_shown, leaves_out_own
from helsetilbud_api.citizen.queries import ToolFilter
from helsetilbud_api.citizen.rendering import (
    render_feed_event,
    render_feed_event_page,
    render_my_tool,
    render_my_tool_page,
    render_page,
    tagged,
)
from helsetilbud_api.citizen.schemas import Feed, FeedEventPage, MyToolPage, MyTools, OpenedTool
from helsetilbud_api.citizen.searching.service import search_my_tools
from helsetilbud_api.citizen.service import message_for
from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from helsetilbud_api.clients.permissions import Permissions
from helsetilbud_api.clients.prescriptions import CurrentMessages
from shared.app import Now
from shared.auth import CITIZEN_REFUSALS, REPRESENTATION_REFUSALS, Citizen, RepresentationNotAllowed, acting
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import InvalidInput, Unavailable, problems
from shared.exact import Id
from shared.http import BodyTooLarge, IfNoneMatch
from shared.idempotency import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, repeatable
from shared.language import best_language
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_moment_cursor
from shared.search import CurrentVocabulary

# the citizen, or whoever may act for them, as consent-api says on every request (S5)
Me = Annotated[Citizen, Security(acting("health-care", "read"))]
MeChanging = Annotated[Citizen, Security(acting("health-care", "change"))]
ToolId = Annotated[Id, Path(alias="toolId")]

OWN: Final = (*CITIZEN_REFUSALS, *REPRESENTATION_REFUSALS, Unavailable, InvalidInput)
READ: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "headers": {
            "ETag": {"description": "Weak; `freshness` is not part of it", "schema": {"type": "string"}},
            "Content-Language": {"description": "Of the texts", "schema": {"type": "string"}},
        }
    },
    304: {"description": "Nothing but `freshness` has changed since the answer with the ETag in If-None-Match"},
}

router = APIRouter(prefix="/v1/me")


def _visible(me: Citizen, asked: MyToolFilters) -> ToolFilter:
    """What a young person uses alone is not for their parents. Raises RepresentationNotAllowed when asked for what they
    have added.
    """
    if not leaves_out_own(me):
        return ToolFilter(asked.new, asked.origin, of_tool=asked)
    if asked.origin == "self-added":
        raise RepresentationNotAllowed("young-persons-own")
    return ToolFilter(asked.new, asked.origin, narrowed=True, of_tool=asked)


@router.get(
    "/tools",
    tags=["My tools"],
    summary="List my tools",
    response_model=MyTools,
    responses=READ | problems(*OWN, ConsentUnknown, CursorInvalid),
)
async def list_my_tools(
    me: Me,
    filters: Annotated[MyToolFilters, Query()],
    reader: Reader,
    vocabulary: CurrentVocabulary,
    request: Request,
    known: IfNoneMatch = None,
) -> Response:
    """Prescribed and self-added, the newest first; with `q` those that are about it, the best first. Filters are those
    of all tools, of the tool as the catalogue has it now. A prescribed one is `new` until it is first opened. A tool
    that the catalogue has withdrawn is still listed, as `withdrawn`. Parents of somebody of 12 to 15 see what was
    prescribed and a representative may use; the rest is the young person's own.
    """
    language = best_language(request.headers.get("accept-language"))
    citizen, wanted, limit = me.acting_for, _visible(me, filters), filters.limit
    if filters.q:
        found = await search_my_tools(reader, vocabulary, citizen, language, wanted, filters.q, filters.cursor, limit)
    else:
        after = decode_moment_cursor(filters.cursor)
        found = await queries.list_my_tools(reader, citizen, language, wanted=wanted, after=after, limit=limit)
    return render_page(found, limit, language, render_my_tool, known)


@router.get(
    "/tools/{toolId}",
    tags=["My tools"],
    summary="Get one of my tools",
    response_model=MyToolPage,
    responses=READ | problems(*OWN, ToolsHidden, ConsentUnknown, ToolNotInMyTools),
)
async def get_my_tool(
    me: Me,
    tool_id: ToolId,
    database: CurrentDatabase,
    messages: CurrentMessages,
    request: Request,
    known: IfNoneMatch = None,
) -> Response:
    """As in the list, with the long text and what the practitioner has written; where an event of the feed leads.
    Parents of somebody of 12 to 15 see no message to the young person.
    """
    language = best_language(request.headers.get("accept-language"))
    async with database.reader() as reader:
        found = await queries.list_my_tools(
            reader, me.acting_for, language, wanted=_visible(me, MyToolFilters()), tool_id=tool_id
        )
    check_shown(found.level)
    if not found.rows:
        raise ToolNotInMyTools()
    row = found.rows[0]
    message = await message_for(me, messages, row.prescription_id, row.has_message)
    return tagged(render_my_tool_page(row, language, message), language, known)


@router.delete(
    "/tools/{toolId}",
    tags=["My tools"],
    summary="Delete one of my tools",
    status_code=204,
    responses=problems(*OWN, ToolsHidden, ConsentUnknown, ToolNotInMyTools),
)
async def delete_my_tool(me: MeChanging, tool_id: ToolId, session: Session, now: Now) -> None:
    """Any tool, a withdrawn one too. One that is not open to everyone must be prescribed again to come back."""
    await service.remove_tool(session, me, tool_id, now)


@router.post(
    "/tools/{toolId}/open",
    tags=["My tools"],
    summary="Open one of my tools",
    response_model=OpenedTool,
    responses=problems(
        *OWN,
        BodyTooLarge,
        ToolsHidden,
        ToolNotInMyTools,
        ToolWithdrawn,
        ToolNotReady,
        ToolNotForRepresentatives,
        TooYoungForTool,
        ConsentServiceUnavailable,
        IdempotencyKeyReused,
        IdempotencyInProgress,
    ),
)
async def open_my_tool(
    me: MeChanging,
    tool_id: ToolId,
    request: Request,
    session: Session,
    permissions: Permissions,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Answers with the address to send the citizen to. The first time ends the tool's being new, and its reminders.
    A tool that takes citizens in signed in has a `launch` code in the address, which is good once and for 60 seconds;
    one whose supplier has an OpenID Connect client also has `iss` and `login_hint`.
    Whoever acts for the citizen opens those tools only that allow it. Consent is asked for anew each time.

    With an `Idempotency-Key` a repeated request is one opening; a tool withdrawn or deleted meanwhile is refused all
    the same, and a launch code is always a new one.
    """
    repeat = await repeatable(request, idempotency_key)
    issuer = request.app.state.launch_issuer
    await require_shown(permissions, me)
    answer, replayed = await service.open_tool(session, me, tool_id, repeat, now, issuer)
    return answer.response(replayed=replayed)


@router.get(
    "/feed",
    tags=["Feed"],
    summary="List what has happened to me",
    response_model=Feed,
    responses=READ | problems(*OWN, ConsentUnknown, CursorInvalid),
)
async def list_feed(
    me: Me,
    database: CurrentDatabase,
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """The newest first. `about` leads to what an entry is about, as long as that is the citizen's. Parents of somebody
    of 12 to 15 see what is about prescribed tools that a representative may use.
    """
    language = best_language(request.headers.get("accept-language"))
    after, narrowed = decode_moment_cursor(cursor), leaves_out_own(me)
    async with database.driver() as connection:
        found = await queries.list_feed(connection, me.acting_for, language, after, limit, narrowed=narrowed)
    return render_page(found, limit, language, render_feed_event, known)


@router.get(
    "/feed/{feedEventId}",
    tags=["Feed"],
    summary="Get one of the things that have happened to me",
    response_model=FeedEventPage,
    responses=READ | problems(*OWN, ToolsHidden, ConsentUnknown, FeedEventNotFound),
)
async def get_feed_event(
    me: Me,
    feed_event_id: Annotated[Id, Path(alias="feedEventId")],
    database: CurrentDatabase,
    messages: CurrentMessages,
    request: Request,
    known: IfNoneMatch = None,
) -> Response:
    """As in the list, with what the practitioner has written; there too when the tool is no longer the citizen's.
    Parents of somebody of 12 to 15 see what they see in the list, and no message to the young person.
    """
    language, narrowed = best_language(request.headers.get("accept-language")), leaves_out_own(me)
    async with database.driver() as connection:
        row = await queries.get_feed_event(connection, me.acting_for, language, feed_event_id, narrowed=narrowed)
    check_shown(row["level"])
    if row["key"] is None:
        raise FeedEventNotFound()
    asked = row["prescription_id"] if row["kind"] == "tool-prescribed" else None
    message = await message_for(me, messages, asked, row["has_message"])
    return tagged(render_feed_event_page(row, language, message), language, known)
