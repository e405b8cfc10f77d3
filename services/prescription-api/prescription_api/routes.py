"""HTTP only: what came in goes to one use case, what it returns goes out."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from prescription_api import errors, models, patients, reading, service
from prescription_api.answers import CREATED
from prescription_api.callers import Prescriber, PrescriptionId, Reading
from prescription_api.outside import CurrentOutside
from prescription_api.schemas import (
    LookUp,
    PatientFound,
    Prescribing,
    Prescription,
    Search,
)
from shared.app import Now
from shared.auth import PRACTITIONER_REFUSALS
from shared.errors import problems
from shared.http import IfNoneMatch, etag_matches
from shared.idempotency import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, repeatable
from shared.language import best_language
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor

router = APIRouter()

_NUMBER = (NationalIdMalformed, NationalIdCheckDigits)
_REGISTERS = (errors.HprNotValid, errors.HprUnavailable)
_KNOWN: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "The caller has the prescription as it is"}}
_PATIENT = (errors.PatientUnknown, errors.PatientDeceased, errors.PersonRegisterUnavailable)


@router.post(
    "/v1/patients/lookup",
    response_model=PatientFound,
    tags=["patients"],
    summary="Look a patient up before prescribing",
    responses=problems(*PRACTITIONER_REFUSALS, *_NUMBER, *_REGISTERS, *_PATIENT, errors.ConsentServiceUnavailable),
)
async def look_up_patient(
    wanted: LookUp, caller: Prescriber, outside: CurrentOutside, now: Now, request: Request
) -> Response:
    """The patient's name and whether they can be reached, or the reasons not. The look-up is in the patient's access
    log.
    """
    language = best_language(request.headers.get("accept-language"))
    found = await patients.look_up(outside, caller, wanted.national_id, language, now)
    body = PatientFound.model_validate(found).model_dump(mode="json", by_alias=True)
    return JSONResponse(body, headers={"Content-Language": language})


@router.post(
    "/v1/prescriptions",
    status_code=201,
    response_model=Prescription,
    tags=["prescriptions"],
    summary="Prescribe a tool to a patient",
    responses=CREATED
    | problems(
        *PRACTITIONER_REFUSALS,
        *_NUMBER,
        *_REGISTERS,
        *_PATIENT,
        errors.AuthorisationRequired,
        errors.OrganisationRequired,
        errors.OrganisationNotAllowed,
        errors.ToolNotFound,
        errors.AlreadyPrescribed,
        errors.ToolStopped,
        errors.ToolNotPrescribable,
        errors.PatientNotDigitallyActive,
        errors.PatientTooYoung,
        errors.PatientOutsideTargetGroup,
        errors.DeadlineInvalid,
        errors.ConsentServiceUnavailable,
        errors.OrganisationRegisterUnavailable,
        IdempotencyInProgress,
        IdempotencyKeyReused,
    ),
)
async def prescribe(
    wanted: Prescribing,
    caller: Prescriber,
    outside: CurrentOutside,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The patient is notified and finds the tool on Helsenorge. The answer carries a note for the record (P8)."""
    language = best_language(request.headers.get("accept-language"))
    repeat = await repeatable(request, idempotency_key)
    now: datetime = request.app.state.clock()
    answer, replayed = await service.prescribe(outside, caller, wanted, repeat, language, now)
    return answer.response(replayed=replayed)


@router.get(
    "/v1/prescriptions/{prescriptionId}",
    response_model=Prescription,
    tags=["prescriptions"],
    summary="Get one prescription",
    responses=_KNOWN | problems(*PRACTITIONER_REFUSALS, errors.HprNotValid, errors.PrescriptionNotFound),
)
async def get_prescription(
    prescription_id: PrescriptionId,
    caller: Reading,
    outside: CurrentOutside,
    now: Now,
    request: Request,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """For the organisation that prescribed it. In the patient's access log once a day for each who asks."""
    language = best_language(request.headers.get("accept-language"))
    found = await reading.get_prescription(outside, caller, prescription_id, language, now)
    etag = models.entity_tag(found["version"], language)
    headers = {"ETag": etag, "Content-Language": language, "Vary": "Accept-Language"}
    if etag_matches(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(found, headers=headers)


@router.post(
    "/v1/prescriptions/search",
    response_model=Page[Prescription],
    tags=["prescriptions"],
    summary="Find what the caller's organisation has prescribed to a patient",
    responses=problems(*PRACTITIONER_REFUSALS, *_NUMBER, errors.HprNotValid, CursorInvalid),
)
async def search_prescriptions(
    wanted: Search,
    caller: Reading,
    outside: CurrentOutside,
    now: Now,
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Newest first. A search because the number must not be in an address (P3). In the patient's access log."""
    language = best_language(request.headers.get("accept-language"))
    national_id = NationalId.parse(wanted.patient.national_id, allow_synthetic=outside.allow_synthetic)
    citizen = outside.asked_about(caller, national_id)
    after = decode_moment_cursor(cursor, about=citizen)
    page = await reading.search_prescriptions(outside, caller, citizen, after, limit, language, now)
    return JSONResponse(page, headers={"Content-Language": language})
