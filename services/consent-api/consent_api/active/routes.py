"""HTTP of the check."""

from typing import Final

from fastapi import APIRouter, Request, Response

from consent_api.access import CheckingSystem
from consent_api.active.rendering import render, render_for_ehr
from consent_api.active.schemas import (
    EHR_AREAS,
    DigitallyActiveAnswer,
    DigitallyActiveQuestion,
    EhrAnswer,
    EhrQuestion,
)
from consent_api.active.service import ActiveCheck
from consent_api.answers import SENT_IN
from shared.app import Now
from shared.auth import MACHINE_REFUSALS
from shared.errors import Unavailable, problems
from shared.language import best_language

_REFUSALS: Final = (*MACHINE_REFUSALS, *SENT_IN, Unavailable)

router = APIRouter(tags=["Digitally active"])


@router.post("/v1/digitally-active", response_model=DigitallyActiveAnswer, responses=problems(*_REFUSALS))
async def check_digitally_active(
    caller: CheckingSystem, question: DigitallyActiveQuestion, request: Request, now: Now
) -> Response:
    """Find out who can be reached through Helsenorge

    For 1 to 1,000 people: whether each is digitally active in the area, and if not, every reason why; and whether
    somebody who may act for them can be reached in their place. A number that is malformed, whose check digits are
    wrong, or that is nobody's is reported in its place (`error`) and leaves the others alone. Who never answered and
    who withdrew are not told apart: both are `no-consent`. Everybody asked about can read in their log that they were.
    """
    request.app.state.limits.look_ups(caller.client_id, caller.organisation, len(question.national_ids))
    check: ActiveCheck = request.app.state.active_check
    outcomes = await check.check(caller, question.national_ids, question.area, now)
    language = best_language(request.headers.get("accept-language"))
    return Response(
        render(zip(question.national_ids, outcomes, strict=True), language),
        media_type="application/json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


@router.post("/digitaltaktiv/helsenorgeaktivsjekken/v1", response_model=EhrAnswer, responses=problems(*_REFUSALS))
async def check_active_as_ehr(caller: CheckingSystem, question: EhrQuestion, request: Request, now: Now) -> Response:
    """The same in the shape that record systems already speak

    For those who come from Helsenorge's own check. New systems are better served by `/v1/digitally-active`, which says
    why somebody cannot be reached.
    """
    request.app.state.limits.look_ups(caller.client_id, caller.organisation, len(question.fnr_liste))
    check: ActiveCheck = request.app.state.active_check
    outcomes = await check.check(caller, question.fnr_liste, EHR_AREAS[question.omraade], now)
    return Response(render_for_ehr(zip(question.fnr_liste, outcomes, strict=True)), media_type="application/json")
