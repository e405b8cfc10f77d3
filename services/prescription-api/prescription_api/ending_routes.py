"""Revoking and ending over HTTP (P10)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from prescription_api import ending, errors
from prescription_api.answers import TAGGED
from prescription_api.callers import Prescriber, PrescriptionId
from prescription_api.closing import Why
from prescription_api.models import Act
from prescription_api.outside import CurrentOutside, Outside
from prescription_api.schemas import ENDING, EndingWanted, Prescription, Revocation
from shared.auth import PRACTITIONER_REFUSALS, Practitioner
from shared.errors import problems
from shared.idempotency import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, repeatable
from shared.language import best_language

router = APIRouter()

_CLOSING = TAGGED | problems(
    *PRACTITIONER_REFUSALS,
    errors.HprNotValid,
    errors.HprUnavailable,
    errors.PrescriptionNotFound,
    errors.PrescriptionStateConflict,
    IdempotencyInProgress,
    IdempotencyKeyReused,
)


@router.post(
    "/v1/prescriptions/{prescriptionId}/revoke",
    response_model=Prescription,
    tags=["prescriptions"],
    summary="Take a prescription back",
    responses=_CLOSING,
)
async def revoke_prescription(
    prescription_id: PrescriptionId,
    revocation: Revocation,
    caller: Prescriber,
    outside: CurrentOutside,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By whoever prescribed it, and by everybody of the organisation that did (P10). The citizen no longer has the tool
    and can have it prescribed again. A prescription that a stopped tool has ended can be revoked too: else it comes
    back when the tool does.
    """
    return await _close(
        request,
        outside,
        caller,
        prescription_id,
        "revoke",
        Why(revocation.category, revocation.reason),
        idempotency_key,
    )


@router.post(
    "/v1/prescriptions/{prescriptionId}/end",
    response_model=Prescription,
    tags=["prescriptions"],
    summary="End a prescription that has done its work",
    responses=_CLOSING,
)
async def end_prescription(
    prescription_id: PrescriptionId,
    caller: Prescriber,
    outside: CurrentOutside,
    request: Request,
    ending: Annotated[EndingWanted | None, Body(examples=[ENDING])] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """One that the citizen has opened; one that nobody has opened is revoked instead. The citizen no longer has the
    tool and can have it prescribed again.
    """
    wanted = ending or EndingWanted()
    why = Why(wanted.category, wanted.reason)
    return await _close(request, outside, caller, prescription_id, "end", why, idempotency_key)


async def _close(
    request: Request,
    outside: Outside,
    caller: Practitioner,
    prescription_id: UUID,
    act: Act,
    why: Why,
    idempotency_key: str | None,
) -> Response:
    language = best_language(request.headers.get("accept-language"))
    repeat = await repeatable(request, idempotency_key)
    now = request.app.state.clock()
    answer, replayed = await ending.close(outside, caller, prescription_id, act, why, repeat, language, now)
    return answer.response(replayed=replayed)
