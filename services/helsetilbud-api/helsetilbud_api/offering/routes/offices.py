"""The offices that the caller edits (H1)."""

import contextlib

from fastapi import APIRouter, Response

from helsetilbud_api.clients.gp_register import Office
from helsetilbud_api.offering import queries
from helsetilbud_api.offering.access import REFUSALS, AtOffice, LoggedIn, Register
from helsetilbud_api.offering.codes import Role
from helsetilbud_api.offering.errors import OfficeNotFound
from helsetilbud_api.offering.routes.answers import reading, tagged
from helsetilbud_api.offering.schemas import GpOffice, GpOffices
from shared.db import CurrentDatabase
from shared.errors import problems
from shared.http import IfNoneMatch

router = APIRouter(prefix="/v1/offices", tags=["GP office"])


@router.get("", summary="List my offices", response_model=GpOffices, responses=reading() | problems(*REFUSALS))
async def list_offices(
    caller: LoggedIn, register: Register, database: CurrentDatabase, known: IfNoneMatch = None
) -> Response:
    """Those where the caller is a GP by the register of GPs, and those that have appointed the caller as editor. Nobody
    has so many that there is a second page.
    """
    own = await register.offices_of(caller.hpr_number) if caller.hpr_number else ()
    offices: dict[int, tuple[Office, Role]] = {it.her_id: (it, "gp") for it in own}
    async with database.reader() as connection:
        edited = await queries.offices_edited_by(connection, caller.reference)
    for her_id in edited:
        with contextlib.suppress(OfficeNotFound):  # closed down since
            offices.setdefault(her_id, (await register.find_office(her_id), "editor"))
    items = [_shown(office, role) for _, (office, role) in sorted(offices.items())]
    return tagged(GpOffices(items=items), known=known)


@router.get("/{herId}", summary="Get one of my offices", response_model=GpOffice, responses=reading())
async def get_office(editor: AtOffice, known: IfNoneMatch = None) -> Response:
    """With those who work there. All below this address takes the same right: GP of the office, or its editor."""
    return tagged(_shown(editor.office, editor.role), known=known)


def _shown(office: Office, role: Role) -> GpOffice:
    return GpOffice.model_validate({**office.model_dump(), "your_role": role})
