"""The register of GPs: who works at which office, and whose list a citizen is on."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.context import Here
from sandbox.faults import Target, faulty
from sandbox.population.models import OrganisationRecord
from sandbox.population.population import Population
from shared.errors import NotFound

router = APIRouter(prefix="/gp-register", tags=["Stand-ins"], dependencies=[Depends(faulty(Target.GP_REGISTER))])


@router.get("/offices/{her_id}", operation_id="getGpOffice")
async def get_office(her_id: int, sandbox: Here) -> dict[str, Any]:
    office = sandbox.population.office(her_id)
    if office is None:
        raise NotFound
    return _entry(office, sandbox.population)


@router.get("/practitioners/{hpr_number}/offices", operation_id="listOfficesOfGp")
async def list_offices(hpr_number: str, sandbox: Here) -> dict[str, Any]:
    """Where they work, with a list of their own or as a substitute; none for who is no GP."""
    population = sandbox.population
    works_at = [it.her_id for it in population.relations.practitioner_offices if it.hpr_number == hpr_number]
    offices = [office for her_id in works_at if (office := population.office(her_id))]
    return {"offices": [_entry(office, population) for office in offices]}


@router.get("/patient-lists/changes", operation_id="listPatientListChanges")
async def list_changes(
    sandbox: Here,
    cursor: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> dict[str, Any]:
    """Who came onto which list, oldest first; somebody without a GP any more has null for both.

    Nobody changes GP here, so that a change is a line of the data file, and its sequence the line's number.
    """
    lists = sandbox.population.relations.general_practitioners
    page = [{"sequence": place} | it.document() for place, it in enumerate(lists, start=1)][cursor : cursor + limit]
    reached = cursor + len(page)
    return {"items": page, "nextCursor": str(reached), "more": reached < len(lists)}


def _entry(office: OrganisationRecord, population: Population) -> dict[str, Any]:
    there = [it for it in population.relations.practitioner_offices if it.her_id == office.her_id]
    return {
        "herId": office.her_id,
        "name": office.name,
        "address": office.address,
        "practitioners": [
            {"hprNumber": it.hpr_number, "name": population.practitioners[it.hpr_number].name, "role": it.role}
            for it in there
        ],
    }
