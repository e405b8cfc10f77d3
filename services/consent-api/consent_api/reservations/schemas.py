"""Request and response models of reservations."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from consent_api.identities import REFERENCE, NationalIdProblem, Writable
from consent_api.reservations.models import Kind
from shared.schemas import RequestSchema, Schema, Timestamp

Reference = Annotated[str, StringConstraints(pattern=REFERENCE, max_length=35)]


class ReservationState(Schema):
    """Version 0 is what the citizen has never said anything about, which counts as no reservation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "research-contact",
                    "name": "Bli kontaktet om deltakelse i forskning",
                    "reserved": True,
                    "version": 1,
                    "changedAt": "2026-11-22T08:15:30.123Z",
                }
            ]
        }
    )

    kind: Kind
    name: Annotated[str, Field(description="What one says no to, in the language asked for")]
    reserved: bool
    version: Annotated[int, Field(ge=0)]
    changed_at: Timestamp | None


class ReservationChoice(RequestSchema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reserved": True}]})

    reserved: bool


class ReservationKind(Schema):
    """`name` per language."""

    code: Kind
    name: dict[str, str]


class ReservationKinds(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "code": "research-contact",
                            "name": {"nb": "Bli kontaktet om deltakelse i forskning"},
                        }
                    ]
                }
            ]
        }
    )

    items: Sequence[ReservationKind]


class ReservationQuestion(RequestSchema):
    """Either numbers or citizen references, 1 to 1,000 of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "research-contact", "citizens": ["k1-abcdefghijklmnopqrstuvwxyz"]},
                {"kind": "research-contact", "nationalIds": ["11870150050"]},
            ]
        }
    )

    kind: Kind
    national_ids: Annotated[list[Writable], Field(min_length=1, max_length=1000)] | None = None
    citizens: Annotated[list[Reference], Field(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.national_ids is None) == (self.citizens is None):
            raise ValueError("either nationalIds or citizens")
        return self


class ReservationOf(Schema):
    """What was asked about, as it was sent. A number that is wrong has an `error`, and counts as reserved."""

    national_id: str | None
    citizen: str | None
    reserved: bool
    error: NationalIdProblem | None


class ReservationAnswer(Schema):
    """One item for each that was asked about, in the order asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "nationalId": None,
                            "citizen": "k1-abcdefghijklmnopqrstuvwxyz",
                            "reserved": True,
                            "error": None,
                        }
                    ]
                }
            ]
        }
    )

    items: Sequence[ReservationOf]
