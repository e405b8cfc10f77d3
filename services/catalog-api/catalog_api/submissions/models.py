"""A submission: a tool, or a new revision of one, on its way to being published (K2, K3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Mapped, mapped_column

from catalog_api.codes import code_lists
from catalog_api.models import Base
from catalog_api.participants import Actor, Participant
from catalog_api.steps.states import State
from catalog_api.submissions.comparison import Difference, approval_of, compare
from catalog_api.submissions.errors import CheckListIncomplete, OwnSubmission, TransitionNotAllowed
from catalog_api.submissions.transitions import (
    BY,
    EDITABLE,
    Approval,
    Transition,
    before_verification,
    possible,
)
from shared.errors import PreconditionFailed
from shared.http import etag_is
from shared.schemas import rfc3339

Json = dict[str, Any]


def required_items(approval: Approval) -> list[str]:
    """Of the check list."""
    items = code_lists()["check-list"].items
    return [item.code for item in items if not item.retired and (item.light or approval == "full")]


class Submission(Base):
    """`tool` is the document as it stands, without nulls; `base_revision` the published one that it changes.
    `check_list` holds the answers of this round by item. `submitters` are the organisations that have had a hand in it.
    """

    __tablename__ = "submission"

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    tool_id: Mapped[UUID]
    base_revision: Mapped[int | None]
    state: Mapped[State]
    approval: Mapped[Approval]
    version: Mapped[int]
    supplier: Mapped[str]
    submitters: Mapped[list[str]]
    health_body: Mapped[str | None]
    tool: Mapped[Json]
    check_list: Mapped[Json]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    @classmethod
    def drafted(
        cls, supplier: Participant, tool_id: UUID | None, base_revision: int | None, now: datetime
    ) -> "Submission":
        """Empty until it is written."""
        return cls(
            submission_id=uuid4(),
            tool_id=tool_id or uuid4(),
            base_revision=base_revision,
            state="draft",
            approval="full",
            version=0,
            supplier=supplier.organisation,
            submitters=supplier.organisations,
            tool={},
            check_list={},
            created_at=now,
        )

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    @property
    def revision(self) -> int:
        """The one that it becomes."""
        return (self.base_revision or 0) + 1

    @property
    def possible(self) -> list[Transition]:
        return possible(self.state, self.approval)

    def allowed_to(self, caller: Participant, *, has_verified: bool = False) -> list[Transition]:
        """`has_verified` leaves the publishing to another."""
        barred = caller.belongs_to(self.submitters)
        mine = [transition for transition in self.possible if BY[transition] in caller.roles]
        own = [transition for transition in mine if BY[transition] == "supplier" or not barred]
        return [transition for transition in own if transition != "publish" or not has_verified]

    def differences(self, published: Mapping[str, Any] | None) -> list[Difference]:
        """To the revision that it changes; a first one differs from nothing."""
        return compare(published, self.tool) if published is not None else []

    def write(self, tool: Json, published: Mapping[str, Any] | None, now: datetime) -> None:
        """Raises TransitionNotAllowed when it is out of the supplier's hands."""
        if self.state not in EDITABLE:
            raise TransitionNotAllowed(self.state, self.possible)
        self.tool = tool
        self.health_body = tool.get("healthBody", {}).get("organisationNumber")
        self.approval = approval_of(published, self.differences(published))
        self._changed(now)

    def submit(self, supplier: Participant, now: datetime) -> None:
        """A new round: what was assured and verified before was about another text. Raises TransitionNotAllowed."""
        self._move("submit", "submitted", now)
        self.submitted_at, self.check_list = now, {}
        self.submitters = sorted({*self.submitters, *supplier.organisations})

    def withdraw(self, now: datetime) -> None:
        self._move("withdraw", "withdrawn", now)

    def assure(self, outcome: State, now: datetime) -> None:
        self._move("assurance", outcome, now)

    def send_back(self, now: datetime) -> None:
        self._move("return", "returned", now)

    def reject(self, now: datetime) -> None:
        self._move("reject", "rejected", now)

    def verify(self, answers: Sequence[Json], actor: Actor, now: datetime) -> None:
        """Later answers replace earlier ones. Verified as long as every required item is fulfilled."""
        self._require("verification")
        by = {"role": actor.role, "organisation": actor.organisation, "name": actor.name}
        given = {answer["item"]: {**answer, "by": by, "at": rfc3339(now)} for answer in answers}
        self.check_list = {**self.check_list, **given}
        self.state = before_verification(self.approval) if self.missing_items() else "verified"
        self._changed(now)

    def publish(self, now: datetime) -> None:
        """Raises CheckListIncomplete where that is all that is missing, else TransitionNotAllowed."""
        if self.state == before_verification(self.approval):
            raise CheckListIncomplete(self.state, self.missing_items(), self.possible)
        self._move("publish", "published", now)

    def missing_items(self) -> list[str]:
        fulfilled = {item for item, answer in self.check_list.items() if answer["fulfilled"]}
        return [item for item in required_items(self.approval) if item not in fulfilled]

    def refuse_own(self, caller: Participant) -> None:
        """Four eyes. Raises OwnSubmission. Organisations are compared and not clients: one client may act for many."""
        if caller.belongs_to(self.submitters):
            raise OwnSubmission()

    def require_seen(self, etag: str | None) -> None:
        """After a change: that it builds on what the caller had seen (RFC 9110, 13.2.1: what is refused anyhow is
        refused for its own reason first). Raises PreconditionFailed.
        """
        if etag is not None and not etag_is(etag, f'"{self.version - 1}"'):
            raise PreconditionFailed()

    def _require(self, transition: Transition) -> None:
        if transition not in self.possible:
            raise TransitionNotAllowed(self.state, self.possible)

    def _move(self, transition: Transition, to: State, now: datetime) -> None:
        self._require(transition)
        self.state = to
        self._changed(now)

    def _changed(self, now: datetime) -> None:
        self.version += 1
        self.updated_at = now
