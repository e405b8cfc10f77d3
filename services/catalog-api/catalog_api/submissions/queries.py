"""Every SELECT about submissions, scoped by who asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api.models import HistoryEntry, Tool, ToolRevision, ToolStep
from catalog_api.participants import Actor, Participant
from catalog_api.submissions.models import Submission
from catalog_api.submissions.transitions import OPEN


def visible_to(caller: Participant) -> ColumnElement[bool]:
    """A draft is the supplier's alone. A health body sees what names it, and what its own organisation submitted,
    because to that the answer is that nobody approves their own.
    """
    past_draft = Submission.submitted_at.is_not(None)
    own = cast(caller.organisations, ARRAY(Text))
    theirs = {
        "supplier": Submission.supplier == caller.organisation,
        "health-body": and_(
            past_draft, or_(Submission.health_body.in_(caller.organisations), Submission.submitters.op("&&")(own))
        ),
        "staff": past_draft,
    }
    return or_(false(), *(condition for role, condition in theirs.items() if role in caller.roles))


async def find_submission(session: AsyncSession, caller: Participant, submission_id: UUID) -> Submission | None:
    statement = select(Submission).where(Submission.submission_id == submission_id, visible_to(caller))
    return (await session.execute(statement)).scalar_one_or_none()


async def take_submission(session: AsyncSession, caller: Participant, submission_id: UUID) -> Submission | None:
    """As it is, with nobody else changing it until the end of the transaction."""
    statement = select(Submission).where(Submission.submission_id == submission_id, visible_to(caller))
    return (await session.execute(statement.with_for_update())).scalar_one_or_none()


async def find_submissions(
    session: AsyncSession,
    caller: Participant,
    states: Sequence[str],
    tool_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Submission]:
    """Newest first; one more than `limit`, when there is one more."""
    order = Submission.created_at, Submission.submission_id
    statement = select(Submission).where(visible_to(caller))
    if states:
        statement = statement.where(Submission.state.in_(states))
    if tool_id is not None:
        statement = statement.where(Submission.tool_id == tool_id)
    if before is not None:
        statement = statement.where(tuple_(*order) < tuple_(*before))
    statement = statement.order_by(*(column.desc() for column in order)).limit(limit + 1)
    return (await session.execute(statement)).scalars().all()


async def find_open(session: AsyncSession, tool_id: UUID) -> UUID | None:
    statement = select(Submission.submission_id).where(Submission.tool_id == tool_id, Submission.state.in_(OPEN))
    return (await session.execute(statement)).scalar_one_or_none()


async def find_document(session: AsyncSession, tool_id: UUID, revision: int | None) -> dict[str, Any] | None:
    """As it was published; None when there is no such revision."""
    statement = select(ToolRevision.document).where(ToolRevision.tool_id == tool_id, ToolRevision.revision == revision)
    return (await session.execute(statement)).scalar_one_or_none()


async def find_supplier_name(session: AsyncSession, organisation: str | None) -> str | None:
    """As in the tool that it published last."""
    supplier = Tool.document["supplier"]
    statement = select(supplier["name"].as_string()).where(supplier["organisationNumber"].as_string() == organisation)
    return await session.scalar(statement.order_by(Tool.updated_at.desc()).limit(1))


async def find_steps(session: AsyncSession, submission_id: UUID) -> Sequence[HistoryEntry]:
    """Oldest first."""
    order = HistoryEntry.happened_at, HistoryEntry.place, HistoryEntry.number
    statement = select(HistoryEntry).where(HistoryEntry.submission_id == submission_id).order_by(*order)
    return (await session.execute(statement)).scalars().all()


async def find_verifiers(session: AsyncSession, submission_id: UUID) -> Sequence[Actor]:
    """Whoever has answered an item of the check list since it was submitted last, each person once, in the order in
    which they first did. The submission's steps are numbered in the order in which they were taken.
    """
    steps = select(ToolStep).where(ToolStep.submission_id == submission_id)
    submitted = select(func.max(ToolStep.step_id)).where(
        ToolStep.submission_id == submission_id, ToolStep.step == "submitted"
    )
    verifying = steps.where(ToolStep.step.in_(("checked", "verified")), ToolStep.step_id > submitted.scalar_subquery())
    found = (await session.execute(verifying.order_by(ToolStep.step_id))).scalars()
    first: dict[str, Actor] = {}
    for step in found:
        first.setdefault(step.actor, Actor("staff", step.actor, step.organisation, step.name))
    return list(first.values())
