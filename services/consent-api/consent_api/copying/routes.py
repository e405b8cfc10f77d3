"""HTTP of what our own services keep copies of."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from consent_api.access import OwnService
from consent_api.answers import READ, tagged
from consent_api.copying import service
from consent_api.copying.queries import Changed, Everybody, Place, State
from consent_api.copying.schemas import CopiedConsent, CopiedConsents, CopiedRecipients, CopiedReservation
from consent_api.errors import FeedRestarted
from consent_api.identities import REFERENCE
from shared.app import Now
from shared.auth import MACHINE_REFUSALS
from shared.db import CurrentDatabase
from shared.errors import InvalidInput, Unavailable, problems
from shared.exact import AS_DIGITS
from shared.http import IfNoneMatch
from shared.norway import day_in_norway
from shared.paging import Cursor, CursorInvalid, decode_position, encode_position

_LARGEST: Final = 2**63 - 1
_Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many people"), AS_DIGITS]

router = APIRouter(prefix="/v1/consents", tags=["Following changes"])


@router.get(
    "/changes",
    response_model=CopiedConsents,
    responses=READ | problems(*MACHINE_REFUSALS, Unavailable, CursorInvalid, FeedRestarted, InvalidInput),
)
async def list_consent_changes(
    caller: OwnService,
    database: CurrentDatabase,
    now: Now,
    limit: _Limit = 200,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Follow everybody's level and reservations, and who is told in their stead

    For our own services, which keep copies of what the events tell. Without a cursor everybody comes first, then those
    who have changed, each as they are now; a copy takes what has a higher version than it has. Nobody is left out, and
    somebody may come again as before. `feed-restarted` means: begin again, without a cursor.
    """
    states, place, more = await service.read_on(database, _place(cursor), limit, day_in_norway(now))
    items = [_item(state) for state in states]
    return tagged(CopiedConsents(items=items, next_cursor=encode_position(*place), more=more), known)


def _item(state: State) -> CopiedConsent:
    reservations = [CopiedReservation.model_validate(one._asdict(), by_name=True) for one in state.reservations]
    recipients = CopiedRecipients.model_validate(state.recipients._asdict(), by_name=True)
    values: dict[str, Any] = state._asdict() | {"reservations": reservations, "recipients": recipients}
    return CopiedConsent.model_validate(values, by_name=True)


def _place(cursor: str | None) -> Place | None:
    """Kept by the copies, so of no question. Raises CursorInvalid."""
    try:
        return _changed(cursor)
    except CursorInvalid:
        return _everybody(cursor)


def _changed(cursor: str | None) -> Changed | None:
    parts = decode_position(cursor, int, int, int, int)
    if parts is None:
        return None
    if not all(0 <= part <= _LARGEST for part in parts):
        raise CursorInvalid()
    return Changed(*parts)


def _everybody(cursor: str | None) -> Everybody:
    parts = decode_position(cursor, int, int, str)
    if parts is None or not all(0 <= part <= _LARGEST for part in parts[:2]) or not re.fullmatch(REFERENCE, parts[2]):
        raise CursorInvalid()
    return Everybody(*parts)
