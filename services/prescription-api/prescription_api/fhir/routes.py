"""FHIR over HTTP: Tasks and the CapabilityStatement."""

import contextlib
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic_core import to_json

from prescription_api import errors, reading
from prescription_api.answers import tagged
from prescription_api.callers import Reading
from prescription_api.fhir import capability, documentation, examples, searching
from prescription_api.fhir.elements import Json
from prescription_api.fhir.errors import NotAcceptable, PatientSearchByPost
from prescription_api.fhir.links import base_address
from prescription_api.fhir.negotiation import FHIR, JSON, choose
from prescription_api.fhir.search import Pairs, patient_in, without_form, without_unknown
from prescription_api.fhir.searching import Asked
from prescription_api.fhir.task import task
from prescription_api.outside import CurrentOutside, Outside
from shared.app import Now
from shared.auth import PRACTITIONER_REFUSALS, Practitioner
from shared.errors import InvalidInput, MalformedRequest, problems
from shared.http import BodyTooLarge, IfNoneMatch, Intake, UnsupportedMediaType
from shared.language import best_language
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.paging import CursorInvalid

router = APIRouter(prefix="/fhir", tags=["fhir"])

_REFUSALS = (*PRACTITIONER_REFUSALS, errors.HprNotValid, NotAcceptable)
_MOST_PARAMETERS: Final = 60

# the one route that takes no JSON
FORM: Final = Intake("POST", "/fhir/Task/_search", frozenset({documentation.FORM_MEDIA_TYPE}), 64 * 1024)


@router.get(
    "/metadata",
    summary="Read the CapabilityStatement",
    response_class=Response,
    responses=documentation.answer(capability.statement("https://prescription.example"))
    | documentation.UNCHANGED
    | problems(NotAcceptable),
)
async def get_capability_statement(request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """What can be done here, and what is not claimed. No login."""
    return _answer(request, capability.statement(base_address(request)), if_none_match)


@router.get(
    "/Task/{id}",
    summary="Read a prescription as a Task",
    response_class=Response,
    responses=documentation.answer(examples.TASK)
    | documentation.UNCHANGED
    | problems(*_REFUSALS, errors.PrescriptionNotFound),
)
async def read_task(
    prescription_id: Annotated[str, Path(alias="id", json_schema_extra={"maxLength": 64})],
    caller: Reading,
    outside: CurrentOutside,
    now: Now,
    request: Request,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """For the organisation that prescribed it. In the patient's access log once a day for each who asks."""
    choose(request, FHIR, JSON)
    own_id = _id_in(prescription_id)
    language = best_language(request.headers.get("accept-language"))
    own = await reading.open_own(outside, caller, own_id, now)
    return _answer(request, task(own.row, own.tool, outside.secret, language), if_none_match, language)


@router.get(
    "/Task",
    summary="Search the organisation's prescriptions",
    response_class=Response,
    responses=documentation.answer(examples.TASKS)
    | documentation.UNCHANGED
    | problems(*_REFUSALS, PatientSearchByPost, CursorInvalid),
    openapi_extra={"parameters": documentation.PARAMETERS},
)
async def search_tasks(
    caller: Reading, outside: CurrentOutside, now: Now, request: Request, if_none_match: IfNoneMatch = None
) -> Response:
    """What the caller's own organisation has prescribed. Values separated by commas are OR, different parameters and
    repeated ones are AND; a parameter that is not known is refused. The next page is behind the link `next`.

    To follow changes: `_sort=_lastUpdated` and `_lastUpdated=ge` with the last one seen less some seconds. Each
    prescription found is in its patient's access log once a day for each who asks.
    """
    pairs = _asked_in(request, request.query_params.multi_items())
    asked = searching.continued(pairs, outside.secret, caller.organisation) or Asked(pairs)
    return await _search(request, outside, caller, asked, now, if_none_match)


@router.post(
    "/Task/_search",
    summary="Search by patient",
    response_class=Response,
    responses=documentation.answer(examples.TASKS)
    | problems(
        *_REFUSALS,
        NationalIdMalformed,
        NationalIdCheckDigits,
        PatientSearchByPost,
        InvalidInput,
        MalformedRequest,
        BodyTooLarge,
        UnsupportedMediaType,
    ),
    openapi_extra={"requestBody": documentation.FORM},
)
async def search_tasks_by_form(caller: Reading, outside: CurrentOutside, now: Now, request: Request) -> Response:
    """The same search with its parameters in a form, and the only one that takes a patient: a national identity number
    must not be in an address. It is in the patient's access log, also when nothing is found. The link `next` holds no
    number and is followed by GET.
    """
    number, pairs = patient_in(_asked_in(request, await _form(request)))
    citizen = None
    if number is not None:
        citizen = outside.asked_about(caller, NationalId.parse(number, allow_synthetic=outside.allow_synthetic))
    return await _search(request, outside, caller, Asked(pairs, citizen), now, None)


def _id_in(text: str) -> UUID:
    """An id of another form is the id of nothing. Raises PrescriptionNotFound."""
    with contextlib.suppress(ValueError):
        if str(found := UUID(text)) == text.lower():
            return found
    raise errors.PrescriptionNotFound()


def _asked_in(request: Request, pairs: Pairs) -> Pairs:
    pairs = without_form(pairs)
    lenient = any("handling=lenient" in value.replace(" ", "").lower() for value in request.headers.getlist("prefer"))
    return without_unknown(pairs) if lenient else pairs


async def _form(request: Request) -> Sequence[tuple[str, str]]:
    """The form's parameters and the address's. Raises MalformedRequest."""
    try:
        text = (await request.body()).decode()
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError as error:
        raise MalformedRequest() from error
    if len(pairs) > _MOST_PARAMETERS or any("\0" in part for pair in pairs for part in pair):
        raise MalformedRequest()
    if any(name.startswith(("patient", "subject")) for name in request.query_params):
        raise PatientSearchByPost()
    return [*pairs, *request.query_params.multi_items()]


async def _search(
    request: Request, outside: Outside, caller: Practitioner, asked: Asked, now: Any, if_none_match: str | None
) -> Response:
    choose(request, FHIR, JSON)
    language = best_language(request.headers.get("accept-language"))
    found = await searching.search_tasks(outside, caller, asked, now)
    bundle = found.bundle(asked, f"{base_address(request)}/fhir/Task", outside.secret, language)
    return _answer(request, bundle, if_none_match, language)


def _answer(request: Request, resource: Json, if_none_match: str | None, language: str | None = None) -> Response:
    headers = {"Vary": "Accept"}
    if language:
        headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    return tagged(to_json(resource), choose(request, FHIR, JSON), if_none_match, headers)
