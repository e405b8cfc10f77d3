"""The person register: who lives, is dead, has moved abroad, and who has parental responsibility for whom."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.context import Here
from sandbox.faults import Target, faulty
from sandbox.population.models import CitizenRecord
from sandbox.population.population import Population

# the data files need not say when somebody died; the register always does
_SOME_DAY_OF_DEATH = date(2025, 3, 14)

router = APIRouter(
    prefix="/person-register", tags=["Stand-ins"], dependencies=[Depends(faulty(Target.PERSON_REGISTER))]
)


class PersonLookup(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    national_ids: Annotated[list[str], Field(min_length=1, max_length=1000)]


@router.post("/persons/lookup", operation_id="lookUpPersons")
async def look_up(wanted: PersonLookup, sandbox: Here) -> JSONResponse:
    """Unknown numbers are left out of the answer. Parents and children are those of parental responsibility."""
    known = sandbox.population.known_among(wanted.national_ids)
    return JSONResponse({"persons": [_entry(person, sandbox.population) for person in known]})


def _entry(person: CitizenRecord, population: Population) -> dict[str, Any]:
    deceased_at = (person.deceased_at or _SOME_DAY_OF_DEATH) if person.status == "deceased" else None
    return {
        "nationalId": person.national_id,
        "name": person.name,
        "birthDate": person.birth_date.isoformat(),
        "status": person.status,
        "deceasedAt": deceased_at.isoformat() if deceased_at else None,
        "confidentialAddress": person.confidential_address,
        "parents": population.parents_of(person.national_id),
        "children": list(person.children),
    }
