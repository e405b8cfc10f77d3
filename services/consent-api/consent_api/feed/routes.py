"""HTTP of the change feed."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from consent_api.access import CheckingSystem
from consent_api.answers import READ, SENT_IN, tagged
from consent_api.errors import FeedRestarted
from consent_api.feed import service
from consent_api.feed.queries import Position
from consent_api.feed.schemas import InterestAnswer, InterestIn, InterestWanted, StandingChange, StandingChanges
from consent_api.identities import REFERENCE, NationalIdError, NationalIdProblem, parse_all
from shared.app import Now, References
from shared.auth import MACHINE_REFUSALS
from shared.citizenref import CitizenReferences
from shared.db import CurrentDatabase
from shared.errors import InvalidInput, MalformedRequest, Unavailable, problems
from shared.http import IfNoneMatch
from shared.language import best_language
from shared.nationalid import NationalId
from shared.norway import day_in_norway
from shared.paging import Cursor, CursorInvalid, Limit, decode_position, encode_position

_REFUSALS: Final = (*MACHINE_REFUSALS, Unavailable)
_LARGEST: Final = 2**63 - 1

router = APIRouter(prefix="/v1/digitally-active", tags=["Following changes"])


@router.post("/interest", response_model=InterestAnswer, responses=problems(*_REFUSALS, *SENT_IN))
async def register_interest(
    caller: CheckingSystem,
    wanted: InterestWanted,
    request: Request,
    database: CurrentDatabase,
    references: References,
    now: Now,
) -> Response:
    """Register interest in people whose state I keep a copy of

    Answers with the references that their changes will be told by. Adds to those registered before; doing it again
    changes nothing. Can be read by each of them in their log.
    """
    language = best_language(request.headers.get("accept-language"))
    request.app.state.limits.look_ups(caller.client_id, caller.organisation, len(wanted.national_ids))
    numbers = parse_all(
        wanted.national_ids, day_in_norway(now), allow_synthetic=request.app.state.settings.allow_synthetic
    )
    items = [
        _interest_in(text, number, references, language)
        for text, number in zip(wanted.national_ids, numbers, strict=True)
    ]
    if citizens := [item.citizen for item in items if item.citizen]:
        await service.register_interest(database, caller, citizens, now)
    return Response(
        InterestAnswer(items=items).model_dump_json(by_alias=True),
        media_type="application/json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


@router.delete("/interest", status_code=204, responses=problems(*_REFUSALS, MalformedRequest))
async def end_all_interest(caller: CheckingSystem, database: CurrentDatabase) -> None:
    """End my interest in everyone"""
    await service.end_all_interest(database, caller)


@router.delete("/interest/{citizen}", status_code=204, responses=problems(*_REFUSALS, InvalidInput))
async def end_interest(
    caller: CheckingSystem,
    citizen: Annotated[str, Path(pattern=REFERENCE, max_length=35)],
    database: CurrentDatabase,
    references: References,
) -> None:
    """End my interest in somebody

    By the reference that was given when it was registered. Doing it again changes nothing.
    """
    await service.end_interest(database, caller, references.renew(citizen))


@router.get(
    "/changes",
    response_model=StandingChanges,
    responses=READ | problems(*_REFUSALS, CursorInvalid, FeedRestarted, InvalidInput),
)
async def list_standing_changes(
    caller: CheckingSystem,
    database: CurrentDatabase,
    limit: Limit = 50,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Follow whose state may have changed

    To keep a copy: register interest, ask here without a cursor for where to begin, ask `/v1/digitally-active` about
    everyone, and then follow from the cursor, asking anew about those who are named. Nobody is left out, and somebody
    may be named whose state is as before. In no area does anybody's state change without their being named; what
    changes with a date (birthdays, the last day of a power of attorney) is told just after midnight in Norway.
    `feed-restarted` means: begin again.
    """
    found, end = await service.follow(database, caller, _position(cursor), limit)
    items = [StandingChange(citizen=changed.citizen, changed_at=changed.changed_at) for changed in found.changed]
    return tagged(StandingChanges(items=items, next_cursor=encode_position(*end), more=found.more), known)


def _interest_in(
    text: str, number: NationalId | NationalIdError, references: CitizenReferences, language: str
) -> InterestIn:
    if isinstance(number, NationalId):
        return InterestIn(national_id=text, citizen=references.of(number), error=None)
    return InterestIn(national_id=text, citizen=None, error=NationalIdProblem.of(number, language))


def _position(cursor: str | None) -> Position | None:
    """Kept by those who follow, so of no question. Raises CursorInvalid."""
    position = decode_position(cursor, int, int, int)
    if position is None:
        return None
    if not all(0 <= part <= _LARGEST for part in position):
        raise CursorInvalid()
    return Position(*position)
