"""Request and response models of the change feed."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from consent_api.identities import NationalIdProblem, Writable
from shared.schemas import RequestSchema, Schema, Timestamp

_NUMBERS = Field(min_length=1, max_length=1000, description="National identity numbers or D-numbers")


class InterestWanted(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"nationalIds": ["11870150050"]}]})

    national_ids: Annotated[list[Writable], _NUMBERS]


class InterestIn(Schema):
    """`citizen` is the reference that changes are told by; null where there is an error."""

    national_id: Annotated[str, Field(description="As it was sent")]
    citizen: str | None
    error: NationalIdProblem | None


class InterestAnswer(Schema):
    """One item for each number, in the order sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "nationalId": "11870150050",
                            "citizen": "k1-abcdefghijklmnopqrstuvwxyz",
                            "error": None,
                        }
                    ]
                }
            ]
        }
    )

    items: Sequence[InterestIn]


class StandingChange(Schema):
    citizen: Annotated[str, Field(description="The reference given when interest was registered")]
    changed_at: Timestamp


class StandingChanges(Schema):
    """`more`: ask again at once. `nextCursor` is always there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{"citizen": "k1-abcdefghijklmnopqrstuvwxyz", "changedAt": "2026-11-22T08:15:30.123Z"}],
                    "nextCursor": "WzcyNTQsMTIsM10",
                    "more": False,
                }
            ]
        }
    )

    items: Sequence[StandingChange]
    next_cursor: str
    more: bool
