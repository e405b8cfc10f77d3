"""Suppliers' questions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from prescription_api import errors
from prescription_api.callers import Supplier
from prescription_api.outside import CurrentOutside
from prescription_api.suppliers import service
from prescription_api.suppliers.schemas import PrescribersWanted, ToolPrescriber
from shared.app import Now
from shared.auth import MACHINE_REFUSALS
from shared.errors import problems
from shared.exact import Id
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, decode_moment_cursor

router = APIRouter()


@router.post(
    "/v1/tools/{toolId}/prescribers",
    response_model=Page[ToolPrescriber],
    tags=["suppliers"],
    summary="Ask who has sent your tool to a citizen",
    responses=problems(
        *MACHINE_REFUSALS, NationalIdMalformed, NationalIdCheckDigits, errors.ToolNotFound, CursorInvalid
    ),
)
async def list_tool_prescribers(
    tool_id: Annotated[Id, Path(alias="toolId")],
    wanted: PrescribersWanted,
    caller: Supplier,
    outside: CurrentOutside,
    now: Now,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> JSONResponse:
    """For the tool's supplier: the organisation of the token is the one the catalogue has. Newest first, and only what
    the citizen has started and still has. The list is empty for who has not started the tool, and does not tell whether
    it has been sent to them. Another supplier's tool is not found. Each question is in the citizen's access log (P11,
    P13).
    """
    national_id = NationalId.parse(wanted.patient.national_id, allow_synthetic=outside.allow_synthetic)
    outside.limits.look_ups(caller.client_id, caller.organisation, 1)
    citizen = outside.references.of(national_id)
    after = decode_moment_cursor(cursor, about=citizen)
    return JSONResponse(await service.list_prescribers(outside, caller, tool_id, citizen, after, limit, now))
