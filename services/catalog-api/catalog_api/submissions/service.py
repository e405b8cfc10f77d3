"""What is done to submissions, one use case each. Every one but an edit leaves a step in the history (K2).

All of them raise SubmissionNotFound, TransitionNotAllowed and PreconditionFailed; what approves, OwnSubmission too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api.errors import ToolNotFound
from catalog_api.models import Tool
from catalog_api.participants import Participant
from catalog_api.queries import take_turn
from catalog_api.service import note
from catalog_api.service import publish as publish_revision
from catalog_api.submissions import queries
from catalog_api.submissions.errors import (
    PublisherVerified,
    SubmissionNotFound,
    SubmissionOpen,
    ToolOfAnotherSupplier,
)
from catalog_api.submissions.merging import merged
from catalog_api.submissions.models import Submission
from catalog_api.tool_rules import DocumentInvalid, Fault, find_faults, publishable
from shared.errors import InvalidInput

Json = dict[str, Any]
Outcome = Literal["assured", "returned"]


@dataclass(frozen=True, slots=True)
class Handling:
    """Who does something to which submission when; `seen` is the entity tag it builds on, None to take it as it is."""

    caller: Participant
    submission_id: UUID
    seen: str | None
    now: datetime


async def draft(
    session: AsyncSession, caller: Participant, tool_id: UUID | None, sent: Json, now: datetime
) -> Submission:
    """A new tool, or with `tool_id` a new revision of a published one of the caller's; then what is not sent is as
    published. Raises ToolNotFound, ToolOfAnotherSupplier, SubmissionOpen.
    """
    published = await _begin_revision(session, caller, tool_id) if tool_id else None
    submission = Submission.drafted(caller, tool_id, published["revision"] if published else None, now)
    await _write(session, submission, merged(merged({}, published or {}), sent), published, now)
    session.add(submission)
    await session.flush()
    _note(session, submission, "created", caller, now)
    return submission


async def _begin_revision(session: AsyncSession, caller: Participant, tool_id: UUID) -> Json:
    """The document that it begins with."""
    await take_turn(session)  # of two that begin at once, the second finds the first
    tool = await find_own_tool(session, caller, tool_id)
    if open_already := await queries.find_open(session, tool_id):
        raise SubmissionOpen(open_already)
    return tool.document


async def find_own_tool(session: AsyncSession, caller: Participant, tool_id: UUID) -> Tool:
    """Raises ToolNotFound, also for what the caller cannot know of, and ToolOfAnotherSupplier."""
    tool = await session.get(Tool, tool_id)
    if tool is None:
        raise ToolNotFound()
    if tool.document["supplier"]["organisationNumber"] != caller.organisation:
        raise ToolOfAnotherSupplier() if tool.national or caller.belongs_to(tool.audience) else ToolNotFound()
    return tool


async def revise(session: AsyncSession, handling: Handling, patch: Json) -> Submission:
    submission = await _take(session, handling)
    published = await find_base(session, submission)
    await _write(session, submission, merged(submission.tool, patch), published, handling.now)
    submission.require_seen(handling.seen)
    return submission


async def _write(
    session: AsyncSession, submission: Submission, tool: Json, published: Json | None, now: datetime
) -> None:
    """The supplier is whose token it is; a name that is not given is the one known, or the number at worst."""
    given = tool.get("supplier", {}).get("name")
    name = given or await queries.find_supplier_name(session, submission.supplier) or submission.supplier
    supplier = {"organisationNumber": submission.supplier, "name": name}
    own = {field: value for field, value in tool.items() if field not in ("toolId", "revision")}
    submission.write({**own, "supplier": supplier}, published, now)


async def find_base(session: AsyncSession, submission: Submission) -> Json | None:
    """The published document that it changes."""
    return await queries.find_document(session, submission.tool_id, submission.base_revision)


async def submit(session: AsyncSession, handling: Handling, reason: str | None) -> Submission:
    """Raises InvalidInput with every fault of the tool."""
    submission = await _take(session, handling)
    submission.submit(handling.caller, handling.now)
    if faults := find_faults(submission.tool):
        raise _invalid(faults)
    return _done(session, submission, "submitted", handling, reason)


def _invalid(faults: Sequence[Fault]) -> InvalidInput:
    found = [{"pointer": f"/body/tool{fault.pointer}", "code": fault.code, "detail": fault.detail} for fault in faults]
    return InvalidInput(errors=found)


async def withdraw(session: AsyncSession, handling: Handling, reason: str | None) -> Submission:
    submission = await _take(session, handling)
    submission.withdraw(handling.now)
    return _done(session, submission, "withdrawn", handling, reason)


async def assure(session: AsyncSession, handling: Handling, outcome: Outcome, reason: str) -> Submission:
    """K2, by the health body that the submission names."""
    submission = await _take_to_approve(session, handling)
    submission.assure(outcome, handling.now)
    return _done(session, submission, outcome, handling, reason)


async def verify(session: AsyncSession, handling: Handling, answers: Sequence[Json]) -> Submission:
    """K2. The step tells whether this is what made it verified."""
    submission = await _take_to_approve(session, handling)
    before = submission.state
    submission.verify(answers, handling.caller.acting_as("staff"), handling.now)
    step = "verified" if submission.state == "verified" != before else "checked"
    return _done(session, submission, step, handling, details={"items": list(answers)})


async def send_back(session: AsyncSession, handling: Handling, reason: str) -> Submission:
    submission = await _take_to_approve(session, handling)
    submission.send_back(handling.now)
    return _done(session, submission, "returned", handling, reason)


async def reject(session: AsyncSession, handling: Handling, reason: str) -> Submission:
    submission = await _take_to_approve(session, handling)
    submission.reject(handling.now)
    return _done(session, submission, "rejected", handling, reason)


async def publish(session: AsyncSession, handling: Handling, reason: str | None, *, alone: bool) -> Submission:
    """K2, K3: the next revision, its change and its event; `alone` is whether who verified may publish too. Raises
    CheckListIncomplete, PublisherVerified.
    """
    await take_turn(session)
    submission = await _take_to_approve(session, handling)
    submission.publish(handling.now)
    if not alone and handling.caller.is_among(await queries.find_verifiers(session, submission.submission_id)):
        raise PublisherVerified()
    submission.require_seen(handling.seen)
    try:
        document = publishable(submission.tool, submission.tool_id, submission.revision)
    except DocumentInvalid as error:  # the rules have become stricter since it was submitted
        raise _invalid(error.faults) from error
    history = {"submission_id": submission.submission_id, "state": submission.state, "reason": reason}
    await publish_revision(session, document, handling.caller.acting_as("staff"), handling.now, **history)
    return submission


async def _take(session: AsyncSession, handling: Handling) -> Submission:
    """Nobody else changes it until we are done."""
    submission = await queries.take_submission(session, handling.caller, handling.submission_id)
    if submission is None:
        raise SubmissionNotFound()
    return submission


async def _take_to_approve(session: AsyncSession, handling: Handling) -> Submission:
    submission = await _take(session, handling)
    submission.refuse_own(handling.caller)
    return submission


def _done(
    session: AsyncSession,
    submission: Submission,
    step: str,
    handling: Handling,
    reason: str | None = None,
    details: Json | None = None,
) -> Submission:
    submission.require_seen(handling.seen)
    _note(session, submission, step, handling.caller, handling.now, reason=reason, details=details)
    return submission


def _note(
    session: AsyncSession, submission: Submission, step: str, caller: Participant, now: datetime, **more: Any
) -> None:
    """Whoever acts on a submission does so in one role, the one that the address asks for."""
    (role,) = caller.roles
    party = {"supplier": "supplier", "health-body": "healthBody"}.get(role, "")
    actor = caller.acting_as(role, submission.tool.get(party, {}).get("name"))
    about = {"submission_id": submission.submission_id, "state": submission.state}
    note(session, submission.tool_id, step, actor, now, **about, **more)
