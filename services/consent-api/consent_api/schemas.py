"""Request and response models."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from consent_api.models import Actor, Area, Level, Reason
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
    acted_by: Actor


def _writable(texts: list[str]) -> list[str]:
    """Half of a surrogate pair can be written in JSON and is no text (RFC 8259, section 8.2): a UnicodeEncodeError."""
    "".join(texts).encode()
    return texts


class DigitallyActiveQuestion(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"nationalIds": ["11870150050", "11870150051"], "area": "health-care"}]}
    )

    national_ids: Annotated[
        list[str],
        AfterValidator(_writable),
        Field(
            min_length=1,
            max_length=1000,
            description="National identity numbers or D-numbers, eleven digits each. One that comes twice is answered"
            " twice.",
        ),
    ]
    area: Annotated[
        Area, Field(description="What the person is to be reached for; each area asks for its consent level")
    ]


class NationalIdProblem(Schema):
    code: Literal["national-id-malformed", "national-id-check-digits"]
    detail: Annotated[str, Field(description="For people, in the language asked for")]


class PersonStanding(Schema):
    """`active` exactly when there is neither a reason nor an error. All reasons that apply are listed."""

    national_id: Annotated[str, Field(description="As it was sent")]
    active: bool
    active_through_others: Annotated[bool, Field(description="Always false until representation is offered")]
    reasons: Sequence[Reason]
    error: NationalIdProblem | None


class DigitallyActiveAnswer(Schema):
    """One item for each number, in the order asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "nationalId": "11870150050",
                            "active": False,
                            "activeThroughOthers": False,
                            "reasons": ["consent-basis-only"],
                            "error": None,
                        },
                        {
                            "nationalId": "11870150051",
                            "active": False,
                            "activeThroughOthers": False,
                            "reasons": [],
                            "error": {
                                "code": "national-id-check-digits",
                                "detail": "Kontrollsifrene i fødselsnummeret eller D-nummeret stemmer ikke.",
                            },
                        },
                    ]
                }
            ]
        }
    )

    items: Sequence[PersonStanding]
