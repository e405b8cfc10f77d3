"""Request and response models of all tools."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from helsetilbud_api.citizen.schemas import Freshness, Hidden
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from shared.schemas import RequestSchema, Schema
from shared.search import LongSearchText

Purpose = Literal["learning", "mapping", "treatment"]
ToolKind = Literal["standalone", "integrated"]
_Code = Annotated[str, StringConstraints(max_length=100)]
_Codes: TypeAlias = Annotated[list[_Code], Field(default_factory=list, max_length=50)]

_TOOL = "0296a880-2aab-4e06-8968-eee2900e49ec"
_EXAMPLE: JsonDict = {
    "toolId": _TOOL,
    "name": "Pusterommet",
    "shortText": "Øvelser for deg som stresser mye.",
    "supplier": "Tussmørke AS",
    "healthBody": "Helsedirektoratet",
    "purpose": "learning",
    "kind": "standalone",
    "subjectAreas": ["mental-health"],
    "targetGroups": ["adults"],
    "languages": ["nb", "nn"],
    "minimumAge": 16,
    "loginRequired": False,
    "prescriptionRequired": False,
    "mine": False,
}


class AvailableFilters(Schema):
    """As the catalogue's: values of one filter are OR, different filters AND."""

    q: LongSearchText = None
    purpose: Annotated[list[Purpose], Field(default_factory=list, max_length=10, description="Any of these")]
    kind: Annotated[list[ToolKind], Field(default_factory=list, max_length=10)]
    subject_area: _Codes
    target_group: _Codes
    language: Annotated[_Codes, Field(description="That the tool itself speaks")]
    login_required: Annotated[bool | None, Field(description="To be logged in, on Helsenorge or in the tool")] = None
    prescription_required: Annotated[bool | None, Field(description="Such a one is listed for who has it")] = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


class AvailableTool(Schema):
    """A tool that the citizen has, or may add."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    tool_id: UUID
    name: str
    short_text: str
    supplier: str
    health_body: str
    purpose: Purpose
    kind: ToolKind
    subject_areas: list[str]
    target_groups: list[str]
    languages: list[str]
    minimum_age: int
    login_required: bool
    prescription_required: bool
    mine: Annotated[bool, Field(description="Among my tools already")]


class AvailableTools(Page[AvailableTool]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [_EXAMPLE],
                    "nextCursor": None,
                    "hidden": None,
                    "freshness": {"asOf": "2026-11-22T08:15:29.900Z"},
                }
            ]
        }
    )

    hidden: Hidden | None
    freshness: Freshness


class ToolWanted(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"toolId": _TOOL}]})

    tool_id: UUID
