"""Request and response models of consent."""

from typing import Annotated

from pydantic import ConfigDict, Field

from consent_api.areas import Level
from consent_api.consent.models import ActedBy
from shared.schemas import RequestSchema, Schema, Timestamp

_LEVEL = Field(
    description="`none`, `basis` (reading), or `full` (taking part: tools, messages, tasks)", examples=["full"]
)


class ConsentState(Schema):
    """A citizen who never answered has level `none`, version 0 and no `changedAt`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"level": "full", "version": 2, "changedAt": "2026-11-22T08:15:30.123Z"}]}
    )

    level: Annotated[Level, _LEVEL]
    version: Annotated[int, Field(ge=0, description="Counts the changes")]
    changed_at: Timestamp | None


class ConsentChoice(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "full"}]})

    level: Annotated[Level, _LEVEL]


class ConsentStep(Schema):
    """`actedBy`: the citizen, somebody acting for them, or `import` for what was taken over from an earlier record."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"level": "full", "version": 2, "changedAt": "2026-11-22T08:15:30.123Z", "actedBy": "self"}]
        }
    )

    level: Annotated[Level, _LEVEL]
    version: int
    changed_at: Timestamp
    acted_by: ActedBy
