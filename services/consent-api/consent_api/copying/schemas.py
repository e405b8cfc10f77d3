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


class CopiedRecipients(Schema):
    """Who is told of what the citizen gets (V1): parents of those under 16 and holders of powers of attorney for health
    care, as they may act now; a child under 16 themselves with an access of their own alone. What each of them has
    consented to is for whoever tells them to see.
    """

    version: Annotated[int, Field(ge=0, description="Grows with every change")]
    themselves: bool
    others: Annotated[Sequence[str], Field(description="Citizen references")]


class CopiedConsent(Schema):
    """A citizen who never answered has level `none`, version 0 and no `changedAt`."""

    citizen: Annotated[str, Field(description="Citizen reference")]
    level: Level
    version: Annotated[int, Field(ge=0, description="Counts the changes")]
    changed_at: Timestamp | None
    reservations: Sequence[CopiedReservation]
    recipients: CopiedRecipients


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
                            "recipients": {"version": 3, "themselves": True, "others": []},
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
