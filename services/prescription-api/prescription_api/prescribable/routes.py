"""HTTP only: the list of tools as a practitioner sees it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from prescription_api import errors
from prescription_api.callers import Reading
from prescription_api.outside import CurrentOutside
from prescription_api.prescribable import service
from prescription_api.prescribable.schemas import PrescribableFilters
from prescription_api.schemas import PrescribableTool
from shared.app import Now
from shared.auth import PRACTITIONER_REFUSALS
from shared.errors import problems
from shared.language import best_language
from shared.paging import CursorInvalid, Page
from shared.search import CurrentVocabulary, Position

router = APIRouter()


@router.get(
    "/v1/prescribable-tools",
    response_model=Page[PrescribableTool],
    tags=["tools"],
    summary="List the tools, and which of them the caller may prescribe",
    responses=problems(*PRACTITIONER_REFUSALS, errors.HprNotValid, errors.HprUnavailable, CursorInvalid),
)
async def list_prescribable_tools(
    filters: Annotated[PrescribableFilters, Query()],
    caller: Reading,
    outside: CurrentOutside,
    vocabulary: CurrentVocabulary,
    now: Now,
    request: Request,
) -> Response:
    """By name; with `q` those that are about it, the best first. Tools that the caller may not prescribe are listed
    with the reasons (P2).
    """
    language = best_language(request.headers.get("accept-language"))
    after = Position.read(filters.cursor)
    until = outside.until()
    prescriber = await outside.prescriber(caller, now, until)
    page = await service.list_prescribable_tools(outside, vocabulary, prescriber, filters, after, language, until)
    return JSONResponse(page, headers={"Content-Language": language, "Vary": "Accept-Language"})
