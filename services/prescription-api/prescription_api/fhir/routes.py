"""FHIR over HTTP: Tasks, the notes about them, and the CapabilityStatement."""

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
from prescription_api.fhir.document_reference import document_reference
from prescription_api.fhir.elements import Json
from prescription_api.fhir.errors import NotAcceptable, PatientSearchByPost
from prescription_api.fhir.links import base_address
from prescription_api.fhir.negotiation import FHIR, JSON, choose
from prescription_api.fhir.search import OWN_PATIENT, Pairs, in_form, patient_in, without_form, without_unknown
from prescription_api.fhir.searching import Asked, Kind
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

# the routes that take no JSON
FORMS: Final = [
    Intake("POST", f"/fhir/{kind.name}/_search", frozenset({documentation.FORM_MEDIA_TYPE}), 64 * 1024)
    for kind in (searching.TASKS, searching.NOTES)
]


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
    return _answer(choose(request, FHIR, JSON), capability.statement(base_address(request)), if_none_match)


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
    form = choose(request, FHIR, JSON)
    own_id = _id_in(prescription_id)
    language = best_language(request.headers.get("accept-language"))
    own = await reading.open_own(outside, caller, own_id, now)
    return _answer(form, task(own.row, own.tool, outside.secret, language), if_none_match, language)


@router.get(
    "/DocumentReference/{id}",
    summary="Read the note about a prescription",
    response_class=Response,
    responses=documentation.answer(examples.DOCUMENT_REFERENCE)
    | documentation.UNCHANGED
    | problems(*_REFUSALS, errors.PrescriptionNotFound),
)
async def read_note(
    prescription_id: Annotated[str, Path(alias="id", json_schema_extra={"maxLength": 64})],
    caller: Reading,
    outside: CurrentOutside,
    now: Now,
    request: Request,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The same as the prescription's journal note in this form; its id is the Task's. In the patient's access log once
    a day for each who asks.
    """
    form = choose(request, FHIR, JSON)
    own = await reading.open_own(outside, caller, _id_in(prescription_id), now)
    language = own.row["journal_note"]["language"]
    return _answer(form, document_reference(own.row, own.tool, outside.secret), if_none_match, language)


def _searched_as(kind: Kind, example: Json, parameters: list[Json], form: Json, tag: str, what: str) -> None:
    """The two searches of one kind of resource: by an address, and by a form."""

    @router.get(
        f"/{kind.name}",
        operation_id=f"search{tag}",
        summary=f"Search {what}",
        description=_BY_ADDRESS,
        response_class=Response,
        responses=documentation.answer(example)
        | documentation.UNCHANGED
        | problems(*_REFUSALS, PatientSearchByPost, CursorInvalid),
        openapi_extra={"parameters": parameters},
    )
    async def search_by_address(
        caller: Reading, outside: CurrentOutside, now: Now, request: Request, if_none_match: IfNoneMatch = None
    ) -> Response:
        pairs = _pairs_of(kind, request, request.query_params.multi_items())
        asked = searching.asked_in(kind, pairs, outside.secret, caller.organisation)
        return await _search(request, outside, caller, asked, now, if_none_match)

    @router.post(
        f"/{kind.name}/_search",
        operation_id=f"search{tag}ByForm",
        summary=f"Search {what} by patient",
        description=_BY_FORM,
        response_class=Response,
        responses=documentation.answer(example)
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
        openapi_extra={"requestBody": form},
    )
    async def search_by_form(caller: Reading, outside: CurrentOutside, now: Now, request: Request) -> Response:
        given = await _form(request)
        wanted_form = next((value for name, value in given if name == "_format"), None)
        sent = _pairs_of(kind, request, given)
        with in_form(_names_in_form(kind, request, sent)):
            number, pairs = patient_in(sent)
            citizen = None
            if number is not None:
                citizen = outside.asked_about(caller, NationalId.parse(number, allow_synthetic=outside.allow_synthetic))
            asked = searching.of_patient(kind, pairs, citizen, outside.secret, caller.organisation)
            return await _search(request, outside, caller, asked, now, None, wanted_form)


def _names_in_form(kind: Kind, request: Request, pairs: Pairs) -> frozenset[str]:
    """With "" for what has no name of ours, where the address holds none of those."""
    names = frozenset(name for name, _ in pairs) - request.query_params.keys()
    return names if request.query_params.keys() - kind.parameters.keys() else names | {""}


_BY_ADDRESS = (
    "What the caller's own organisation has prescribed. Values separated by commas are OR, different parameters and"
    " repeated ones are AND; a parameter that is not known is refused. The next page is behind the link `next`.\n\n"
    "To follow changes of Tasks: `_sort=_lastUpdated` and `_lastUpdated=ge` with the last one seen less some seconds."
    " Each prescription found is in its patient's access log once a day for each who asks."
)
_BY_FORM = (
    "The same search with its parameters in a form, and the only one that takes a patient: a national identity number"
    " must not be in an address. It is in the patient's access log, also when nothing is found. The links hold no"
    f" number: in `self` the patient is `{OWN_PATIENT}`, which only the same organisation can use; both are followed by"
    " GET."
)

_searched_as(
    searching.TASKS,
    examples.TASKS,
    documentation.PARAMETERS,
    documentation.FORM,
    "Tasks",
    "the organisation's prescriptions",
)
_searched_as(
    searching.NOTES,
    examples.NOTES,
    documentation.NOTE_PARAMETERS,
    documentation.NOTE_FORM,
    "Notes",
    "the organisation's notes",
)


def _id_in(text: str) -> UUID:
    """An id of another form is the id of nothing. Raises PrescriptionNotFound."""
    with contextlib.suppress(ValueError):
        if str(found := UUID(text)) == text.lower():
            return found
    raise errors.PrescriptionNotFound()


def _pairs_of(kind: Kind, request: Request, pairs: Pairs) -> Pairs:
    pairs = without_form(pairs)
    lenient = any("handling=lenient" in value.replace(" ", "").lower() for value in request.headers.getlist("prefer"))
    return without_unknown(pairs, kind.parameters) if lenient else pairs


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
    request: Request,
    outside: Outside,
    caller: Practitioner,
    asked: Asked,
    now: Any,
    if_none_match: str | None,
    wanted_form: str | None = None,
) -> Response:
    form = choose(request, FHIR, JSON, asked=wanted_form)
    language = best_language(request.headers.get("accept-language"))
    found = await searching.search(outside, caller, asked, now)
    bundle = found.bundle(asked, f"{base_address(request)}/fhir/{asked.kind.name}", outside.secret, language)
    return _answer(form, bundle, if_none_match, language)


def _answer(form: str, resource: Json, if_none_match: str | None, language: str | None = None) -> Response:
    headers = {"Vary": "Accept"}
    if language:
        headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    return tagged(to_json(resource), form, if_none_match, headers)
