"""Every change of the office's offering, and putting an earlier version back (H6)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Row

from helsetilbud_api.clients.errors import PractitionerNotFound
from helsetilbud_api.offering import queries, service
from helsetilbud_api.offering.access import AtOffice
from helsetilbud_api.offering.errors import ChangeNotFound, FormNotOffered, OnlyGps, SubstituteUnknown, TextOfAnotherGp
from helsetilbud_api.offering.routes.answers import TEXT_REFUSALS, changed_by, ending, reading, tagged
from helsetilbud_api.offering.schemas import SettingChange, SettingChanges
from shared.app import Now
from shared.db import Reader, Session
from shared.exact import Id
from shared.http import IfMatch, IfNoneMatch
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/offices/{herId}/history", tags=["Preview and history"])


@router.get("", summary="List the changes", response_model=SettingChanges, responses=reading(CursorInvalid))
async def list_history(
    editor: AtOffice,
    reader: Reader,
    setting: Annotated[
        str | None,
        Query(max_length=200, description="Only of this setting", examples=["info-messages/gp-panel"]),
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Who changed what, when, and to what: texts, forms, services, substitutes, editors and blocks, newest first. A
    substitute sees none of editors and blocks.
    """
    found = await queries.list_changes(
        reader, editor.office.her_id, setting, _before(cursor), limit + 1, about_people=editor.whole_office
    )
    more = encode_cursor(found[limit - 1].sequence) if len(found) > limit else None
    return tagged(SettingChanges(items=[_shown(row) for row in found[:limit]], next_cursor=more), known=known)


@router.post(
    "/{changeId}/restore",
    summary="Put an earlier version back",
    response_model=SettingChange,
    responses=ending(
        ChangeNotFound,
        OnlyGps,
        PractitionerNotFound,
        SubstituteUnknown,
        FormNotOffered,
        TextOfAnotherGp,
        *TEXT_REFUSALS,
    ),
)
async def restore_change(
    editor: AtOffice,
    change_id: Annotated[Id, Path(alias="changeId")],
    session: Session,
    now: Now,
    seen: IfMatch = None,
) -> Response:
    """As a new version of the setting, by the caller; the versions between stay in the history. `If-Match` is the
    version in force: the one that is `current` in the history, in quotation marks. What would be refused if it was sent
    in today is refused here as well. Answers with the version in force afterwards.
    """
    kept = await service.restore(session, editor, change_id, seen, now)
    [row] = await queries.list_changes(session, editor.office.her_id, kept.name, queries.LATEST, 1)
    return tagged(_shown(row), kept.etag)


def _before(cursor: str | None) -> int:
    position = decode_cursor(cursor, int)
    if position is None:
        return queries.LATEST
    if not 0 < position[0] <= queries.LATEST:
        raise CursorInvalid()
    return int(position[0])


def _shown(row: Row[Any]) -> SettingChange:
    return SettingChange(
        change_id=row.change_id,
        setting=row.setting,
        content=row.content,
        restored_version=row.restored_version,
        current=row.current,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=changed_by(row.changed_by_name, row.changed_by_role, row.changed_by_hpr_number),
    )
