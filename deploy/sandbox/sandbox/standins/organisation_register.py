"""The register of organisations, in the shapes of Enhetsregisteret's open API: main entities (`enheter`) and the units
below them (`underenheter`), each by its number, and searches by name with HAL pages.

What is deleted is in no search. A main entity that is deleted is still told of, with `slettedato`; a unit is gone, 410.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from sandbox.context import Here
from sandbox.faults import FaultyAnswer, Target, faulty
from sandbox.population.models import OrganisationRecord
from sandbox.population.population import Population
from shared.errors import NotFound

_REACHED_AT_MOST: Final = 10_000  # by pages, as in the register itself
_UNIT: Final = ("BEDR", "Underenhet til næringsdrivende og offentlig forvaltning")
_FORMS: Final = {
    "municipality": ("KOMM", "Kommune"),
    "hospital": ("SÆR", "Annet foretak iflg. særskilt lov"),
    "supplier": ("AS", "Aksjeselskap"),
    "health-body": ("ORGL", "Organisasjonsledd"),
    "platform": ("ORGL", "Organisasjonsledd"),
}

router = APIRouter(
    prefix="/organisation-register",
    tags=["Stand-ins"],
    dependencies=[Depends(faulty(Target.ORGANISATION_REGISTER))],
)

Size = Annotated[int, Query(ge=1, le=_REACHED_AT_MOST)]
PageNumber = Annotated[int, Query(ge=0)]


@router.get("/enheter", operation_id="searchMainEntities")
async def search_main(
    request: Request, sandbox: Here, navn: str = "", size: Size = 20, page: PageNumber = 0
) -> JSONResponse:
    return _page(request, "enheter", _named(sandbox.population, navn, units=False), size, page)


@router.get("/underenheter", operation_id="searchUnits")
async def search_units(
    request: Request, sandbox: Here, navn: str = "", size: Size = 20, page: PageNumber = 0
) -> JSONResponse:
    return _page(request, "underenheter", _named(sandbox.population, navn, units=True), size, page)


@router.get("/enheter/{number}", operation_id="getMainEntity")
async def get_main(number: str, request: Request, sandbox: Here) -> JSONResponse:
    found = sandbox.population.organisations.get(number)
    if found is None or found.parent:
        raise NotFound
    return JSONResponse(_entry(request, found))


@router.get("/underenheter/{number}", operation_id="getUnit")
async def get_unit(number: str, request: Request, sandbox: Here) -> JSONResponse:
    found = sandbox.population.organisations.get(number)
    if found is None or not found.parent:
        raise NotFound
    if found.closed_at:
        raise FaultyAnswer(410, {"organisasjonsnummer": number, "slettedato": found.closed_at.isoformat()})
    return JSONResponse(_entry(request, found))


def _named(population: Population, name: str, *, units: bool) -> list[OrganisationRecord]:
    """All words of the question begin words of the name."""
    wanted = name.casefold().split()
    return [
        it
        for it in population.organisations.values()
        if bool(it.parent) is units and it.closed_at is None and _has_all(it.name.casefold().split(), wanted)
    ]


def _has_all(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _page(request: Request, kind: str, found: Sequence[OrganisationRecord], size: int, page: int) -> JSONResponse:
    """`_embedded` is left out of an empty page."""
    if (page + 1) * size > _REACHED_AT_MOST:
        raise FaultyAnswer(400, {"status": 400, "feilmelding": "Feilaktig forespørsel"})
    items = [_entry(request, it) for it in found[page * size : (page + 1) * size]]
    return JSONResponse(
        ({"_embedded": {kind: items}} if items else {})
        | {
            "_links": {"self": {"href": str(request.url)}},
            "page": {
                "size": size,
                "totalElements": len(found),
                "totalPages": -(-len(found) // size),
                "number": page,
            },
        }
    )


def _entry(request: Request, organisation: OrganisationRecord) -> dict[str, Any]:
    code, description = _UNIT if organisation.parent else _FORMS.get(organisation.kind, _FORMS["municipality"])
    kind = "underenheter" if organisation.parent else "enheter"
    number = organisation.organisation_number
    return (
        {
            "organisasjonsnummer": number,
            "navn": organisation.name,
            "organisasjonsform": {"kode": code, "beskrivelse": description},
        }
        | ({"overordnetEnhet": organisation.parent} if organisation.parent else {})
        | ({"slettedato": organisation.closed_at.isoformat()} if organisation.closed_at else {})
        | {"_links": {"self": {"href": f"{request.base_url}{router.prefix[1:]}/{kind}/{number}"}}}
    )
