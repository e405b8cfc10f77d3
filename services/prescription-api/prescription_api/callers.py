"""Who may call what, as parameters of routes."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Security

from shared.auth import Citizen, Machine, Practitioner, citizen, either, machine, practitioner

_prescribing = practitioner("nhn:verktoyformidler/prescribe")
_reading = either(practitioner("nhn:verktoyformidler/read"), _prescribing)

Prescriber = Annotated[Practitioner, Security(_prescribing)]
Reading = Annotated[Practitioner, Security(_reading)]
Supplier = Annotated[Machine, Security(machine("nhn:verktoyformidler/supplier"))]
Me = Annotated[Citizen, Security(citizen())]

PrescriptionId = Annotated[UUID, Path(alias="prescriptionId")]
