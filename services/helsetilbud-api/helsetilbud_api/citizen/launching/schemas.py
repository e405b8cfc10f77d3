"""Request and response models of redeeming a launch code."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from helsetilbud_api.citizen.schemas import PrescribedBy
from shared.schemas import RequestSchema, Schema, Timestamp

_TOOL = "0296a880-2aab-4e06-8968-eee2900e49ec"
_SUBJECT = "b1f5a3c8-6d0e-4c9b-9a57-0d1b8a5b7c22"
_EXAMPLE: JsonDict = {
    "toolId": _TOOL,
    "subject": _SUBJECT,
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


class LaunchCode(RequestSchema):
    """`launch` of the address that the citizen came by, and the tool that it was."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "2kGz0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k", "toolId": _TOOL}]}
    )

    code: Annotated[str, Field(min_length=1, max_length=200)]
    tool_id: UUID


class ActingPerson(Schema):
    """The one at the screen. `self` is the citizen, with the same subject."""

    subject: Annotated[UUID, Field(description="Pairwise, as the citizen's")]
    relation: Literal["self", "parent", "power-of-attorney"]


class Prescriber(PrescribedBy):
    """P11: who has sent the tool to the citizen."""

    prescribed_at: Timestamp


class RedeemedLaunch(Schema):
    """Who has come. A subject is the same each time the same person comes to the same supplier, and says nothing to any
    other supplier.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    tool_id: UUID
    subject: Annotated[UUID, Field(description="The citizen whom it is about, by a pairwise identifier")]
    acting_person: ActingPerson
    launched_at: Timestamp
    prescribers: Annotated[list[Prescriber], Field(max_length=10, description="Empty for a self-added tool")]
