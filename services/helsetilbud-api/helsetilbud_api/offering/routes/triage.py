"""Triage (H3): the standard lists of forms, and what the office has chosen for each kind of request."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from helsetilbud_api.citizen import rendering
from helsetilbud_api.offering import office_settings, queries, service
from helsetilbud_api.offering.access import REFUSALS, AtOffice, LoggedIn
from helsetilbud_api.offering.codes import TRIAGE_SERVICES, TriageService
from helsetilbud_api.offering.contents import TriageChoice
from helsetilbud_api.offering.errors import FormNotOffered
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.routes.answers import changed, changing, reading, tagged
from helsetilbud_api.offering.schemas import TriageForms, TriageSetting, TriageSettings
from helsetilbud_api.offering.triage import standard_list
from shared.app import Now
from shared.db import Reader, Session
from shared.errors import InvalidInput, problems
from shared.http import IfMatch, IfNoneMatch
from shared.language import best_language

router = APIRouter(prefix="/v1", tags=["Triage"])

Chosen = Annotated[TriageService, Path(alias="service")]

_ONE = "/offices/{herId}/triage/{service}"


@router.get(
    "/triage-forms",
    summary="List the standard forms",
    response_model=TriageForms,
    responses=reading() | problems(*REFUSALS, InvalidInput),
)
async def list_triage_forms(
    caller: LoggedIn,
    request: Request,
    wanted: Annotated[
        TriageService | None, Query(alias="service", description="The standard list of this service")
    ] = None,
    known: IfNoneMatch = None,
) -> Response:
    """The newest version of each form with all its questions, in bokmål or nynorsk."""
    language = best_language(request.headers.get("accept-language"))
    forms = TriageForms(items=list(standard_list(wanted, language)))
    return rendering.tagged(forms.model_dump(mode="json", by_alias=True), language, known)


@router.get(
    "/offices/{herId}/triage", summary="List the chosen forms", response_model=TriageSettings, responses=reading()
)
async def list_triage(editor: AtOffice, reader: Reader, known: IfNoneMatch = None) -> Response:
    """All eight services, also those for which nothing is chosen."""
    settings = [office_settings.triage_of(it) for it in TRIAGE_SERVICES]
    found = await queries.find_settings(reader, editor.office.her_id, settings)
    items = [_shown(kept, it) for kept, it in zip(found, TRIAGE_SERVICES, strict=True)]
    return tagged(TriageSettings(items=items), known=known)


@router.get(_ONE, summary="Get the chosen forms of a service", response_model=TriageSetting, responses=reading())
async def get_triage(editor: AtOffice, triage_service: Chosen, reader: Reader, known: IfNoneMatch = None) -> Response:
    """The forms that every patient is led through before such a request goes on."""
    kept = await queries.find_setting(reader, editor.office.her_id, office_settings.triage_of(triage_service))
    return tagged(_shown(kept, triage_service), kept.etag, known)


@router.put(
    _ONE,
    summary="Choose the forms of a service",
    response_model=TriageSetting,
    responses=changing(FormNotOffered),
)
async def set_triage(
    editor: AtOffice,
    triage_service: Chosen,
    choice: TriageChoice,
    session: Session,
    now: Now,
    seen: IfMatch = None,
) -> Response:
    """Control questions, a checkpoint, both, or none, from the standard list of the service."""
    kept = await service.change(session, editor, office_settings.triage_of(triage_service), choice, seen, now)
    return tagged(_shown(kept, triage_service), kept.etag)


def _shown(kept: Kept[TriageChoice], triage_service: TriageService) -> TriageSetting:
    return TriageSetting(service=triage_service, **kept.content.model_dump(), **changed(kept))
