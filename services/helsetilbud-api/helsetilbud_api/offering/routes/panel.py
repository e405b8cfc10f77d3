"""What patients see: each their own panel, and the preview of it for those who edit."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime

from helsetilbud_api.citizen import rendering as citizen_rendering
from helsetilbud_api.citizen.routes import Me
from helsetilbud_api.clients.errors import GpRegisterUnavailable, PractitionerNotFound
from helsetilbud_api.offering.access import AtOffice, Register
from helsetilbud_api.offering.codes import Service
from helsetilbud_api.offering.reading import panel_of_citizen, preview_panel
from helsetilbud_api.offering.rendering import GpPanel, PanelPreview, render_panel, render_preview
from helsetilbud_api.offering.routes.answers import Responses, reading
from shared.app import Now
from shared.auth import CITIZEN_REFUSALS, REPRESENTATION_REFUSALS
from shared.db import CurrentDatabase, Reader
from shared.errors import InvalidInput, problems
from shared.exact import AS_MOMENT
from shared.http import IfNoneMatch
from shared.language import best_language

router = APIRouter(prefix="/v1")

_SPOKEN: Final[Responses] = {
    200: {
        "headers": {
            "ETag": {"description": "Weak", "schema": {"type": "string"}},
            "Content-Language": {"description": "Of the texts", "schema": {"type": "string"}},
        }
    },
    304: {"description": "As the ETag in If-None-Match says"},
}


def _of_this_century(moment: datetime) -> datetime:
    if not 2000 <= moment.year <= 2099:
        raise ValueError("not a moment of this century")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century), AS_MOMENT]


@router.get(
    "/me/gp-panel",
    tags=["GP panel"],
    summary="Get my GP panel",
    response_model=GpPanel,
    responses=problems(*CITIZEN_REFUSALS, *REPRESENTATION_REFUSALS, GpRegisterUnavailable, InvalidInput) | _SPOKEN,
)
async def get_gp_panel(
    me: Me, database: CurrentDatabase, register: Register, request: Request, now: Now, known: IfNoneMatch = None
) -> Response:
    """What the citizen sees of the GP's office now: who answers, the texts, a button for each service, and the forms
    that each leads through. A service that is off has no button; without any, or without a GP, the panel is `hidden`
    and says why. It changes with the time of day, so ask again rather than keep it.
    """
    language = best_language(request.headers.get("accept-language"))
    shown = render_panel(await panel_of_citizen(database, register, me.acting_for, now), language)
    return citizen_rendering.tagged(shown.model_dump(mode="json", by_alias=True), language, known)


@router.get(
    "/offices/{herId}/preview",
    tags=["Preview and history"],
    summary="Preview the panel",
    response_model=PanelPreview,
    responses=reading(PractitionerNotFound) | _SPOKEN,
)
async def preview_gp_panel(
    editor: AtOffice,
    practitioner: Annotated[
        str,
        Query(
            pattern=r"^[0-9]{1,9}$", max_length=9, description="HPR number of the patient's GP", examples=["990000101"]
        ),
    ],
    reader: Reader,
    request: Request,
    now: Now,
    at: Annotated[Moment | None, Query(description="The moment to see it at; now when absent")] = None,
    blocked: Annotated[
        list[Service] | None, Query(max_length=20, description="Services that are closed to the patient")
    ] = None,
    known: IfNoneMatch = None,
) -> Response:
    """The panel exactly as a patient of this GP sees it at the moment, forms included, by the same rule and in the
    language asked for; and for the office why each of the other services is not there.
    """
    language = best_language(request.headers.get("accept-language"))
    panel = await preview_panel(reader, editor.office, practitioner, frozenset(blocked or ()), at or now)
    shown = render_preview(panel, language)
    return citizen_rendering.tagged(shown.model_dump(mode="json", by_alias=True), language, known)
