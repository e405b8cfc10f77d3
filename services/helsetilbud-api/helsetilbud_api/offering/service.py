"""Use cases of those who edit an office's offering. Each change is a version that is kept, with who and when (H6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.offering import office_settings, queries, writing
from helsetilbud_api.offering.access import Editor
from helsetilbud_api.offering.contents import Appointment, Block
from helsetilbud_api.offering.errors import (
    BlockNotFound,
    ChangedMeanwhile,
    ChangeNotFound,
    EditorAlreadyAppointed,
    EditorNotFound,
    NotAPatientOfTheOffice,
    PatientAlreadyBlocked,
)
from helsetilbud_api.offering.office_settings import C, Setting
from helsetilbud_api.offering.queries import Kept
from shared.errors import PreconditionRequired
from shared.http import etag_is
from shared.schemas import RequestSchema, rfc3339


async def change(
    session: AsyncSession,
    editor: Editor,
    setting: Setting[C],
    content: C,
    if_match: str | None,
    now: datetime,
    restored_version: int | None = None,
) -> Kept[C]:
    """The setting from now on. The same content as it has changes nothing.

    Raises PreconditionRequired, ChangedMeanwhile, what the editor's right to it raises, and what its check raises.
    """
    if if_match is None:
        raise PreconditionRequired()
    editor.require_right_to(setting)
    checked = setting.check(content, editor.office)
    current = await queries.find_setting(session, editor.office.her_id, setting)
    if not etag_is(if_match, current.etag):
        raise _changed_meanwhile(current)
    if checked == current.content:
        return current
    changed = Kept(
        name=setting.name,
        content=checked,
        version=current.version + 1,
        changed_at=now,
        changed_by_name=editor.name,
        changed_by_role=editor.role,
        changed_by_hpr_number=editor.caller.hpr_number,
    )
    if not await writing.change_setting(session, _row(editor, changed), restored_version):
        raise _changed_meanwhile(await queries.find_setting(session, editor.office.her_id, setting))
    return changed


def _changed_meanwhile(current: Kept[C]) -> ChangedMeanwhile:
    """H6: the second of two is told who was first."""
    if current.changed_at is None:
        return ChangedMeanwhile(version=current.version)
    at = rfc3339(current.changed_at)
    return ChangedMeanwhile(version=current.version, changedBy=current.changed_by_name, changedAt=at)


def _row(editor: Editor, kept: Kept[C]) -> dict[str, object]:
    return {
        "her_id": editor.office.her_id,
        "setting": kept.name,
        "version": kept.version,
        "content": kept.content.model_dump(mode="json", by_alias=True),
        "changed_at": kept.changed_at,
        "changed_by": editor.caller.reference,
        "changed_by_name": kept.changed_by_name,
        "changed_by_role": kept.changed_by_role,
        "changed_by_hpr_number": kept.changed_by_hpr_number,
    }


async def restore(
    session: AsyncSession, editor: Editor, change_id: UUID, if_match: str | None, now: datetime
) -> Kept[RequestSchema]:
    """An earlier version put back as a new one (H6), if it still is allowed. Raises ChangeNotFound and as `change`."""
    found = await queries.find_change(session, editor.office.her_id, change_id)
    if found is None:
        raise ChangeNotFound()
    setting = office_settings.by_name(found.setting)
    return await change(session, editor, setting, setting.read(found.content), if_match, now, found.version)


async def appoint_editor(
    session: AsyncSession, editor: Editor, citizen: str, name: str, now: datetime
) -> tuple[UUID, Kept[Appointment]]:
    """H5: from now on the person edits on behalf of the office. Raises OnlyGps or EditorAlreadyAppointed."""
    editor.require_gp()
    editor_id = await writing.admit_person(session, citizen, editor.office.her_id, "editor")
    setting = office_settings.editor(editor_id)
    current = await queries.find_setting(session, editor.office.her_id, setting)
    if current.content.active:
        raise EditorAlreadyAppointed(editorId=str(editor_id))
    content = Appointment(name=name, active=True)
    return editor_id, await change(session, editor, setting, content, current.etag, now)


async def dismiss_editor(
    session: AsyncSession, editor: Editor, editor_id: UUID, if_match: str | None, now: datetime
) -> None:
    """Raises EditorNotFound and as `change`."""
    current = await find_editor(session, editor, editor_id)
    content = Appointment(name=current.content.name, active=False)
    await change(session, editor, office_settings.editor(editor_id), content, if_match, now)


async def find_editor(session: queries.Connection, editor: Editor, editor_id: UUID) -> Kept[Appointment]:
    """Raises EditorNotFound."""
    found = await queries.find_setting(session, editor.office.her_id, office_settings.editor(editor_id))
    if not found.content.active:
        raise EditorNotFound()
    return found


async def block_patient(
    session: AsyncSession, editor: Editor, citizen: str, block: Block, now: datetime
) -> tuple[UUID, Kept[Block]]:
    """H5: closes services to one patient. Raises NotAPatientOfTheOffice or PatientAlreadyBlocked."""
    if (await queries.find_patient(session, citizen)).her_id != editor.office.her_id:
        raise NotAPatientOfTheOffice()
    block_id = await writing.admit_person(session, citizen, editor.office.her_id, "blocked")
    setting = office_settings.blocked_patient(block_id)
    current = await queries.find_setting(session, editor.office.her_id, setting)
    if current.content.services:
        raise PatientAlreadyBlocked(blockId=str(block_id))
    return block_id, await change(session, editor, setting, block, current.etag, now)


async def find_block(session: queries.Connection, editor: Editor, block_id: UUID) -> Kept[Block]:
    """Raises BlockNotFound."""
    found = await queries.find_setting(session, editor.office.her_id, office_settings.blocked_patient(block_id))
    if not found.content.services:
        raise BlockNotFound()
    return found


async def change_block(
    session: AsyncSession, editor: Editor, block_id: UUID, block: Block, if_match: str | None, now: datetime
) -> Kept[Block]:
    """With no services it is lifted. Raises BlockNotFound and as `change`."""
    await find_block(session, editor, block_id)
    return await change(session, editor, office_settings.blocked_patient(block_id), block, if_match, now)
