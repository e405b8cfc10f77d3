"""HTTP only: a supplier redeems a launch code."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Security

from helsetilbud_api.citizen.errors import LaunchNotFound
from helsetilbud_api.citizen.launching import service
from helsetilbud_api.citizen.launching.schemas import LaunchCode, RedeemedLaunch
from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from helsetilbud_api.clients.permissions import Permissions
from shared.app import Now
from shared.auth import MACHINE_REFUSALS, Machine, machine
from shared.db import CurrentDatabase, Session
from shared.errors import InvalidInput, MalformedRequest, Unavailable, problems
from shared.http import BodyTooLarge, UnsupportedMediaType

SCOPE: Final = "nhn:helsetilbud/supplier"

router = APIRouter(prefix="/v1/launches", tags=["Launch"])


@router.post(
    "/redeem",
    summary="Redeem a launch code",
    response_model=RedeemedLaunch,
    responses=problems(
        *MACHINE_REFUSALS,
        MalformedRequest,
        BodyTooLarge,
        UnsupportedMediaType,
        InvalidInput,
        Unavailable,
        ConsentServiceUnavailable,
        LaunchNotFound,
    ),
)
async def redeem_launch(
    launch: LaunchCode,
    caller: Annotated[Machine, Security(machine(SCOPE))],
    database: CurrentDatabase,
    session: Session,
    permissions: Permissions,
    now: Now,
) -> dict[str, Any]:
    """For the tool's supplier, whose organisation number is that of the catalogue. A code is good once, for 60 seconds.
    One that is unknown, used, too old, of another tool or another supplier is `launch-not-found`, and so is one whose
    tool has been withdrawn or deleted since or may not be opened any longer by who has come, or whose citizen no longer
    consents; the citizen opens the tool again.
    `consent-service-unavailable` uses nothing: the code is as good as before.
    """
    return await service.redeem(database, session, permissions, caller, launch.code, launch.tool_id, now)
