"""Who exists here. Answers JSON; a browser gets the same as a page."""

import asyncio
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.context import Here, Sandbox
from sandbox.pages.listing import Listing, answer
from sandbox.population.generated import LARGEST_CROWD, Crowd, Crowds
from sandbox.population.models import CitizenRecord
from shared.errors import DomainError
from shared.language import Text

router = APIRouter(tags=["People"])

_PEOPLE = Listing(
    "Oppdiktede innbyggere",
    {
        "nationalId": "Fødselsnummer",
        "name": "Navn",
        "birthDate": "Født",
        "status": "Folkeregisteret",
        "consent": "Samtykke",
        "children": "Barn",
        "goodFor": "Egner seg til",
    },
)
_PRACTITIONERS = Listing(
    "Oppdiktet helsepersonell",
    {
        "hprNumber": "HPR-nummer",
        "name": "Navn",
        "nationalId": "Fødselsnummer",
        "valid": "Gyldig",
        "authorisations": "Autorisasjoner",
        "organisation": "Virksomhet",
        "goodFor": "Egner seg til",
    },
)
_STAFF = Listing(
    "Oppdiktede forvaltere",
    {"nationalId": "Fødselsnummer", "name": "Navn", "organisation": "Ansatt i", "goodFor": "Egner seg til"},
)
_ORGANISATIONS = Listing(
    "Oppdiktede virksomheter",
    {
        "organisationNumber": "Organisasjonsnummer",
        "name": "Navn",
        "kind": "Type",
        "herId": "HER-id",
        "parent": "Overordnet",
    },
)
_TOOLS = Listing(
    "Verktøy den første dagen",
    {"toolId": "Id", "texts": "Navn", "purpose": "Formål", "kind": "Type", "prescriptionRequired": "Må forskrives"},
)


class CrowdTooLarge(DomainError):
    status = 422
    code = "crowd-too-large"
    title: ClassVar[Text] = {
        "nb": f"Det kan lages høyst {LARGEST_CROWD} innbyggere til sammen.",
        "nn": f"Det kan lagast høgst {LARGEST_CROWD} innbyggjarar til saman.",
        "en": f"At most {LARGEST_CROWD} people can be generated in all.",
    }


class CrowdRequest(BaseModel):
    """`seed` is the next unused number when absent: calls without it always add new people."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    count: Annotated[int, Field(ge=1, le=LARGEST_CROWD)]
    seed: Annotated[int, Field(ge=0, le=2**31)] | None = None
    minimum_age: Annotated[int, Field(ge=0, le=90)] = 18


@router.get("/people", operation_id="listPeople")
async def list_people(request: Request, sandbox: Here) -> Response:
    """Those of the data files; `generated` counts the others, `refused` are numbers that are nobody's, and why."""
    population = sandbox.population
    items = [citizen.document() for citizen in population.citizens.values()]
    refused = [number.document() for number in population.refused]
    return answer(request, _PEOPLE, items, generated=len(population.generated), refused=refused)


@router.post("/people", operation_id="generatePeople", status_code=201)
async def generate_people(wanted: CrowdRequest, sandbox: Here) -> JSONResponse:
    """Puts invented people into the person register, and answers with their numbers.

    The same count, seed and lowest age give the same people. Raises CrowdTooLarge.
    """
    async with sandbox.crowds_changing:
        crowd = _crowd(wanted, sandbox)
        people = await asyncio.to_thread(crowd.people)
        _add(crowd, people, sandbox)
    numbers = [person.national_id for person in people]
    return JSONResponse({"seed": crowd.seed, "nationalIds": numbers}, status_code=201)


@router.get("/practitioners", operation_id="listPractitioners")
async def list_practitioners(request: Request, sandbox: Here) -> Response:
    items = [practitioner.document() for practitioner in sandbox.population.practitioners.values()]
    return answer(request, _PRACTITIONERS, items)


@router.get("/staff", operation_id="listStaff")
async def list_staff(request: Request, sandbox: Here) -> Response:
    """Those who verify, publish and stop tools."""
    items = [person.document() for person in sandbox.population.staff.values()]
    return answer(request, _STAFF, items)


@router.get("/organisations", operation_id="listOrganisations")
async def list_organisations(request: Request, sandbox: Here) -> Response:
    items = [organisation.document() for organisation in sandbox.population.organisations.values()]
    return answer(request, _ORGANISATIONS, items)


@router.get("/tools", operation_id="listToolsOfFirstDay")
async def list_tools(request: Request, sandbox: Here) -> Response:
    """What the catalogue holds on the first day; what it holds now, only the catalogue knows."""
    return answer(request, _TOOLS, sandbox.population.tools)


def _crowd(wanted: CrowdRequest, sandbox: Sandbox) -> Crowd:
    if wanted.seed is not None:
        return Crowd(wanted.seed, wanted.count, wanted.minimum_age)
    latest = max((crowd.seed for crowd in Crowds(sandbox.storage).all()), default=0)
    return Crowd(latest + 1, wanted.count, wanted.minimum_age)


def _add(crowd: Crowd, people: list[CitizenRecord], sandbox: Sandbox) -> None:
    generated = sandbox.population.generated
    new = sum(person.national_id not in generated for person in people)
    if len(generated) + new > LARGEST_CROWD:
        raise CrowdTooLarge
    Crowds(sandbox.storage).keep(crowd)
    sandbox.population.add(people)
