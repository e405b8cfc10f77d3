"""HTTP only: all tools for this citizen, and adding one."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response, Security
from sqlalchemy import Row

from helsetilbud_api.citizen import errors
from helsetilbud_api.citizen.available import service
from helsetilbud_api.citizen.available.schemas import AvailableTools, ToolWanted
from helsetilbud_api.citizen.filters import ToolFilters
from helsetilbud_api.citizen.models import User
from helsetilbud_api.citizen.rendering import Json, render_page
from helsetilbud_api.citizen.routes import OWN, READ
from helsetilbud_api.citizen.schemas import MyTool
from shared.app import Now
from shared.auth import Citizen, acting
from shared.db import Reader, Session
from shared.errors import MalformedRequest, problems
from shared.http import BodyTooLarge, IfNoneMatch, UnsupportedMediaType
from shared.idempotency import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, repeatable
from shared.language import best_language
from shared.paging import CursorInvalid
from shared.search import CurrentVocabulary

_COPIED: Final = (
    *("purpose", "kind", "subjectAreas", "targetGroups", "languages"),
    *("minimumAge", "loginRequired", "prescriptionRequired"),
)

# what a young person finds and adds alone is not for their parents (S5)
Me = Annotated[Citizen, Security(acting("health-care", "read", young_persons_own=True))]
MeChanging = Annotated[Citizen, Security(acting("health-care", "change", young_persons_own=True))]

router = APIRouter(prefix="/v1/me")


@router.get(
    "/available-tools",
    tags=["My tools"],
    summary="List all tools for me",
    response_model=AvailableTools,
    responses=READ | problems(*OWN, errors.ConsentUnknown, CursorInvalid),
)
async def list_available_tools(
    me: Me,
    filters: Annotated[ToolFilters, Query()],
    reader: Reader,
    vocabulary: CurrentVocabulary,
    request: Request,
    now: Now,
    known: IfNoneMatch = None,
) -> Response:
    """What this citizen may use, by name; with `q` what is about it, the best first. That is what they have (`mine`),
    and every tool that is open to everyone of their age: one that needs a prescription (`prescriptionRequired`) is sent
    by a practitioner and cannot be added. Under 16 not what is made for another age. For who acts for the citizen,
    those of them that allow it; not for parents of somebody of 12 to 15. Withdrawn tools are not listed.
    """
    language = best_language(request.headers.get("accept-language"))
    found = await service.list_available_tools(reader, vocabulary, User.of(me, now), language, filters)
    return render_page(found, filters.limit, language, _render, known)


@router.post(
    "/tools",
    tags=["My tools"],
    summary="Add a tool to mine",
    status_code=201,
    response_model=MyTool,
    responses=problems(
        *OWN,
        MalformedRequest,
        BodyTooLarge,
        UnsupportedMediaType,
        errors.ToolsHidden,
        errors.ConsentUnknown,
        errors.ToolNotFound,
        errors.ToolWithdrawn,
        errors.ToolAlreadyAdded,
        errors.PrescriptionRequired,
        errors.TooYoungForTool,
        errors.OutsideTargetGroup,
        errors.ToolNotForRepresentatives,
        IdempotencyKeyReused,
        IdempotencyInProgress,
    ),
)
async def add_my_tool(
    me: MeChanging,
    wanted: ToolWanted,
    request: Request,
    session: Session,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Any tool that needs no prescription and is open to the citizen; see all tools. One that was deleted can come back
    this way.
    """
    language = best_language(request.headers.get("accept-language"))
    repeat = await repeatable(request, idempotency_key)
    answer, replayed = await service.add_tool(session, me, wanted.tool_id, language, repeat, now)
    return answer.response(replayed=replayed)


def _render(row: Row[Any], _language: str) -> Json:
    document = row.document
    return {
        "toolId": str(row.key),
        "name": row.texts["name"],
        "shortText": row.texts["shortText"],
        "longText": row.long_text,
        "supplier": document["supplier"]["name"],
        "healthBody": document["healthBody"]["name"],
        **{name: document[name] for name in _COPIED},
        "mine": row.mine,
    }
