"""The catalogue's tables, and the rules that need no I/O."""

from datetime import datetime
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Computed, DateTime, Identity, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalog_api.documents import best_texts, sort_key
from catalog_api.errors import ToolAlreadyStopped, ToolNotStopped
from catalog_api.participants import Actor
from shared.db import metadata
from shared.events.catalog import ToolDocument

Change = Literal["published", "updated", "stopped", "reinstated"]
PUBLISHED, STOPPED = "published", "stopped"
# for the id of the tool; relative to the API's address, because that is not the same for all its readers
IMAGE_URL: Final = "/v1/tools/%s/image"


class Base(DeclarativeBase):
    metadata = metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
    }


class Tool(Base):
    """A tool as it is now. `document` is a ToolDocument; the columns beside it derive from it, for lists and search."""

    __tablename__ = "tool"

    tool_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    status: Mapped[str]
    stop_category: Mapped[str | None]
    stop_reason: Mapped[str | None]
    purpose: Mapped[str]
    kind: Mapped[str]
    subject_areas: Mapped[list[str]]
    target_groups: Mapped[list[str]]
    languages: Mapped[list[str]]
    national: Mapped[bool]
    login_required: Mapped[bool]
    prescription_required: Mapped[bool]
    sort_nb: Mapped[str]
    sort_nn: Mapped[str]
    sort_en: Mapped[str]
    document: Mapped[dict[str, Any]]
    # made by the database of the document
    audience: Mapped[list[str]] = mapped_column(Computed("tool_audience(document)", persisted=True))
    # the digest of its image
    image_tag: Mapped[str | None]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def published(cls, document: ToolDocument, now: datetime) -> "Tool":
        tool = cls(tool_id=document.tool_id, status=PUBLISHED, published_at=now)
        tool.take(document, now)
        return tool

    def take(self, document: ToolDocument, now: datetime) -> None:
        """Makes the document the one that everyone sees, once the tool is not stopped."""
        self.revision = document.revision
        if self.status != STOPPED:
            self.updated_at = now  # of a stopped tool it says since when
        for field in ("purpose", "kind", "subject_areas", "target_groups", "languages"):
            setattr(self, field, getattr(document, field))
        for field in ("national", "login_required", "prescription_required"):
            setattr(self, field, getattr(document, field))
        for language in ("nb", "nn", "en"):
            setattr(self, f"sort_{language}", sort_key(best_texts(document, language).name))
        self.document = document.model_dump(mode="json", by_alias=True)

    def stop(self, category: str, reason: str, now: datetime) -> None:
        """K4. Raises ToolAlreadyStopped."""
        if self.status == STOPPED:
            raise ToolAlreadyStopped(self.stop_category or "", self.updated_at)
        self.status, self.stop_category, self.stop_reason, self.updated_at = STOPPED, category, reason, now

    def reinstate(self, now: datetime) -> None:
        """K4. Raises ToolNotStopped."""
        if self.status != STOPPED:
            raise ToolNotStopped()
        self.status, self.stop_category, self.stop_reason, self.updated_at = PUBLISHED, None, None, now


class ToolRevision(Base):
    """A document as it was published, by whom."""

    __tablename__ = "tool_revision"

    tool_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    actor: Mapped[str]

    @classmethod
    def of(cls, tool: Tool, actor: Actor, now: datetime) -> "ToolRevision":
        """The revision the tool has now."""
        return cls(
            tool_id=tool.tool_id,
            revision=tool.revision,
            document=tool.document,
            published_at=now,
            actor=actor.reference,
        )


class ToolChange(Base):
    """An entry of the change feed. Who and why are for the history, and for those who may read it; `actor` is for us
    alone. `step` says what happened where `change` does not.
    """

    __tablename__ = "tool_change"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tool_id: Mapped[UUID]
    revision: Mapped[int]
    change: Mapped[str]
    changed_at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str | None]
    category: Mapped[str | None]
    submission_id: Mapped[UUID | None]
    step: Mapped[str | None]
    state: Mapped[str | None]
    role: Mapped[str | None]
    organisation: Mapped[str | None]
    name: Mapped[str | None]


class ToolStep(Base):
    """Something that happened to a tool, or to a submission of one, and has no place in the change feed. `state` is
    the submission's afterwards.
    """

    __tablename__ = "tool_step"

    step_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tool_id: Mapped[UUID]
    submission_id: Mapped[UUID | None]
    step: Mapped[str]
    state: Mapped[str | None]
    revision: Mapped[int | None]
    happened_at: Mapped[datetime]
    role: Mapped[str]
    organisation: Mapped[str | None]
    name: Mapped[str | None]
    actor: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]


class HistoryEntry(Base):
    """A view: every step and every change once. `place` and `number` order what happened at the same moment."""

    __tablename__ = "tool_history"

    place: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tool_id: Mapped[UUID]
    submission_id: Mapped[UUID | None]
    happened_at: Mapped[datetime]
    step: Mapped[str]
    state: Mapped[str | None]
    revision: Mapped[int | None]
    role: Mapped[str]
    organisation: Mapped[str | None]
    name: Mapped[str | None]
    reason: Mapped[str | None]
    category: Mapped[str | None]
    details: Mapped[dict[str, Any] | None]


def kept(actor: Actor) -> dict[str, str | None]:
    """The columns that say who did it."""
    return {
        "actor": actor.reference,
        "role": actor.role,
        "organisation": actor.organisation,
        "name": actor.name,
    }


class Image(Base):
    """The picture of a tool, published or only submitted. `tag` is the entity tag of the content."""

    __tablename__ = "image"

    tool_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    tag: Mapped[str]
    changed_at: Mapped[datetime]
