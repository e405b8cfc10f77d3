"""What a citizen gets of the access log."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from helsetilbud_api.access_log.models import Action
from helsetilbud_api.access_log.texts import ACTIONS, SOMEBODY
from helsetilbud_api.roles import Role
from shared.schemas import Schema, Timestamp, growing


class AccessLogEntry(Schema):
    """Who at a GP's office named me by my national identity number, when and through which system (P13)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entryId": "5f0a7c3e-2b1d-4c8e-9f6a-1d2e3f4a5b6c",
                    "at": "2026-11-22T08:15:30.000Z",
                    "action": "looked-up",
                    "text": "Ragnhild Bergknausen ved Solfjell legekontor slo deg opp for å se eller endre hvilke"
                    " tjenester kontoret har åpne for deg.",
                    "herId": 9900101,
                    "officeName": "Solfjell legekontor",
                    "name": "Ragnhild Bergknausen",
                    "role": "gp",
                    "hprNumber": "990000101",
                    "clientId": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
                }
            ]
        }
    )

    entry_id: UUID
    at: Timestamp
    action: Annotated[Action, growing(Action), Field(description="More may come; `text` says it in plain words")]
    text: Annotated[str, Field(description="The same in plain words, in the language asked for")]
    her_id: int
    office_name: str
    name: Annotated[str | None, Field(description="Null where neither the login nor the register says it")]
    role: Role
    hpr_number: Annotated[str | None, Field(description="Support staff have none")]
    client_id: Annotated[str, Field(description="The system that was used")]

    @classmethod
    def of(cls, row: Mapping[Any, Any], language: str) -> Self:
        who = row["name"] or SOMEBODY[language]
        text = ACTIONS[row["action"]][language].format(who=who, office=row["office_name"])
        kept = {name: row[name] for name in cls.model_fields if name != "text"}
        return cls(text=text, **kept)
