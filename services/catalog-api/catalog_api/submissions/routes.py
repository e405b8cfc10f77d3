"""The way of a tool into the catalogue (K2, K3): HTTP only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import answers
from catalog_api.acts import act_once
from catalog_api.conditional import CREATED, READ, TAGGED
from catalog_api.errors import ToolNotFound
from catalog_api.participants import Admin, AnyParticipant, HealthBody, Participant, Supplier
from catalog_api.settings import Settings
from catalog_api.submissions import queries, service
from catalog_api.submissions.errors import (
    CheckListIncomplete,
    OwnSubmission,
    PublisherVerified,
    SubmissionNotFound,
    SubmissionOpen,
    ToolOfAnotherSupplier,
    TransitionNotAllowed,
)
from catalog_api.submissions.models import Submission
from catalog_api.submissions.rendering import render_submission, render_submissions
from catalog_api.submissions.schemas import (
    NO_REASON,
    Assurance,
    OptionalReason,
    ReasonGiven,
    SubmissionDetails,
    SubmissionFilters,
    SubmissionPage,
    SubmissionPatch,
    SubmissionRequest,
    Verification,
)
from catalog_api.submissions.service import Handling
from shared.app import Now
from shared.auth import MACHINE_REFUSALS, STAFF_REFUSALS
from shared.db import Session
from shared.errors import InvalidInput, PreconditionFailed, PreconditionRequired, problems
from shared.exact import Id
from shared.http import JSON, IfMatch, IfNoneMatch, etag_matches
from shared.idempotency import Answer, IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused
from shared.paging import CursorInvalid, decode_moment_cursor

MERGE_PATCH: Final = "application/merge-patch+json"
PATCHED: Final = "/v1/submissions/{submissionId}"
PATCH_MEDIA_TYPES: Final = JSON | {MERGE_PATCH}

_OWN_LIST: Final = "private, no-cache"
_REPEATED: Final = (IdempotencyInProgress, IdempotencyKeyReused)
_ACT: Final = (
    SubmissionNotFound,
    TransitionNotAllowed,
    PreconditionFailed,
    IdempotencyInProgress,
    IdempotencyKeyReused,
)
_BY_SUPPLIER: Final = (*MACHINE_REFUSALS, *_ACT)
_BY_HEALTH_BODY: Final = (*MACHINE_REFUSALS, *_ACT, OwnSubmission)
_BY_STAFF: Final = (*STAFF_REFUSALS, *_ACT, OwnSubmission)
_PATCH_SCHEMA: Final = {"$ref": "#/components/schemas/SubmissionPatch"}
_PATCH_BODY: Final[dict[str, Any]] = {"requestBody": {"content": {MERGE_PATCH: {"schema": _PATCH_SCHEMA}}}}

SubmissionId = Annotated[Id, Path(alias="submissionId")]
Use = Callable[[AsyncSession], Awaitable[Submission]]


@dataclass(frozen=True, slots=True)
class AskedChange:
    """What every request to change a submission has."""

    submission_id: UUID
    request: Request
    now: datetime
    key: str | None
    seen: str | None

    def of(self, caller: Participant) -> Handling:
        return Handling(caller, self.submission_id, self.seen, self.now)


async def _asked_change(
    submission_id: SubmissionId, request: Request, now: Now, key: IdempotencyKey = None, seen: IfMatch = None
) -> AskedChange:
    return AskedChange(submission_id, request, now, key, seen)


Asking = Annotated[AskedChange, Depends(_asked_change)]

submissions = APIRouter(prefix="/v1/submissions", tags=["Submissions"])


@submissions.post(
    "",
    status_code=201,
    summary="Begin a submission",
    response_model=SubmissionDetails,
    responses=CREATED | problems(*MACHINE_REFUSALS, ToolNotFound, ToolOfAnotherSupplier, SubmissionOpen, *_REPEATED),
)
async def create_submission(
    wanted: SubmissionRequest, caller: Supplier, request: Request, now: Now, key: IdempotencyKey = None
) -> Response:
    """A draft that only the supplier sees, for a new tool or for a new revision of one. Any field may be missing until
    it is submitted. A tool has one open submission at most. The supplier is the token's organisation (`orgnr_parent`).
    """

    async def draft(session: AsyncSession) -> Submission:
        state = request.app.state
        state.limits.counters.take([(state.submissions, (caller.organisation,))])
        return await service.draft(session, caller, wanted.tool_id, wanted.tool.sent(), now)

    return await _answer_once(request, caller, key, draft, status=201)


@submissions.get(
    "",
    summary="List submissions",
    response_model=SubmissionPage,
    responses=READ | problems(*STAFF_REFUSALS, CursorInvalid),
)
async def list_submissions(
    caller: AnyParticipant,
    filters: Annotated[SubmissionFilters, Query()],
    session: Session,
    known: IfNoneMatch = None,
) -> Response:
    """Newest first. A supplier sees its own, a health body those that name it, staff all; the latter two not before
    they have been submitted.
    """
    before = decode_moment_cursor(filters.cursor)
    found = await queries.find_submissions(session, caller, filters.state, filters.tool_id, before, filters.limit)
    return answers.Answer.of(render_submissions(found, filters.limit), _OWN_LIST).response(known)


@submissions.get(
    "/{submissionId}",
    summary="Get one submission",
    response_model=SubmissionDetails,
    responses=READ | problems(*STAFF_REFUSALS, SubmissionNotFound),
)
async def get_submission(
    submission_id: SubmissionId, caller: AnyParticipant, request: Request, session: Session, known: IfNoneMatch = None
) -> Response:
    """The tool as it stands, what it changes, the check list, what the caller may do with it, and every step so far."""
    submission = await queries.find_submission(session, caller, submission_id)
    if submission is None:
        raise SubmissionNotFound()
    if known and etag_matches(known, submission.etag):
        return Response(status_code=304, headers=_headers(submission))
    return (await _answer(request, session, submission, caller)).response()


@submissions.patch(
    "/{submissionId}",
    summary="Change a draft",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_SUPPLIER, PreconditionRequired),
    openapi_extra=_PATCH_BODY,
)
async def update_submission(asking: Asking, patch: SubmissionPatch, caller: Supplier) -> Response:
    """By its supplier, while it is `draft` or `returned`. The body is a JSON merge patch (RFC 7396) of the submission's
    `tool`.
    """
    if asking.seen is None:
        raise PreconditionRequired()

    async def revise(session: AsyncSession) -> Submission:
        return await service.revise(session, asking.of(caller), patch.tool.sent())

    return await _answer_once(asking.request, caller, asking.key, revise)


@submissions.post(
    "/{submissionId}/submit",
    summary="Hand in for approval",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_SUPPLIER, InvalidInput),
)
async def submit_submission(asking: Asking, caller: Supplier, wanted: OptionalReason = NO_REASON) -> Response:
    """The tool must be whole: 422 lists everything that is missing or does not fit together, each with a pointer below
    `/body/tool`. After a return, assurance and check list begin anew.
    """

    async def submit(session: AsyncSession) -> Submission:
        return await service.submit(session, asking.of(caller), wanted.reason)

    return await _answer_once(asking.request, caller, asking.key, submit)


@submissions.post(
    "/{submissionId}/withdraw",
    summary="Withdraw a submission",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_SUPPLIER),
)
async def withdraw_submission(asking: Asking, caller: Supplier, wanted: OptionalReason = NO_REASON) -> Response:
    """By its supplier, before it is published. For good: another try is another submission."""

    async def withdraw(session: AsyncSession) -> Submission:
        return await service.withdraw(session, asking.of(caller), wanted.reason)

    return await _answer_once(asking.request, caller, asking.key, withdraw)


@submissions.post(
    "/{submissionId}/assurance",
    summary="Assure the quality, or send back",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_HEALTH_BODY),
)
async def assure_submission(asking: Asking, wanted: Assurance, caller: HealthBody) -> Response:
    """By the public health body that the submission names. A light approval has no assurance."""

    async def assure(session: AsyncSession) -> Submission:
        return await service.assure(session, asking.of(caller), wanted.outcome, wanted.reason)

    return await _answer_once(asking.request, caller, asking.key, assure)


@submissions.post(
    "/{submissionId}/verification",
    summary="Answer the check list",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_STAFF),
)
async def verify_submission(asking: Asking, wanted: Verification, caller: Admin) -> Response:
    """By staff, item by item or many at once. With every required item fulfilled the submission is `verified`, and when
    one no longer is, it is not.
    """

    async def verify(session: AsyncSession) -> Submission:
        return await service.verify(session, asking.of(caller), [item.model_dump() for item in wanted.items])

    return await _answer_once(asking.request, caller, asking.key, verify)


@submissions.post(
    "/{submissionId}/return",
    summary="Send back to the supplier",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_STAFF),
)
async def return_submission(asking: Asking, wanted: ReasonGiven, caller: Admin) -> Response:
    """By staff. The supplier can change it and hand it in again."""

    async def send_back(session: AsyncSession) -> Submission:
        return await service.send_back(session, asking.of(caller), wanted.reason)

    return await _answer_once(asking.request, caller, asking.key, send_back)


@submissions.post(
    "/{submissionId}/reject",
    summary="Reject a submission",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_STAFF),
)
async def reject_submission(asking: Asking, wanted: ReasonGiven, caller: Admin) -> Response:
    """By staff, for good. What is published of the tool stays published."""

    async def reject(session: AsyncSession) -> Submission:
        return await service.reject(session, asking.of(caller), wanted.reason)

    return await _answer_once(asking.request, caller, asking.key, reject)


@submissions.post(
    "/{submissionId}/publish",
    summary="Publish",
    response_model=SubmissionDetails,
    responses=TAGGED | problems(*_BY_STAFF, PublisherVerified, CheckListIncomplete, InvalidInput),
)
async def publish_submission(asking: Asking, caller: Admin, wanted: OptionalReason = NO_REASON) -> Response:
    """By another of the staff than who verified, once it is `verified`: from this second on it is what everyone sees. A
    tool that is stopped stays stopped, and shows this revision when it is reinstated.
    """

    async def publish(session: AsyncSession) -> Submission:
        return await service.publish(session, asking.of(caller), wanted.reason, alone=_alone(asking.request))

    return await _answer_once(asking.request, caller, asking.key, publish)


async def _answer_once(request: Request, caller: Participant, key: str | None, use: Use, status: int = 200) -> Response:
    async def act(session: AsyncSession) -> Answer:
        return await _answer(request, session, await use(session), caller, status)

    return await act_once(request, key, act)


async def _answer(
    request: Request, session: AsyncSession, submission: Submission, caller: Participant, status: int = 200
) -> Answer:
    """In the transaction of the change, so that it is told what came of it."""
    published = await service.find_base(session, submission)
    steps = await queries.find_steps(session, submission.submission_id)
    verifiers = await queries.find_verifiers(session, submission.submission_id)
    body = render_submission(submission, published, steps, verifiers, caller, alone=_alone(request))
    headers = _headers(submission)
    if status == 201:
        headers["Location"] = f"/v1/submissions/{submission.submission_id}"
    return Answer(status, headers, body)


def _alone(request: Request) -> bool:
    """Whether who verified may publish too."""
    settings: Settings = request.app.state.settings
    return settings.publisher_may_have_verified


def _headers(submission: Submission) -> dict[str, str]:
    return {"ETag": submission.etag, "Vary": "Authorization", "Cache-Control": "private, no-cache"}
