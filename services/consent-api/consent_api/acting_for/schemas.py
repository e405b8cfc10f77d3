"""What is told of those whom one may act for."""

from typing import Annotated

from pydantic import ConfigDict, Field

from consent_api.areas import Area
from consent_api.representation.models import RefusalReason, Relation
from shared.schemas import Schema, Timestamp


class AreaState(Schema):
    """`reason` says why not, null where one may. `narrowed`: what the young person keeps to themselves is not shown."""

    area: Area
    reason: RefusalReason | None
    narrowed: bool
    valid_until: Timestamp | None


class ActingFor(Schema):
    """One person. `name` is the register's for a child, and as it was when the power of attorney was given else.

    `ownAccess` is of children from 12: whether a parent has given them an access of their own; null else.
    """

    relation: Relation
    name: str
    age: Annotated[int | None, Field(ge=0, lt=16, description="Years, of a child; null for others")]
    own_access: bool | None
    areas: Annotated[list[AreaState], Field(description="All areas, in a fixed order")]


class EverybodyActedFor(Schema):
    """The youngest child first, then powers of attorney, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "relation": "parent",
                            "name": "Eira Fjordgløtt",
                            "age": 13,
                            "ownAccess": True,
                            "areas": [
                                {
                                    "area": "health-care",
                                    "reason": None,
                                    "narrowed": True,
                                    "validUntil": "2029-06-01T22:00:00.000Z",
                                },
                                {"area": "youth", "reason": "young-persons-own", "narrowed": False, "validUntil": None},
                            ],
                        }
                    ]
                }
            ]
        }
    )

    items: list[ActingFor]
