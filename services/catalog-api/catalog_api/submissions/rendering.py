"""From submissions to answers."""

from collections.abc import Sequence
from typing import Any, Final

from catalog_api.codes import code_lists
from catalog_api.models import HistoryEntry
from catalog_api.participants import Actor, Participant
from catalog_api.steps.rendering import render_doer, render_step
from catalog_api.submissions.models import Submission, required_items
from shared.paging import encode_cursor
from shared.schemas import rfc3339

Json = dict[str, Any]

_UNANSWERED: Final[Json] = {"fulfilled": False, "comment": None, "by": None, "at": None}


def render_submission(
    submission: Submission,
    published: Json | None,
    steps: Sequence[HistoryEntry],
    verifiers: Sequence[Actor],
    caller: Participant,
    *,
    alone: bool,
) -> Json:
    """`published` is the revision that it changes, `steps` what has been done with it, oldest first; `alone` is whether
    one of the `verifiers` may publish.
    """
    has_verified = not alone and caller.is_among(verifiers)
    return {
        **render_summary(submission),
        "tool": {"toolId": str(submission.tool_id), "revision": submission.revision, **submission.tool},
        "changes": [
            {
                "pointer": f"/tool{difference.pointer}",
                "approval": difference.approval,
                "published": difference.published,
                "submitted": difference.submitted,
            }
            for difference in submission.differences(published)
        ],
        "checkList": _check_list(submission),
        "allowedTransitions": submission.allowed_to(caller, has_verified=has_verified),
        "verifiedBy": [render_doer(verifier) for verifier in verifiers] if "staff" in caller.roles else None,
        "steps": [render_step(step) for step in steps],
    }


def render_summary(submission: Submission) -> Json:
    return {
        "submissionId": str(submission.submission_id),
        "toolId": str(submission.tool_id),
        "revision": submission.revision,
        "state": submission.state,
        "approval": submission.approval,
        "name": submission.tool.get("texts", {}).get("nb", {}).get("name"),
        "supplier": submission.tool["supplier"],
        "healthBody": submission.health_body,
        "createdAt": rfc3339(submission.created_at),
        "updatedAt": rfc3339(submission.updated_at),
        "submittedAt": rfc3339(submission.submitted_at) if submission.submitted_at else None,
    }


def _check_list(submission: Submission) -> list[Json]:
    """The items as they are to be shown; a retired one where it was answered."""
    required, answers = required_items(submission.approval), submission.check_list
    return [
        {"item": item.code, "required": item.code in required, **_UNANSWERED, **answers.get(item.code, {})}
        for item in code_lists()["check-list"].items
        if not item.retired or item.code in answers
    ]


def render_submissions(found: Sequence[Submission], limit: int) -> Json:
    """`found` is one more than `limit` when there is another page."""
    last = found[limit - 1] if len(found) > limit else None
    return {
        "items": [render_summary(submission) for submission in found[:limit]],
        "nextCursor": encode_cursor(last.created_at.isoformat(), str(last.submission_id)) if last else None,
    }
