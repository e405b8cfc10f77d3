"""Response models of the issuer; what OAuth 2.0 names itself is described by `documentation`."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.citizen.launching.schemas import ActingPerson, Prescriber
from shared.schemas import Schema, Timestamp

_SUBJECT: Final = "b1f5a3c8-6d0e-4c9b-9a57-0d1b8a5b7c22"
_EXAMPLE: Final[JsonDict] = {
    "sub": _SUBJECT,
    "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
    "actingPerson": {"subject": _SUBJECT, "relation": "self"},
    "launchedAt": "2026-11-22T08:15:30.123Z",
    "prescribers": [
        {
            "name": "Ine Eksempel",
            "profession": "LE",
            "organisation": "299900130",
            "organisationName": "Eksempel legesenter",
            "prescribedAt": "2026-11-20T12:00:00.000Z",
        }
    ],
}


class SignedInCitizen(Schema):
    """Who has come: what the ID token says, and who has prescribed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    sub: Annotated[UUID, Field(description="The citizen whom it is about, by a pairwise identifier")]
    tool_id: UUID
    acting_person: ActingPerson
    launched_at: Timestamp
    prescribers: Annotated[list[Prescriber], Field(max_length=10, description="Empty for a self-added tool")]
