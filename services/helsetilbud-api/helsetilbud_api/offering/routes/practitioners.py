"""What holds for one GP's patients: services and schedules (H4, H5), and substitutes (H5)."""

from fastapi import APIRouter, Response

from helsetilbud_api.clients.errors import PractitionerNotFound
from helsetilbud_api.offering import office_settings, queries, service
from helsetilbud_api.offering.access import AtOffice
from helsetilbud_api.offering.contents import ServicesOfGp, Substitution
from helsetilbud_api.offering.errors import SubstituteUnknown
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.routes.answers import Hpr, changed, changing, reading, tagged
from helsetilbud_api.offering.schemas import ServicesSetting, SubstitutionSetting, SubstitutionSettings
from shared.app import Now
from shared.db import Reader, Session
from shared.http import IfMatch, IfNoneMatch

router = APIRouter(prefix="/v1/offices/{herId}", tags=["Services and substitutes"])


@router.get(
    "/practitioners/{hpr}/services",
    summary="Get the services of a GP",
    response_model=ServicesSetting,
    responses=reading(PractitionerNotFound),
)
async def get_services(editor: AtOffice, hpr: Hpr, reader: Reader, known: IfNoneMatch = None) -> Response:
    """All are on, and never closed by schedule, until somebody has said otherwise."""
    editor.office.gp(hpr)
    kept = await queries.find_setting(reader, editor.office.her_id, office_settings.services_of(hpr))
    return tagged(_services(kept, hpr), kept.etag, known)


@router.put(
    "/practitioners/{hpr}/services",
    summary="Switch the services of a GP",
    response_model=ServicesSetting,
    responses=changing(PractitionerNotFound),
)
async def set_services(
    editor: AtOffice, hpr: Hpr, services: ServicesOfGp, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """A service that is off, or closed by schedule at the moment, has neither button nor info message for this GP's
    patients. When all are, the whole panel is hidden. Times of day are Norwegian, also over midnight and through the
    change to and from summer time.
    """
    kept = await service.change(session, editor, office_settings.services_of(hpr), services, seen, now)
    return tagged(_services(kept, hpr), kept.etag)


@router.get(
    "/substitutes", summary="List the GPs' substitutes", response_model=SubstitutionSettings, responses=reading()
)
async def list_substitutes(editor: AtOffice, reader: Reader, known: IfNoneMatch = None) -> Response:
    """One item for each GP of the office."""
    gps = [it.hpr_number for it in editor.office.practitioners if it.role == "gp"]
    settings = [office_settings.substitution_of(hpr_number) for hpr_number in gps]
    found = await queries.find_settings(reader, editor.office.her_id, settings)
    items = [_substitution(kept, hpr_number) for kept, hpr_number in zip(found, gps, strict=True)]
    return tagged(SubstitutionSettings(items=items), known=known)


@router.get(
    "/substitutes/{hpr}",
    summary="Get a GP's substitutes",
    response_model=SubstitutionSetting,
    responses=reading(PractitionerNotFound),
)
async def get_substitutes(editor: AtOffice, hpr: Hpr, reader: Reader, known: IfNoneMatch = None) -> Response:
    """When the GP is away, and who works on the GP's list when."""
    editor.office.gp(hpr)
    kept = await queries.find_setting(reader, editor.office.her_id, office_settings.substitution_of(hpr))
    return tagged(_substitution(kept, hpr), kept.etag, known)


@router.put(
    "/substitutes/{hpr}",
    summary="Change a GP's substitutes",
    response_model=SubstitutionSetting,
    responses=changing(PractitionerNotFound, SubstituteUnknown),
)
async def set_substitutes(
    editor: AtOffice, hpr: Hpr, substitution: Substitution, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """One substitute, several at once or after each other, or none while the GP is away: then e-consultations are not
    offered, because nobody is there to answer them. A substitute must be registered at the office.
    """
    kept = await service.change(session, editor, office_settings.substitution_of(hpr), substitution, seen, now)
    return tagged(_substitution(kept, hpr), kept.etag)


def _services(kept: Kept[ServicesOfGp], hpr_number: str) -> ServicesSetting:
    content = kept.content
    return ServicesSetting(hpr_number=hpr_number, switches=content.switches, closures=content.closures, **changed(kept))


def _substitution(kept: Kept[Substitution], hpr_number: str) -> SubstitutionSetting:
    content = kept.content
    return SubstitutionSetting(
        hpr_number=hpr_number, away=content.away, substitutes=content.substitutes, **changed(kept)
    )
