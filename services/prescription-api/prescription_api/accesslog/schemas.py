"""What a citizen gets of the access log."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from prescription_api.models import AccessAction
from shared.schemas import Schema, Timestamp, growing

EXAMPLE: JsonDict = {
    "entryId": "5f0a7c3e-2b1d-4c8e-9f6a-1d2e3f4a5b6c",
    "at": "2026-11-22T08:15:30.000Z",
    "action": "prescribed",
    "text": "Ragnhild Bergknausen (lege) sendte deg verktøyet Søvnstigen.",
    "outcome": None,
    "outcomeText": None,
    "name": "Ragnhild Bergknausen",
    "profession": "lege",
    "organisation": "299900452",
    "organisationName": None,
    "clientId": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
    "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11",
    "toolName": "Søvnstigen",
    "prescriptionId": "7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33",
}


class AccessLogEntry(Schema):
    """Who did what, when, for which organisation and through which system (P13)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    entry_id: UUID
    at: Timestamp
    action: Annotated[
        AccessAction, growing(AccessAction), Field(description="More may come; `text` says it in plain words")
    ]
    text: str = Field(description="The same in plain words")
    outcome: str | None = Field(None, description="Code of the refusal; null for what was done")
    outcome_text: str | None = Field(None, description="The same in plain words")
    name: str = Field(description="A person; a tool's supplier when a system asked")
    profession: str | None = Field(None, description="In plain words; null when a system asked")
    organisation: str = Field(description="Organisation number")
    organisation_name: str | None = Field(None, description="Null where only the number is known")
    client_id: str = Field(description="The system that was used")
    tool_id: UUID | None = None
    tool_name: str | None = None
    prescription_id: UUID | None = None
