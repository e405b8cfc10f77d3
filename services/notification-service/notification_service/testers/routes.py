"""Contact points for test sendings over HTTP (0053)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response, Security

from notification_service.access import REFUSED, SEND, Author
from notification_service.preferences.errors import CodeExpired, CodeWrong, NothingToConfirm
from notification_service.preferences.routes import SENT_IN
from notification_service.preferences.schemas import ContactPointCode, require_carried
from notification_service.testers import queries, service
from notification_service.testers.errors import CodeNotSent
from notification_service.testers.models import Tester
from notification_service.testers.schemas import TestContactPage, TestContactState, TestContactWanted
from notification_service.testers.service import Registering
from shared import idempotency
from shared.app import Now
from shared.auth import STAFF_REFUSALS, CallerNotAllowed, Staff, staff
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import InvalidInput, NotFound, Unavailable, problems
from shared.exact import Id
from shared.http import JSON, Intake
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused
from shared.paging import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, decode_moment_cursor, encode_cursor

_REFUSED: Final = (*STAFF_REFUSALS, Unavailable)
_CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"headers": {"Location": {"description": "The contact point", "schema": {"type": "string"}}}}
}
# a gateway is asked
INTAKES: Final = (Intake("POST", "/v1/test-contacts", JSON, 64 * 1024, seconds=30),)

router = APIRouter(prefix="/v1/test-contacts", tags=["Campaigns"])


async def _tester(caller: Annotated[Staff, Security(staff(SEND))]) -> Tester:
    """Raises CallerNotAllowed for one who calls for no organisation."""
    if caller.organisation is None:
        raise CallerNotAllowed("DPoP", "organisation-missing")
    return Tester(caller.organisation, caller.subject)


async def _registering(request: Request) -> Registering:
    registering: Registering = request.app.state.registering
    return registering


Person = Annotated[Tester, Depends(_tester)]
Register = Annotated[Registering, Depends(_registering)]
ContactId = Annotated[Id, Path(alias="testContactId")]


@router.post(
    "",
    status_code=201,
    response_model=TestContactState,
    responses=_CREATED | problems(*_REFUSED, *SENT_IN, CodeNotSent, IdempotencyKeyReused, IdempotencyInProgress),
)
async def register_test_contact(
    me: Person,
    wanted: TestContactWanted,
    registering: Register,
    request: Request,
    database: CurrentDatabase,
    now: Now,
    key: IdempotencyKey = None,
) -> Response:
    """Give a phone number or an e-mail address of mine that tests of campaigns can be sent to

    It is sent a code, and can be used by everybody at my organisation once I have entered the code. One of each kind:
    a new one takes the place of the one before it when it is confirmed.
    """
    repeat = await idempotency.repeatable(request, key)
    channel, address = wanted.place()
    require_carried(wanted.email, request.app.state.settings.smtp_utf8)
    async with database.session() as session:
        if stored := await idempotency.claim(session, repeat):
            return stored.response(replayed=True)
        asked = await registering.ask(session, service.id_for(repeat), me, channel, address, now)
    await registering.send(database, asked, address, wanted.language)
    body = TestContactState.of(asked, me.name).model_dump(mode="json", by_alias=True)
    created = Answer(201, {"Location": f"/v1/test-contacts/{asked.test_contact_id}"}, body)
    async with database.session() as session:
        await idempotency.keep(session, repeat, created)
    return created.response()


@router.post(
    "/{testContactId}/confirmation",
    responses=problems(*_REFUSED, *SENT_IN, NotFound, NothingToConfirm, CodeExpired, CodeWrong),
)
async def confirm_test_contact(
    me: Person,
    test_contact_id: ContactId,
    sent_in: ContactPointCode,
    registering: Register,
    database: CurrentDatabase,
    now: Now,
) -> TestContactState:
    """Enter the code that was sent to my contact point

    A code can be tried five times and lasts for 15 minutes. The contact point can be used for a year.
    """
    found = await registering.confirm(database, me, test_contact_id, sent_in.code, now)
    return TestContactState.of(found, me.name)


@router.get("", responses=problems(*REFUSED, CursorInvalid))
async def list_test_contacts(
    author: Author, reader: Reader, now: Now, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> TestContactPage:
    """Contact points at my organisation that tests of campaigns can be sent to, or that wait for their code"""
    after = decode_moment_cursor(cursor)
    found = await queries.list_contacts(reader, author.organisation or "", after, now, limit + 1)
    items = [TestContactState.of(one, author.name) for one in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    position = encode_cursor(last.created_at.isoformat(), str(last.test_contact_id)) if last else None
    return TestContactPage(items=items, next_cursor=position)


@router.delete(
    "/{testContactId}",
    status_code=204,
    response_class=Response,
    responses=problems(*_REFUSED, InvalidInput, NotFound),
)
async def remove_test_contact(me: Person, test_contact_id: ContactId, session: Session) -> Response:
    """Take a contact point away, one's own or a colleague's

    No test is sent there any more.
    """
    await service.remove(session, me.organisation, test_contact_id)
    return Response(status_code=204)
