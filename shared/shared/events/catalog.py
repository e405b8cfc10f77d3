"""What catalog-api tells: tools published, stopped and reinstated."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.events.envelope import Event


class Party(BaseModel):
    """A supplier, or the public health body that vouches for a tool."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    organisation_number: str
    name: str


class ToolTexts(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    name: str
    short_text: str
    long_text: str = ""
    practitioner_text: str = ""


class AppLinks(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    ios: str | None = None
    android: str | None = None


class Integration(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    method: str
    address: str
    launch_address: str | None = None
    app_links: AppLinks | None = None


class DataUse(BaseModel):
    """What becomes of what the citizen enters: a code of the catalogue's list `data-uses`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    category: str
    privacy_statement: str | None = None


class ToolDocument(BaseModel):
    """What prescribing and the citizen's pages need of a tool (K1), as of one revision."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    tool_id: UUID
    revision: int
    supplier: Party
    health_body: Party
    texts: dict[str, ToolTexts]
    purpose: Literal["learning", "mapping", "treatment"]
    kind: Literal["standalone", "integrated"]
    subject_areas: list[str]
    target_groups: list[str]
    languages: list[str]
    keywords: list[str] = []
    integration: Integration
    login_required: bool
    national: bool
    organisations: list[str] = []
    prescription_required: bool
    prescribable: bool
    required_authorisations: list[str] = []
    prescriber_organisations: list[str] = []
    minimum_age: int = 0
    representative_may_use: bool = False
    default_deadline_days: int = 30
    data_use: DataUse | None = None


class _ToolEvent(Event):
    """`sequence` is the position in the catalogue's change feed: a copy ignores what is not newer than it has."""

    name: ClassVar[str] = ""

    tool_id: UUID
    sequence: int
    revision: int

    @property
    def subject(self) -> str:
        return str(self.tool_id)


class ToolPublished(_ToolEvent):
    """A first or a later revision is what everyone sees from now on (K3)."""

    name = "catalog.tool-published.v1"

    tool: ToolDocument


class ToolStopped(_ToolEvent):
    """The tool can be neither prescribed nor started from this second on (K4)."""

    name = "catalog.tool-stopped.v1"

    category: str


class ToolReinstated(_ToolEvent):
    name = "catalog.tool-reinstated.v1"

    tool: ToolDocument
