"""Request and response models of all tools."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.citizen.filters import Purpose, ToolKind
from helsetilbud_api.citizen.schemas import Freshness, Hidden
from shared.paging import Page
from shared.schemas import RequestSchema, Schema

_TOOL = "0296a880-2aab-4e06-8968-eee2900e49ec"
_EXAMPLE: JsonDict = {
    "toolId": _TOOL,
    "name": "Pusterommet",
    "shortText": "Øvelser for deg som stresser mye.",
    "longText": "Pusterommet har øvelser på fem minutter ...",
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


class AvailableTool(Schema):
    """A tool that the citizen has, may add, or may be sent (`prescriptionRequired`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    tool_id: UUID
    name: str
    short_text: str
    long_text: str
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
