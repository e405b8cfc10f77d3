"""Request and response models of asking whether somebody may use a citizen's tools."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from consent_api.areas import Area
from consent_api.identities import REFERENCE
from consent_api.permission.models import Reason
from consent_api.representation.models import Relation
from shared.schemas import RequestSchema, Schema, Timestamp

Reference = Annotated[str, StringConstraints(pattern=REFERENCE, max_length=35)]
_CITIZEN, _ACTOR = "k1-abcdefghijklmnopqrstuvwxyz", "k1-aaaaaaaaaaaaaaaaaaaaaaaaaa"


class PermissionQuestion(RequestSchema):
    """By citizen references. With `actor` and `relation`: somebody who acts for the citizen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"citizen": _CITIZEN, "area": "health-care"},
                {"citizen": _CITIZEN, "area": "health-care", "actor": _ACTOR, "relation": "parent"},
            ]
        }
    )

    citizen: Annotated[Reference, Field(description="Whose tools they are")]
    area: Annotated[Area, Field(description="What it is about")]
    actor: Annotated[Reference | None, Field(description="Who acts for the citizen")] = None
    relation: Relation | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.actor is None) != (self.relation is None):
            raise ValueError("actor and relation belong together")
        return self


class PermissionAnswer(Schema):
    """Permitted exactly when there are no `reasons`; the rest is as in the answer about representation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reasons": [], "narrowed": False, "validUntil": "2026-12-31T23:00:00.000Z"},
                {"reasons": ["consent-basis-only", "ended"], "narrowed": False, "validUntil": None},
            ]
        }
    )

    reasons: Annotated[Sequence[Reason], Field(description="What stands against it, the citizen's own first")]
    narrowed: bool
    valid_until: Timestamp | None
