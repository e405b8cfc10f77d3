"""Response models of what copies are kept of."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from consent_api.areas import Level
from consent_api.reservations.models import Kind
from shared.schemas import Schema, Timestamp


class CopiedReservation(Schema):
    kind: Kind
    reserved: bool
    version: int
    changed_at: Timestamp


class CopiedConsent(Schema):
    """A citizen who never answered has level `none`, version 0 and no `changedAt`."""

    citizen: Annotated[str, Field(description="Citizen reference")]
    level: Level
    version: Annotated[int, Field(ge=0, description="Counts the changes")]
    changed_at: Timestamp | None
    reservations: Sequence[CopiedReservation]


class CopiedConsents(Schema):
    """`more`: ask again at once. When it is false, everything that was so when the walk began has been told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "citizen": "k1-abcdefghijklmnopqrstuvwxyz",
                            "level": "full",
                            "version": 2,
                            "changedAt": "2026-11-22T08:15:30.123Z",
                            "reservations": [
                                {
                                    "kind": "research-contact",
                                    "reserved": True,
                                    "version": 1,
                                    "changedAt": "2026-11-22T08:15:30.123Z",
                                }
                            ],
                        }
                    ],
                    "nextCursor": "WzcyNTQsMTIsMywwXQ",
                    "more": False,
                }
            ]
        }
    )

    items: Sequence[CopiedConsent]
    next_cursor: str
    more: bool
