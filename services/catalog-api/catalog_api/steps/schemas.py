"""What has happened to a tool, as staff and its supplier read it."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from catalog_api.codes import StopReason
from catalog_api.participants import Role
from catalog_api.steps.states import State
from shared.schemas import Schema, Timestamp

StepName = Literal[
    "created",
    "submitted",
    "assured",
    "returned",
    "checked",
    "verified",
    "published",
    "rejected",
    "withdrawn",
    "stopped",
    "reinstated",
    "image-replaced",
    "image-removed",
]


class Doer(Schema):
    """`organisation` is a number; `name` is the person's where one was logged in, else the organisation's where it is
    known. `system` is the platform itself.
    """

    role: Role
    organisation: str | None
    name: str | None


class CheckAnswer(Schema):
    item: str
    fulfilled: bool
    comment: str | None


STEP: Final[dict[str, Any]] = {
    "step": "published",
    "at": "2026-11-22T08:15:30.123Z",
    "actor": {"role": "staff", "organisation": "299901718", "name": "Torunn Lavskrike"},
    "reason": "Klar til publisering",
    "submissionId": "b1f7a3a2-7a0b-4a52-9a5d-2f2b6d1f0a11",
    "state": "published",
    "revision": 2,
}


class HistoryStep(Schema):
    """Something that was done, by whom, when and why. `checked` and `verified` carry the answers that were given then:
    `verified` is what completed the check list. `state` is the submission's afterwards.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [STEP]})

    step: StepName
    at: Timestamp
    actor: Doer
    reason: str | None = None
    submission_id: UUID | None = None
    state: State | None = None
    revision: Annotated[int | None, Field(description="The published revision that it was about")] = None
    category: Annotated[StopReason | None, Field(description="Of a stop")] = None
    items: Sequence[CheckAnswer] | None = None
