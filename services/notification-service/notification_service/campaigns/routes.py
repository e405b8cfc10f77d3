"""Campaigns over HTTP (V6), up to their approval: written, given recipients, checked, tried."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from notification_service.access import REFUSED, Author
from notification_service.campaigns import errors, queries, service
from notification_service.campaigns.access import ABOUT_ONE, MOVED, CampaignId, Found, Reach
from notification_service.campaigns.answers import answer
from notification_service.campaigns.checking import Checking
from notification_service.campaigns.schemas import (
    CampaignDraft,
    CampaignHistory,
    CampaignPage,
    CampaignState,
    RecipientsTaken,
)
from notification_service.campaigns.trying import Test, Trial, Tried, Trying
from notification_service.campaigns.trying_schemas import TestOutcome, TestOutcomes, TestSending, TestTrail
from notification_service.campaigns.uploading import LARGEST_UPLOAD, MEDIA_TYPES, read_recipients
from notification_service.clients.consent import ConsentClient
from notification_service.clients.errors import ConsentServiceUnavailable
from notification_service.notifying.routes import AcceptLanguage
from notification_service.preferences.routes import READ, SENT_IN, TAGGED
from notification_service.testers.errors import TestRecipientUnconfirmed
from notification_service.testers.schemas import CONTACT_POINT_NEEDED
from shared import idempotency
from shared.app import Now, References
from shared.db import CurrentDatabase, Reader, Session
from shared.errors import (
    InvalidInput,
    MalformedRequest,
    PreconditionFailed,
    PreconditionRequired,
    problems,
)
from shared.http import JSON, BodyTooLarge, IfMatch, IfNoneMatch, Intake, UnsupportedMediaType, etag_matches
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused
from shared.language import best_language
from shared.norway import day_in_norway
from shared.paging import (
    DEFAULT_LIMIT,
    Cursor,
    CursorInvalid,
    Limit,
    decode_moment_cursor,
    encode_cursor,
)

_WRITTEN: Final = (*SENT_IN, errors.RoundExists, errors.EarlierRoundUnknown)
_UPLOADED: Final = (
    MalformedRequest,
    BodyTooLarge,
    UnsupportedMediaType,
    errors.RecipientsUnreadable,
    errors.TooManyRecipients,
    errors.UploadUnfinished,
    ConsentServiceUnavailable,
)
_CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "headers": {
            "Location": {"description": "The campaign", "schema": {"type": "string"}},
            "ETag": {"description": "The entity tag of this answer", "schema": {"type": "string"}},
        }
    }
}
_LIST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": (
            "A line for each recipient, at most 100,000. CSV has a header with `nationalId` and, if wanted,"
            " `reference`; NDJSON has objects with the same members. `reference` is what the sender calls them, for the"
            " receipts. CSV is read as spreadsheet programs save it: separated by semicolon, comma or tab, or as a line"
            " `sep=;` before the header says; lines that end in CR, LF or CRLF; in UTF-8, in UTF-16 with its byte order"
            " mark, or in Windows-1252. Empty rows, and empty columns at the end, are passed over."
        ),
        "content": {
            "text/csv": {
                "schema": {"type": "string", "maxLength": LARGEST_UPLOAD},
                "example": "nationalId;reference\n11870150050;D-0017\n",
            },
            "application/x-ndjson": {
                "schema": {"type": "string", "maxLength": LARGEST_UPLOAD},
                "example": '{"nationalId": "11870150050", "reference": "D-0017"}\n',
            },
        },
    }
}

_SMALL: Final = 64 * 1024

# many recipients, other people's pages, gateways
INTAKES: Final = (
    Intake("POST", "/v1/campaigns/{campaignId}/recipients", MEDIA_TYPES, LARGEST_UPLOAD, seconds=600),
    Intake("POST", "/v1/campaigns/{campaignId}/check", JSON, _SMALL, seconds=120),
    Intake("POST", "/v1/campaigns/{campaignId}/test", JSON, _SMALL, seconds=30),
)

router = APIRouter(prefix="/v1/campaigns", tags=["Campaigns"])


async def _checking(request: Request) -> Checking:
    checking: Checking = request.app.state.checking
    return checking


async def _consent(request: Request) -> ConsentClient:
    consent: ConsentClient = request.app.state.consent
    return consent


async def _trying(request: Request) -> Trying:
    trying: Trying = request.app.state.trying
    return trying


@router.post(
    "",
    status_code=201,
    response_model=CampaignState,
    responses=_CREATED | problems(*REFUSED, *_WRITTEN, IdempotencyKeyReused, IdempotencyInProgress),
)
async def create_campaign(
    author: Author,
    draft: CampaignDraft,
    request: Request,
    session: Session,
    now: Now,
    key: IdempotencyKey = None,
) -> Response:
    """Write a campaign

    It is sent once it has recipients, has passed the check, has been tried, has been approved by somebody else, and is
    started.
    """
    repeat = await idempotency.repeatable(request, key)
    if stored := await idempotency.claim(session, repeat):
        return stored.response(replayed=True)
    request.app.state.quotas.campaign(author.organisation or "")
    new = await service.create_campaign(session, author.organisation or "", author, draft.wanted(), now)
    body = CampaignState.of(new).model_dump(mode="json", by_alias=True)
    headers = {"Location": f"/v1/campaigns/{new.campaign_id}", "ETag": new.etag}
    created = Answer(201, headers, body)
    await idempotency.keep(session, repeat, created)
    return created.response()


@router.get("", responses=problems(*REFUSED, CursorInvalid))
async def list_campaigns(
    reach: Reach, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> CampaignPage:
    """Campaigns of my organisation; all of them for those who approve and operate"""
    found = await queries.list_campaigns(reader, reach[1], decode_moment_cursor(cursor), limit + 1)
    items = [CampaignState.of(one) for one in found[:limit]]
    last = items[-1] if len(found) > limit else None
    return CampaignPage(
        items=items, next_cursor=encode_cursor(last.created_at.isoformat(), str(last.campaign_id)) if last else None
    )


@router.get("/{campaignId}", response_model=CampaignState, responses=READ | problems(*ABOUT_ONE))
async def get_campaign(found: Found, known: IfNoneMatch = None) -> Response:
    """One campaign, with its check"""
    if known is not None and etag_matches(known, found.etag):
        return Response(status_code=304, headers={"ETag": found.etag})
    return answer(found)


@router.get("/{campaignId}/history", responses=problems(*ABOUT_ONE))
async def get_campaign_history(found: Found, reader: Reader) -> CampaignHistory:
    """What was done with it, when"""
    return CampaignHistory.of(await queries.list_steps(reader, found.campaign_id))


@router.put(
    "/{campaignId}",
    response_model=CampaignState,
    responses=TAGGED | problems(*MOVED, *_WRITTEN, PreconditionRequired, PreconditionFailed),
)
async def change_campaign(
    author: Author, campaign_id: CampaignId, draft: CampaignDraft, session: Session, now: Now, seen: IfMatch = None
) -> Response:
    """Change a campaign that is not approved yet

    It is a draft again: what was checked and tried was something else.
    """
    if seen is None:
        raise PreconditionRequired()
    return answer(
        await service.change_campaign(
            session, author.organisation or "", author, campaign_id, draft.wanted(), seen, now
        )
    )


@router.post("/{campaignId}/recipients", responses=problems(*MOVED, *_UPLOADED), openapi_extra=_LIST)
async def add_campaign_recipients(
    author: Author,
    campaign_id: CampaignId,
    request: Request,
    database: CurrentDatabase,
    references: References,
    consent: Annotated[ConsentClient, Depends(_consent)],
    now: Now,
    response: Response,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
    accept_language: AcceptLanguage = None,
) -> RecipientsTaken:
    """Add recipients

    Read as it comes in: each number is checked, looked up at the consent service, turned into a pseudonym and
    forgotten. Lines that cannot be read are listed with their place and what is wrong, and the others are taken. If the
    answer is lost or is a 503, send the same list again: who is there already is not added twice. A campaign cannot be
    checked before an upload has come to its end.
    """
    request.app.state.quotas.recipients(author.organisation or "")
    media_type = content_type.partition(";")[0].strip().lower()
    allowed = request.app.state.settings.allow_synthetic
    lines = read_recipients(media_type, _chunks(request), day_in_norway(now), allow_synthetic=allowed)
    uploading = service.Uploading(database, consent, references, request.app.state.limits, campaign_id, author)
    await uploading.run(lines, now)
    language = best_language(accept_language)
    response.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return RecipientsTaken.of(uploading.outcome, language)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


@router.delete("/{campaignId}/recipients", response_model=CampaignState, responses=TAGGED | problems(*MOVED))
async def remove_campaign_recipients(author: Author, campaign_id: CampaignId, session: Session, now: Now) -> Response:
    """Empty the list of recipients"""
    return answer(await service.remove_recipients(session, author.organisation or "", author, campaign_id, now))


@router.post(
    "/{campaignId}/check",
    response_model=CampaignState,
    responses=TAGGED | problems(*MOVED, errors.UploadUnfinished, ConsentServiceUnavailable, PreconditionFailed),
)
async def check_campaign(
    author: Author,
    campaign_id: CampaignId,
    checking: Annotated[Checking, Depends(_checking)],
    request: Request,
    now: Now,
) -> Response:
    """Check texts, links and recipients

    Reservations, the dead, minors, those reached by an earlier round, those who cannot be reached; empty and too long
    texts, words that tell of health, links that lead nowhere. With nothing that speaks against it, it is `checked`.
    """
    request.app.state.quotas.recipients(author.organisation or "")
    return answer(await checking.run(campaign_id, author, now))


@router.post(
    "/{campaignId}/test",
    response_model=TestOutcomes,
    responses=problems(
        *MOVED,
        *SENT_IN,
        TestRecipientUnconfirmed,
        errors.TooManyTests,
        PreconditionFailed,
        IdempotencyKeyReused,
        IdempotencyInProgress,
    ),
)
async def test_campaign(
    author: Author,
    campaign_id: CampaignId,
    sending: TestSending,
    trying: Annotated[Trying, Depends(_trying)],
    request: Request,
    now: Now,
    key: IdempotencyKey = None,  # noqa: PT028 - a route, and no test
) -> Response:
    """Send it to a few of one's own, word for word

    To contact points that people at the organisation have confirmed (`/v1/test-contacts`); at most twenty messages an
    hour for each campaign, and so many a day for each author and each organisation. Before a test has gone out on every
    channel in use, it cannot be approved.
    """
    repeat = await idempotency.repeatable(request, key)
    test = Test(campaign_id, author, _trials(sending), repeat, _outcomes)
    told, replayed = await trying.run(test, now)
    return told.response(replayed=replayed)


def _outcomes(tried: Sequence[Tried]) -> Answer:
    items = [
        TestOutcome(
            channel=one.trial.channel,
            to=one.to,
            language=one.trial.language,
            sent=one.reason is None,
            reason=one.reason,
        )
        for one in tried
    ]
    return Answer(200, {}, TestOutcomes(items=items).model_dump(mode="json", by_alias=True))


def _trials(sending: TestSending) -> list[Trial]:
    """Raises InvalidInput unless each has a phone number or an e-mail address."""
    trials = []
    for place, one in enumerate(sending.to):
        pointer = f"/body/to/{place}"
        if one.phone is None and one.email is None:
            raise InvalidInput(errors=[{"pointer": pointer, "code": "missing", "detail": CONTACT_POINT_NEEDED}])
        trials += [Trial("sms", one.phone, one.language, f"{pointer}/phone")] if one.phone else []
        trials += [Trial("email", one.email, one.language, f"{pointer}/email")] if one.email else []
    return trials


@router.get("/{campaignId}/tests", responses=problems(*ABOUT_ONE, CursorInvalid))
async def list_campaign_tests(
    found: Found, reach: Reach, reader: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> TestTrail:
    """Its test sendings, message by message

    Kept for a year.
    """
    rows = await queries.list_tests(reader, found.campaign_id, decode_moment_cursor(cursor), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    position = encode_cursor(last["at"].isoformat(), str(last["test_sending_id"])) if last else None
    return TestTrail.of(rows[:limit], reach[0].name, position)
