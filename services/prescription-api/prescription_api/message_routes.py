"""What practitioners have written to patients, for the service that shows citizens what is theirs (P8, 0058)."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from prescription_api import reading
from prescription_api.callers import CitizenPages, PrescriptionId
from prescription_api.errors import PrescriptionNotFound
from prescription_api.outside import CurrentOutside
from prescription_api.schemas import PrescriptionMessage
from shared.auth import MACHINE_REFUSALS
from shared.errors import problems

router = APIRouter()


@router.get(
    "/v1/prescriptions/{prescriptionId}/message",
    response_model=PrescriptionMessage,
    tags=["prescriptions"],
    summary="Get the message to the patient",
    responses=problems(*MACHINE_REFUSALS, PrescriptionNotFound),
)
async def get_message(prescription_id: PrescriptionId, caller: CitizenPages, outside: CurrentOutside) -> JSONResponse:
    """For our own service that shows it to the patient, and to whoever may act for them. What was written with a
    prescription that is revoked is taken back with it.
    """
    message = await reading.message_of(outside, prescription_id)
    return JSONResponse({"prescriptionId": str(prescription_id), "message": message})
