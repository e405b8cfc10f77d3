"""Those who edit on behalf of the office (H5). Their numbers come in bodies, become references, are forgotten (I1)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from helsetilbud_api.access_log.writing import logged
from helsetilbud_api.offering import office_settings, queries, service
from helsetilbud_api.offering.access import ForWholeOffice
from helsetilbud_api.offering.contents import Appointment
from helsetilbud_api.offering.errors import EditorAlreadyAppointed, EditorNotFound, OnlyGps, SubstituteNotAllowed
from helsetilbud_api.offering.office_settings import EDITORS
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.routes.answers import (
    NUMBER_REFUSALS,
    TEXT_REFUSALS,
    changed,
    create_once,
    creating,
    ending,
    look_up,
    name_after,
    next_cursor,
    reading,
    tagged,
)
from helsetilbud_api.offering.schemas import NewEditor, OfficeEditor, OfficeEditors
from shared.app import Now
from shared.db import CurrentDatabase, Reader, Session
from shared.exact import Id
from shared.http import IfMatch, IfNoneMatch
from shared.idempotency import IdempotencyKey
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit

router = APIRouter(prefix="/v1/offices/{herId}/editors", tags=["Editors"])

EditorId = Annotated[Id, Path(alias="editorId")]


@router.get(
    "",
    summary="List the editors",
    response_model=OfficeEditors,
    responses=reading(CursorInvalid, SubstituteNotAllowed),
)
async def list_editors(
    editor: ForWholeOffice,
    reader: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """Those who edit on behalf of the office now; who appointed each, and when."""
    after, any_editor = name_after(cursor), office_settings.editor(UUID(int=0))
    found = await queries.list_about_people(reader, editor.office.her_id, EDITORS, any_editor, after, limit + 1)
    page = OfficeEditors(items=[_editor(it) for it in found[:limit]], next_cursor=next_cursor(found, limit))
    return tagged(page, known=known)


@router.post(
    "",
    summary="Appoint an editor",
    status_code=201,
    response_model=OfficeEditor,
    responses=creating(OnlyGps, EditorAlreadyAppointed, *NUMBER_REFUSALS, *TEXT_REFUSALS),
)
async def appoint_editor(
    editor: ForWholeOffice,
    new: NewEditor,
    request: Request,
    database: CurrentDatabase,
    session: Session,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Only a GP of the office may. The person then logs in with HelseID; all they do is recorded in their own name.
    They can read in their access log that they were named.
    """
    editor.require_gp()
    named = look_up(request, editor, new.person, "named-editor", now)

    async def create() -> tuple[str, str, OfficeEditor]:
        editor_id, kept = await service.appoint_editor(session, editor, named.citizen, new.name, now)
        return str(editor_id), kept.etag, _editor(kept)

    async with logged(database, session, named):
        return await create_once(session, request, idempotency_key, create)


@router.get(
    "/{editorId}",
    summary="Get an editor",
    response_model=OfficeEditor,
    responses=reading(EditorNotFound, SubstituteNotAllowed),
)
async def get_editor(
    editor: ForWholeOffice, editor_id: EditorId, reader: Reader, known: IfNoneMatch = None
) -> Response:
    """As in the list, with the ETag that taking the editor off builds on."""
    kept = await service.find_editor(reader, editor, editor_id)
    return tagged(_editor(kept), kept.etag, known)


@router.delete(
    "/{editorId}",
    summary="Take an editor off",
    status_code=204,
    responses=ending(OnlyGps, EditorNotFound),
)
async def dismiss_editor(
    editor: ForWholeOffice, editor_id: EditorId, session: Session, now: Now, seen: IfMatch = None
) -> None:
    """Only a GP of the office may. Takes effect at once."""
    await service.dismiss_editor(session, editor, editor_id, seen, now)


def _editor(kept: Kept[Appointment]) -> OfficeEditor:
    editor_id = UUID(kept.name.removeprefix(EDITORS))
    return OfficeEditor(editor_id=editor_id, name=kept.content.name, **changed(kept))
