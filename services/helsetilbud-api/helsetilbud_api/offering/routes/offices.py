"""The offices that the caller edits (H1)."""

import contextlib

from fastapi import APIRouter, Response

from helsetilbud_api.clients.errors import OfficeNotFound
from helsetilbud_api.clients.gp_register import Office
from helsetilbud_api.offering import queries
from helsetilbud_api.offering.access import REFUSALS, AtOffice, Editor, LoggedIn, Register, editor_at
from helsetilbud_api.offering.errors import OfficeAccessDenied
from helsetilbud_api.offering.routes.answers import reading, tagged
from helsetilbud_api.offering.schemas import GpOffice, GpOffices
from shared.app import Now
from shared.db import CurrentDatabase
from shared.errors import problems
from shared.http import IfNoneMatch

router = APIRouter(prefix="/v1/offices", tags=["GP office"])


@router.get("", summary="List my offices", response_model=GpOffices, responses=reading() | problems(*REFUSALS))
async def list_offices(
    caller: LoggedIn, register: Register, database: CurrentDatabase, now: Now, known: IfNoneMatch = None
) -> Response:
    """Those where the caller is a GP by the register of GPs, those that have appointed the caller as editor, and those
    where the caller works on a GP's list today as a substitute. Nobody has so many that there is a second page.
    """
    there = await register.offices_of(caller.hpr_number) if caller.hpr_number else ()
    offices: dict[int, Office] = {it.her_id: it for it in there}
    async with database.reader() as connection:
        edited = await queries.offices_edited_by(connection, caller.reference)
    for her_id in edited:
        if her_id not in offices:
            with contextlib.suppress(OfficeNotFound):  # closed down since
                offices[her_id] = await register.find_office(her_id)
    items = []
    async with database.reader() as connection:
        for _, office in sorted(offices.items()):
            with contextlib.suppress(OfficeAccessDenied):  # a substitute on nobody's list today
                items.append(_shown(await editor_at(connection, caller, office, now)))
    return tagged(GpOffices(items=items), known=known)


@router.get("/{herId}", summary="Get one of my offices", response_model=GpOffice, responses=reading())
async def get_office(editor: AtOffice, known: IfNoneMatch = None) -> Response:
    """With those who work there. All below this address takes the same right: GP of the office, its editor, or today a
    substitute of one of its GPs, who reads what patients see and changes what is of that GP's list.
    """
    return tagged(_shown(editor), known=known)


def _shown(editor: Editor) -> GpOffice:
    return GpOffice.model_validate(
        {
            **editor.office.model_dump(),
            "your_role": editor.role,
            "whole_office": editor.whole_office,
            "stands_in_for": sorted(editor.stands_in_for),
        }
    )
