"""What the catalogue is asked, and what it answers."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar
from uuid import UUID

from pydantic import ConfigDict, Field

from catalog_api import examples
from catalog_api.codes import Kind, Purpose, StopReason, SubjectArea, TargetGroup, ToolLanguage
from catalog_api.free_text import Reason
from catalog_api.models import Change
from shared.events.catalog import Party, ToolDocument
from shared.language import Language, Text
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from shared.schemas import QuerySchema, RequestSchema, Schema, Timestamp
from shared.search import SearchText

T = TypeVar("T")
AnyOf: TypeAlias = Annotated[list[T], Field(default_factory=list, max_length=50)]


ImageUrl: TypeAlias = Annotated[
    str | None, Field(description="Relative to the API's address; null when the tool has no image")
]


class ToolFilters(QuerySchema):
    """Values of one filter are OR, different filters are AND. A misspelt parameter is refused, not ignored."""

    q: SearchText = None
    purpose: AnyOf[Purpose]
    kind: AnyOf[Kind]
    subject_area: AnyOf[SubjectArea]
    target_group: AnyOf[TargetGroup]
    language: Annotated[AnyOf[ToolLanguage], Field(description="That the tool itself speaks")]
    national: Annotated[bool | None, Field(description="For everyone, or only for named organisations")] = None
    login_required: Annotated[bool | None, Field(description="To be logged in, on Helsenorge or in the tool")] = None
    prescription_required: Annotated[bool | None, Field(description="By a practitioner, before it can be used")] = None
    facets: Annotated[bool, Field(description="Also count how many tools each filter value would give")] = False
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


_SUMMARY_EXAMPLE: Final[dict[str, Any]] = {
    "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
    "revision": 1,
    "name": "Søvntrappa",
    "shortText": "Behandlingsprogram på nett for deg som har sovet dårlig lenge.",
    "textLanguage": "nb",
    "supplier": {"organisationNumber": "299900940", "name": "Tussmørke Helseteknologi AS"},
    "healthBody": {"organisationNumber": "299901505", "name": "Direktoratet for helsemestring"},
    "purpose": "treatment",
    "kind": "standalone",
    "subjectAreas": ["sleep"],
    "targetGroups": ["adults"],
    "languages": ["nb", "nn"],
    "national": True,
    "loginRequired": True,
    "prescriptionRequired": True,
    "prescribable": True,
    "minimumAge": 18,
    "representativeMayUse": False,
    "imageUrl": "/v1/tools/0296a880-2aab-4e06-8968-eee2900e49ec/image",
    "publishedAt": "2026-11-22T08:00:00.000Z",
    "updatedAt": "2026-11-22T08:00:00.000Z",
}


class ToolSummary(Schema):
    """A tool in a list. Its texts are in `textLanguage`: the one asked for where the tool has it, else `nb`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY_EXAMPLE]})

    tool_id: UUID
    revision: int
    name: str
    short_text: str
    text_language: Language
    supplier: Party
    health_body: Party
    purpose: Purpose
    kind: Kind
    subject_areas: Sequence[SubjectArea]
    target_groups: Sequence[TargetGroup]
    languages: Sequence[ToolLanguage]
    national: bool
    login_required: bool
    prescription_required: bool
    prescribable: bool
    minimum_age: int
    representative_may_use: bool
    image_url: ImageUrl
    published_at: Timestamp
    updated_at: Timestamp


class FacetValue(Schema):
    code: str
    name: str
    count: int


class Facets(Schema):
    """For each filter its values, each with the number of tools it would give beside the other filters as they are."""

    purpose: Sequence[FacetValue]
    kind: Sequence[FacetValue]
    subject_area: Sequence[FacetValue]
    target_group: Sequence[FacetValue]
    language: Sequence[FacetValue]
    national: Sequence[FacetValue]
    login_required: Sequence[FacetValue]
    prescription_required: Sequence[FacetValue]


class ToolPage(Page[ToolSummary]):
    facets: Facets | None = None


class ToolDetails(ToolDocument):
    """Everything published about a tool. The four texts are in `textLanguage`; `texts` has them in every language."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TOOL]})

    name: str
    short_text: str
    long_text: str
    practitioner_text: str
    text_language: Language
    image_url: ImageUrl
    published_at: Timestamp
    updated_at: Timestamp


class ToolChangeEntry(Schema):
    """`tool` as of this change's revision, null when stopped; only then `category`, a code of `stop-reasons`."""

    sequence: int
    change: Change
    tool_id: UUID
    revision: int
    changed_at: Timestamp
    tool: ToolDocument | None
    category: StopReason | None


class ChangeFeed(Schema):
    """`nextCursor` is always there to go on from; `more` says that there are changes behind it already."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHANGES]})

    items: Sequence[ToolChangeEntry]
    next_cursor: str
    more: bool


class CodeListSummary(Schema):
    name: str
    title: str
    titles: Text


class CodeLists(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [examples.CODE_LISTS]})

    items: Sequence[CodeListSummary]


class CodeListItem(Schema):
    """`name` and `definition`, what the code means, in the language asked for. A retired code may occur in what is old
    and is not to be chosen. `light` is in `check-list`: a light approval asks for the item too. `stored` is in
    `data-uses`: something is kept elsewhere than on the citizen's device.
    """

    code: str
    name: str
    names: Text
    definition: str
    definitions: Text
    retired: bool
    light: bool | None = None
    stored: bool | None = None


class CodeListDetails(CodeListSummary):
    model_config = ConfigDict(json_schema_extra={"examples": [examples.CODE_LIST]})

    items: Sequence[CodeListItem]


class StopRequest(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"category": "security", "reason": "Sårbarhet i innloggingen, meldt av leverandøren"}]
        }
    )

    category: StopReason
    reason: Reason


class ReinstateRequest(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Sårbarheten er rettet og testet på nytt"}]})

    reason: Reason


class ToolStatus(Schema):
    """How a tool stands after it was stopped or reinstated; `sequence` is the change's place in the change feed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
                    "revision": 1,
                    "status": "stopped",
                    "category": "security",
                    "changedAt": "2026-11-22T08:15:30.123Z",
                    "sequence": 43,
                }
            ]
        }
    )

    tool_id: UUID
    revision: int
    status: Literal["published", "stopped"]
    category: StopReason | None
    changed_at: Timestamp
    sequence: int
