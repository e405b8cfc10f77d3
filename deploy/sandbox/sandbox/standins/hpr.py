"""The register of health personnel (HPR): is this number somebody who may work, and as what?"""

from typing import Any

from fastapi import APIRouter, Depends

from sandbox.context import Here
from sandbox.faults import Target, faulty
from sandbox.population.models import PractitionerRecord
from shared.errors import NotFound

router = APIRouter(prefix="/hpr", tags=["Stand-ins"], dependencies=[Depends(faulty(Target.HPR))])


@router.get("/practitioners/{hpr_number}", operation_id="getPractitionerFromHpr")
async def get_practitioner(hpr_number: str, sandbox: Here) -> dict[str, Any]:
    practitioner = sandbox.population.practitioner(hpr_number)
    if practitioner is None:
        raise NotFound
    return _entry(practitioner)


def _entry(practitioner: PractitionerRecord) -> dict[str, Any]:
    document = practitioner.document()
    return {name: document[name] for name in ("hprNumber", "name", "valid", "authorisations")}
