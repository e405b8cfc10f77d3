"""Info messages: the office's (H2), and those that one GP's patients see (H5)."""

from fastapi import APIRouter, Response

from helsetilbud_api.clients.errors import PractitionerNotFound
from helsetilbud_api.clients.gp_register import Office
from helsetilbud_api.offering import office_settings, plain_text, queries, service
from helsetilbud_api.offering.access import AtOffice
from helsetilbud_api.offering.codes import AREAS, LIMITS, Area
from helsetilbud_api.offering.contents import InfoText
from helsetilbud_api.offering.errors import TextOfAnotherGp
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.routes.answers import TEXT_REFUSALS, Hpr, changed, changing, reading, tagged
from helsetilbud_api.offering.schemas import InfoMessage, InfoMessages, StandardText
from helsetilbud_api.offering.texts import standard_text
from shared.app import Now
from shared.db import Reader, Session
from shared.http import IfMatch, IfNoneMatch

router = APIRouter(prefix="/v1/offices/{herId}", tags=["Info messages"])


@router.get(
    "/info-messages", summary="List the office's info messages", response_model=InfoMessages, responses=reading()
)
async def list_info_messages(editor: AtOffice, reader: Reader, known: IfNoneMatch = None) -> Response:
    """All five areas, also those where nothing is added. Each is changed at its own address with its own version."""
    settings = [office_settings.info_message(area) for area in AREAS]
    found = await queries.find_settings(reader, editor.office.her_id, settings)
    items = [_shown(editor.office, kept, area) for kept, area in zip(found, AREAS, strict=True)]
    return tagged(InfoMessages(items=items), known=known)


@router.get("/info-messages/{area}", summary="Get an info message", response_model=InfoMessage, responses=reading())
async def get_info_message(editor: AtOffice, area: Area, reader: Reader, known: IfNoneMatch = None) -> Response:
    """What the office adds below the fixed standard text of the area, for all its patients."""
    kept = await queries.find_setting(reader, editor.office.her_id, office_settings.info_message(area))
    return tagged(_shown(editor.office, kept, area), kept.etag, known)


@router.put(
    "/info-messages/{area}",
    summary="Change an info message",
    response_model=InfoMessage,
    responses=changing(*TEXT_REFUSALS),
)
async def set_info_message(
    editor: AtOffice, area: Area, message: InfoText, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Plain text of at most 200 characters for `gp-panel` and 300 for the others, counted as people count them: an
    emoji is one. Shown to all patients of the office from now on.
    """
    kept = await service.change(session, editor, office_settings.info_message(area), message, seen, now)
    return tagged(_shown(editor.office, kept, area), kept.etag)


@router.get(
    "/practitioners/{hpr}/info-messages/{area}",
    summary="Get an info message of one GP",
    response_model=InfoMessage,
    responses=reading(PractitionerNotFound),
)
async def get_info_message_of_gp(
    editor: AtOffice, hpr: Hpr, area: Area, reader: Reader, known: IfNoneMatch = None
) -> Response:
    """What only this GP's patients see, below the office's own text."""
    editor.office.gp(hpr)
    kept = await queries.find_setting(reader, editor.office.her_id, office_settings.info_message_of_gp(hpr, area))
    return tagged(_shown(editor.office, kept, area, hpr), kept.etag, known)


@router.put(
    "/practitioners/{hpr}/info-messages/{area}",
    summary="Change an info message of one GP",
    response_model=InfoMessage,
    responses=changing(PractitionerNotFound, TextOfAnotherGp, *TEXT_REFUSALS),
)
async def set_info_message_of_gp(
    editor: AtOffice, hpr: Hpr, area: Area, message: InfoText, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """With the same limits as the office's own. Written by the GP, a substitute on the GP's list, or an editor of the
    office, and by no other GP.
    """
    kept = await service.change(session, editor, office_settings.info_message_of_gp(hpr, area), message, seen, now)
    return tagged(_shown(editor.office, kept, area, hpr), kept.etag)


def _shown(office: Office, kept: Kept[InfoText], area: Area, hpr_number: str | None = None) -> InfoMessage:
    text = kept.content.text
    return InfoMessage(
        area=area,
        hpr_number=hpr_number,
        text=text,
        length=plain_text.count_characters(text or ""),
        limit=LIMITS[area],
        standard_text=StandardText.model_validate(standard_text(area, office.name, office.address)),
        **changed(kept),
    )
