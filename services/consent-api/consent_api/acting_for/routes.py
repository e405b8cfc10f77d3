"""HTTP of whom one may act for."""

from typing import Final

from fastapi import APIRouter, Request, Response

from consent_api.acting_for.schemas import EverybodyActedFor
from consent_api.acting_for.service import find_everybody
from consent_api.answers import READ, tagged
from consent_api.errors import PersonRegisterUnavailable
from consent_api.representation.acting import OwnAffairs
from shared.app import Now, References
from shared.auth import CITIZEN_REFUSALS, RepresentationNotAllowed, TooYoung
from shared.db import CurrentDatabase
from shared.errors import Unavailable, problems
from shared.http import IfNoneMatch

_REFUSALS: Final = (*CITIZEN_REFUSALS, RepresentationNotAllowed, TooYoung, PersonRegisterUnavailable, Unavailable)

router = APIRouter(prefix="/v1", tags=["Representation"])


@router.get("/me/acting-for", response_model=EverybodyActedFor, responses=READ | problems(*_REFUSALS))
async def list_acting_for(
    me: OwnAffairs,
    request: Request,
    database: CurrentDatabase,
    references: References,
    now: Now,
    known: IfNoneMatch = None,
) -> Response:
    """List whom I may act for

    Children under 16, as the person register says now, and those whose power of attorney I hold. For each area, whether
    one may, and if not, why. Nobody's national identity number is told. Logging in on behalf of somebody is done at
    the login itself; the right is verified again at each use.
    """
    numbers = await request.app.state.auth.persons(request)
    items = await find_everybody(database, references, request.app.state.persons, numbers.actor, now)
    return tagged(EverybodyActedFor(items=items), known)
