"""What suppliers send and get."""

from uuid import UUID

from pydantic import ConfigDict, Field

from prescription_api.schemas import Patient
from shared.schemas import RequestSchema, Schema, Timestamp


class PrescribersWanted(RequestSchema):
    """The citizen who has logged in to the tool."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"patient": {"nationalId": "17858401267"}}]})

    patient: Patient


class ToolPrescriber(Schema):
    """A practitioner who has sent the tool to the citizen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prescriptionId": "7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33",
                    "name": "Ragnhild Bergknausen",
                    "profession": "LE",
                    "organisation": "299900452",
                    "organisationName": "Solfjell legekontor",
                    "prescribedAt": "2026-11-22T08:15:30.000Z",
                }
            ]
        }
    )

    prescription_id: UUID
    name: str
    profession: str | None = Field(description="Code of 9060")
    organisation: str = Field(description="Organisation number")
    organisation_name: str | None = Field(None, description="When it was sent; null where only the number was known")
    prescribed_at: Timestamp
