"""Who may call what, as parameters of routes."""

from typing import Annotated

from fastapi import Path, Security

from shared.auth import Citizen, Machine, Practitioner, acting, either, machine, practitioner
from shared.exact import Id

_prescribing = practitioner("nhn:verktoyformidler/prescribe")
_reading = either(practitioner("nhn:verktoyformidler/read"), _prescribing)

Prescriber = Annotated[Practitioner, Security(_prescribing)]
Reading = Annotated[Practitioner, Security(_reading)]
Supplier = Annotated[Machine, Security(machine("nhn:verktoyformidler/supplier"))]
# our own service that shows citizens what is theirs
CitizenPages = Annotated[Machine, Security(machine("nhn:verktoyformidler/citizen-pages"))]
# the citizen, or whoever may see to this for them, as consent-api says on every request (S5); a young person's log is
# their own
Me = Annotated[Citizen, Security(acting("health-care", "read", young_persons_own=True))]

PrescriptionId = Annotated[Id, Path(alias="prescriptionId")]
