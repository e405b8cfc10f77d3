"""Request and response models of representation."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from consent_api.areas import Area
from consent_api.representation.models import Act, PowerState, RefusalReason, Relation
from shared.plain_text import one_line
from shared.schemas import RequestSchema, Schema, Timestamp

_NUMBER = Field(
    max_length=40, description="National identity number or D-number, eleven digits", examples=["11870150050"]
)
_AREAS = Field(min_length=1, max_length=4, description="What the holder may act in", examples=[["health-care"]])


class PersonNamed(RequestSchema):
    national_id: Annotated[str, _NUMBER]


_NAME = Field(
    max_length=200,
    description="What they are called, as the person register has it: given name and surname at least, in any order."
    " Without a name, or with another than the register's, nothing is given",
    examples=["Solfrid Tindegardli"],
)


class HolderNamed(PersonNamed):
    name: Annotated[Annotated[str, AfterValidator(one_line)] | None, _NAME] = None


class PowerWanted(RequestSchema):
    """`validFrom` is today when left out. Both days are days of the power of attorney."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "holder": {"nationalId": "11870150050", "name": "Solfrid Tindegardli"},
                    "areas": ["health-care", "administration"],
                    "validTo": "2027-11-22",
                }
            ]
        }
    )

    holder: HolderNamed
    areas: Annotated[frozenset[Area], _AREAS]
    valid_from: date | None = None
    valid_to: date


class Representation(Schema):
    """A power of attorney as one of the two sees it: `name` is the other's, the holder's as the giver stated it.

    `assigned` is one that was not given by the person, who cannot decide for themselves.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "7d9cb1a6-0f5e-4b8d-a9be-6a6e9f2b7d01",
                    "direction": "given",
                    "name": "Solfrid Tindegardli",
                    "areas": ["administration", "health-care"],
                    "validFrom": "2026-11-22",
                    "validTo": "2027-11-22",
                    "state": "in-force",
                    "assigned": False,
                    "givenAt": "2026-11-22T08:15:30.123Z",
                    "revokedAt": None,
                }
            ]
        }
    )

    id: UUID
    direction: Literal["given", "received"]
    name: str
    areas: list[Area]
    valid_from: date
    valid_to: date
    state: PowerState
    assigned: bool
    given_at: Timestamp
    revoked_at: Timestamp | None


class OwnAccessState(Schema):
    """Version 0 is what no parent has decided yet, which counts as no."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"granted": True, "version": 1, "changedAt": "2026-11-22T08:15:30.123Z"}]}
    )

    granted: bool
    version: Annotated[int, Field(ge=0)]
    changed_at: Timestamp | None


class OwnAccessChoice(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"granted": True}]})

    granted: bool


class RepresentationQuestion(RequestSchema):
    """Without `represented` and `relation`: may this person act for themselves? From 16 always; asked for the young."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "actor": {"nationalId": "11870150050"},
                    "represented": {"nationalId": "01911450091"},
                    "relation": "parent",
                    "area": "health-care",
                    "act": "read",
                }
            ]
        }
    )

    actor: PersonNamed
    represented: PersonNamed | None = None
    relation: Relation | None = None
    area: Annotated[Area, Field(description="What it is about")]
    act: Annotated[Act, Field(description="Whether something is only looked at or also changed; for the log")]
    personal: Annotated[
        bool,
        Field(description="What everyone does themselves unless they cannot; closed to most powers of attorney"),
    ] = False
    young_persons_own: Annotated[
        bool, Field(description="What is the young person's own from the age of 12: closed to parents")
    ] = False

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.represented is None) != (self.relation is None):
            raise ValueError("represented and relation belong together")
        return self


class RepresentationAnswer(Schema):
    """`allowed` exactly when there is no `reason`. `narrowed`: it is about a young person of 12 to 15, whose own
    contents are fewer, and of whose contents parents see less: only what is not marked as the young person's own.

    `validUntil` is when the permission ends or is narrowed by itself, null when no such moment is known. It can be
    taken back before: ask on every use.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"allowed": True, "reason": None, "narrowed": True, "validUntil": "2027-11-01T23:00:00.000Z"},
                {"allowed": False, "reason": "no-relation", "narrowed": False, "validUntil": None},
            ]
        }
    )

    allowed: bool
    reason: RefusalReason | None
    narrowed: bool
    valid_until: Timestamp | None
