"""HTTP only: the search for organisations."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from prescription_api import errors
from prescription_api.callers import Reading
from prescription_api.organisations import service
from prescription_api.organisations.schemas import (
    DEFAULT_LIMIT,
    FoundOrganisations,
    OwnOrganisations,
    SearchLimit,
    SearchWords,
)
from prescription_api.outside import CurrentOutside
from shared.auth import PRACTITIONER_REFUSALS
from shared.errors import MalformedRequest, problems

router = APIRouter()


@router.get(
    "/v1/organisations",
    response_model=FoundOrganisations,
    tags=["tools"],
    summary="Find an organisation by its name or number",
    responses=problems(*PRACTITIONER_REFUSALS, errors.OrganisationRegisterUnavailable),
)
async def search_organisations(
    q: SearchWords, caller: Reading, outside: CurrentOutside, limit: SearchLimit = DEFAULT_LIMIT
) -> JSONResponse:
    """As the register of organisations has them, with what each is part of; closed ones are left out. Which of them the
    caller may prescribe for, their token says (P5).
    """
    outside.organisation_searches.take(caller.hpr_number)
    return JSONResponse(await service.search(outside.organisations, q, limit, outside.until()))


@router.get(
    "/v1/organisations/mine",
    response_model=OwnOrganisations,
    tags=["tools"],
    summary="List the organisations I act for",
    responses=problems(*PRACTITIONER_REFUSALS, MalformedRequest),
)
async def list_own_organisations(caller: Reading, outside: CurrentOutside) -> JSONResponse:
    """Those that the token speaks for, which are what `organisation` may be when prescribing (P5): the unit first, then
    what it is part of. `name` is null while the register does not answer.
    """
    numbers = [number for number in (caller.organisation_child, caller.organisation) if number]
    return JSONResponse(await service.name_all(outside.organisations, numbers))
