"""Patients to whom the office has closed something (H5). Their numbers come in bodies, become references, and are
forgotten (I1).
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from helsetilbud_api.access_log.writing import logged, record
from helsetilbud_api.offering import contents, office_settings, queries, service
from helsetilbud_api.offering.access import ForWholeOffice
from helsetilbud_api.offering.contents import Block
from helsetilbud_api.offering.errors import (
    BlockNotFound,
    NotAPatientOfTheOffice,
    PatientAlreadyBlocked,
    SubstituteNotAllowed,
)
from helsetilbud_api.offering.office_settings import BLOCKED_PATIENTS
from helsetilbud_api.offering.queries import Kept
from helsetilbud_api.offering.routes.answers import (
    NUMBER_REFUSALS,
    TEXT_REFUSALS,
    changed,
    changing,
    create_once,
    creating,
    ending,
    look_up,
    name_after,
    next_cursor,
    reading,
    searching,
    tagged,
)
from helsetilbud_api.offering.schemas import BlockChange, BlockedPatient, BlockedPatients, BlockSearch, NewBlock
from shared.app import Now
from shared.db import CurrentDatabase, Reader, Session
from shared.exact import Id
from shared.http import IfMatch, IfNoneMatch
from shared.idempotency import IdempotencyKey
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit

router = APIRouter(prefix="/v1/offices/{herId}/blocked-patients", tags=["Blocked patients"])

BlockId = Annotated[Id, Path(alias="blockId")]


@router.get(
    "",
    summary="List the blocks",
    response_model=BlockedPatients,
    responses=reading(CursorInvalid, SubstituteNotAllowed),
)
async def list_blocked_patients(
    editor: ForWholeOffice,
    reader: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    known: IfNoneMatch = None,
) -> Response:
    """What is closed, since when and why. Not to whom: numbers are not kept, so search for a patient's block."""
    after, any_block = name_after(cursor), office_settings.blocked_patient(UUID(int=0))
    found = await queries.list_about_people(reader, editor.office.her_id, BLOCKED_PATIENTS, any_block, after, limit + 1)
    page = BlockedPatients(items=[_block(it) for it in found[:limit]], next_cursor=next_cursor(found, limit))
    return tagged(page, known=known)


@router.post(
    "",
    summary="Close services to a patient",
    status_code=201,
    response_model=BlockedPatient,
    responses=creating(NotAPatientOfTheOffice, PatientAlreadyBlocked, *NUMBER_REFUSALS, *TEXT_REFUSALS),
)
async def block_patient(
    editor: ForWholeOffice,
    new: NewBlock,
    request: Request,
    database: CurrentDatabase,
    session: Session,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """The patient does not see these services any more, whichever GP of the office they have; the reason stays with the
    office. The patient can read in their access log who named them.
    """
    named = look_up(request, editor, new.patient, "looked-up", now)

    async def create() -> tuple[str, str, BlockedPatient]:
        block = Block(services=new.services, reason=new.reason)
        block_id, kept = await service.block_patient(session, editor, named.citizen, block, now)
        return str(block_id), kept.etag, _block(kept)

    async with logged(database, session, named):
        return await create_once(session, request, idempotency_key, create)


@router.post(
    "/search",
    summary="Find a patient's block",
    response_model=BlockedPatients,
    responses=searching(*NUMBER_REFUSALS),
)
async def search_blocked_patients(
    editor: ForWholeOffice, wanted: BlockSearch, request: Request, reader: Reader, now: Now
) -> BlockedPatients:
    """The patient's block at this office, if there is one. In the access log of whoever is named, found or not."""
    named = look_up(request, editor, wanted.patient, "looked-up", now)
    await record(reader, named)
    patient = await queries.find_patient(reader, named.citizen)
    if patient.her_id != editor.office.her_id or patient.block_id is None or not patient.blocked:
        return BlockedPatients(items=[])
    return BlockedPatients(items=[_block(await service.find_block(reader, editor, patient.block_id))])


@router.get(
    "/{blockId}",
    summary="Get a block",
    response_model=BlockedPatient,
    responses=reading(BlockNotFound, SubstituteNotAllowed),
)
async def get_blocked_patient(
    editor: ForWholeOffice, block_id: BlockId, reader: Reader, known: IfNoneMatch = None
) -> Response:
    """As in the list, with the ETag that a change builds on."""
    kept = await service.find_block(reader, editor, block_id)
    return tagged(_block(kept), kept.etag, known)


@router.put(
    "/{blockId}",
    summary="Change a block",
    response_model=BlockedPatient,
    responses=changing(BlockNotFound, *TEXT_REFUSALS),
)
async def change_blocked_patient(
    editor: ForWholeOffice, block_id: BlockId, block: BlockChange, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Other services, another reason."""
    wanted = Block(services=block.services, reason=block.reason)
    kept = await service.change_block(session, editor, block_id, wanted, seen, now)
    return tagged(_block(kept), kept.etag)


@router.delete(
    "/{blockId}",
    summary="Lift a block",
    status_code=204,
    responses=ending(BlockNotFound),
)
async def lift_block(
    editor: ForWholeOffice, block_id: BlockId, session: Session, now: Now, seen: IfMatch = None
) -> None:
    """The patient sees all that others see, from now on."""
    await service.change_block(session, editor, block_id, contents.NOT_BLOCKED, seen, now)


def _block(kept: Kept[Block]) -> BlockedPatient:
    block_id = UUID(kept.name.removeprefix(BLOCKED_PATIENTS))
    return BlockedPatient(block_id=block_id, **kept.content.model_dump(), **changed(kept))
