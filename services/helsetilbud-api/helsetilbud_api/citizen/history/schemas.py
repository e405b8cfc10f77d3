"""Response models of the history."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.citizen.models import Kind
from helsetilbud_api.citizen.schemas import Hidden, PrescribedBy, WhyOver
from shared.paging import Page
from shared.schemas import Schema, Timestamp, growing

_EXAMPLE: JsonDict = {
    "kind": "tool-opened",
    "at": "2026-11-23T17:05:00.000Z",
    "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
    "toolName": "Søvntrappa",
    "prescriptionId": "6f6f0c3e-0c0b-4f38-8f0e-2f0c5e0f7a11",
    "prescribedBy": None,
    "onBehalf": False,
    "reason": None,
}


class HistoryEntry(Schema):
    """One thing that was done with a tool (M6)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: Annotated[Kind, growing(Kind), Field(description="More kinds may come")]
    at: Timestamp
    tool_id: UUID
    tool_name: Annotated[str | None, Field(description="As the catalogue has it now; null when it has not told of it")]
    prescription_id: UUID | None
    prescribed_by: Annotated[PrescribedBy | None, Field(description="Of `tool-prescribed`: who sent it")]
    on_behalf: Annotated[bool, Field(description="Done by somebody who acts for the citizen (S5)")]
    reason: Annotated[WhyOver | None, Field(description="Why it was revoked, ended or withdrawn")]


class History(Page[HistoryEntry]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE], "nextCursor": None, "hidden": None}]}
    )

    hidden: Hidden | None
