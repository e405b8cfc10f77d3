"""What is asked about submissions, and what is answered."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from catalog_api.codes import ChoiceOf, CodeOf
from catalog_api.free_text import Comment, Reason
from catalog_api.steps.schemas import STEP, Doer, HistoryStep
from catalog_api.steps.states import State
from catalog_api.submissions.transitions import Approval, Transition
from catalog_api.tool_shape import EXAMPLE, ToolDraft
from shared.events.catalog import Party
from shared.exact import Id
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from shared.schemas import QuerySchema, RequestSchema, Schema, Timestamp


class SubmissionRequest(RequestSchema):
    """`toolId` is given for a new revision of a published tool of one's own; what `tool` leaves out is then as
    published, and what is null in it is removed. Without, the tool is a new one and gets its id now.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"tool": EXAMPLE}]})

    tool_id: UUID | None = None
    tool: ToolDraft = ToolDraft()


class SubmissionPatch(RequestSchema):
    """A JSON merge patch (RFC 7396): what is not named stays, what is null is removed, lists are replaced."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tool": {"minimumAge": 16, "texts": {"nb": {"name": "Kveldsro for alle"}}}}]}
    )

    tool: ToolDraft


class OptionalReason(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Klar til gjennomgang"}]})

    reason: Reason | None = None


NO_REASON: Final = OptionalReason()


class ReasonGiven(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Personvernerklæringen mangler sletterutiner"}]}
    )

    reason: Reason


class Assurance(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "assured", "reason": "Faglig grunnlag og innhold er gjennomgått"}]}
    )

    outcome: Literal["assured", "returned"]
    reason: Reason


class ItemAnswer(RequestSchema):
    item: Annotated[str, ChoiceOf("check-list")]
    fulfilled: bool
    comment: Comment | None = None


class Verification(RequestSchema):
    """Some of the check list's items or all of them; an answer replaces an earlier one to the same item."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"item": "texts-reviewed", "fulfilled": True},
                        {"item": "accessibility", "fulfilled": False, "comment": "Erklæringen er ikke publisert"},
                    ]
                }
            ]
        }
    )

    items: Annotated[list[ItemAnswer], Field(min_length=1, max_length=100)]


class SubmissionFilters(QuerySchema):
    state: Annotated[list[State], Field(default_factory=list, max_length=20)]
    tool_id: Id | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


_SUMMARY: Final[dict[str, Any]] = {
    "submissionId": "b1f7a3a2-7a0b-4a52-9a5d-2f2b6d1f0a11",
    "toolId": "6a6f6f0e-2b0b-4f3c-8f8b-3e7d5a0c9d21",
    "revision": 1,
    "state": "assured",
    "approval": "full",
    "name": "Kveldsro",
    "supplier": {"organisationNumber": "299900940", "name": "Tussmørke Helseteknologi AS"},
    "healthBody": "299901505",
    "createdAt": "2026-11-22T08:00:00.000Z",
    "updatedAt": "2026-11-22T08:10:00.000Z",
    "submittedAt": "2026-11-22T08:05:00.000Z",
}


_CREATED: Final = {field: value for field, value in STEP.items() if field != "revision"} | {
    "step": "created",
    "actor": {"role": "supplier", "organisation": "299900940", "name": "Tussmørke Helseteknologi AS"},
    "state": "draft",
}


class SubmissionSummary(Schema):
    """`revision` is the one that the tool gets by it, 1 for a new tool. `healthBody` is the number of the public health
    body that it names.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

    submission_id: UUID
    tool_id: UUID
    revision: int
    state: State
    approval: Approval
    name: Annotated[str | None, Field(description="In bokmål")]
    supplier: Party
    health_body: str | None
    created_at: Timestamp
    updated_at: Timestamp
    submitted_at: Annotated[Timestamp | None, Field(description="The last time")]


class SubmissionPage(Page[SubmissionSummary]):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SUMMARY]}]})


class CheckListItem(Schema):
    """`required` is whether this submission's approval asks for the item; `by` and `at` are of the latest answer."""

    item: Annotated[str, CodeOf("check-list")]
    required: bool
    fulfilled: bool
    comment: str | None
    by: Doer | None
    at: Timestamp | None


class ToolChanged(Schema):
    """`pointer` is into this document (RFC 6901); a list is one value. `approval` is what the change asks for."""

    pointer: str
    approval: Approval
    published: Any
    submitted: Any


class SubmissionDetails(SubmissionSummary):
    """`approval` is `light` when only texts and keywords differ from the published revision, else `full`: `changes`
    says which fields differ, and which of them make it full. `allowedTransitions` are those of this caller, by the last
    part of their address. `verifiedBy`, for staff alone, are those who have answered the check list since it was
    submitted last, none of whom publishes; others get null.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _SUMMARY
                | {
                    "tool": EXAMPLE
                    | {"supplier": {"organisationNumber": "299900940", "name": "Tussmørke Helseteknologi AS"}},
                    "changes": [],
                    "checkList": [
                        {
                            "item": "texts-reviewed",
                            "required": True,
                            "fulfilled": True,
                            "comment": "Lest i begge målformer",
                            "by": STEP["actor"],
                            "at": "2026-11-22T08:10:00.000Z",
                        }
                    ],
                    "allowedTransitions": ["verification", "return", "reject"],
                    "verifiedBy": [STEP["actor"]],
                    "steps": [_CREATED],
                }
            ]
        }
    )

    tool: ToolDraft
    changes: Sequence[ToolChanged]
    check_list: Sequence[CheckListItem]
    allowed_transitions: Sequence[Transition]
    verified_by: Sequence[Doer] | None
    steps: Annotated[Sequence[HistoryStep], Field(description="Oldest first")]
