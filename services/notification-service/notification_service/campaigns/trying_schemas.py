"""Test sendings of campaigns as requests and answers."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field
from sqlalchemy import RowMapping

from notification_service.campaigns.models import SENT
from notification_service.preferences.schemas import Email, Phone
from shared.events.notification import Channel
from shared.language import Language
from shared.paging import Page
from shared.schemas import RequestSchema, Schema, Timestamp


class TestRecipient(RequestSchema):
    """One of the two."""

    __test__ = False  # pytest would take it for tests

    language: Language
    phone: Phone | None = None
    email: Email | None = None


class TestSending(RequestSchema):
    """To whom the campaign is sent as a test, word for word: contact points that they have confirmed. Of the addresses
    a keyed digest is kept.
    """

    __test__ = False  # as above

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": [{"language": "nb", "phone": "+4790000001"}]}]})

    to: Annotated[Sequence[TestRecipient], Field(min_length=1, max_length=5)]


class TestOutcome(Schema):
    __test__ = False  # as above

    channel: Channel
    to: Annotated[str, Field(description="Shortened")]
    language: Language
    sent: bool
    reason: str | None


class TestOutcomes(Schema):
    __test__ = False  # as above

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"channel": "sms", "to": "+47******01", "language": "nb", "sent": True, "reason": None}]}
            ]
        }
    )

    items: Sequence[TestOutcome]


class TestSent(Schema):
    """A message of a test. People are not named. `address` is the same for the same address, and tells nothing else."""

    __test__ = False  # as above

    at: Timestamp
    by: Literal["machine", "person"]
    own: Annotated[bool, Field(description="Whether the one who calls has sent it")]
    client_id: str | None
    channel: Channel
    language: Language
    address: str
    sent: Annotated[bool | None, Field(description="null when nobody has seen its end")]
    reason: str | None

    @classmethod
    def of(cls, row: RowMapping, caller: str) -> Self:
        outcome: str | None = row["outcome"]
        return cls(
            at=row["at"],
            by=row["actor_kind"],
            own=row["actor"] == caller,
            client_id=row["client_id"],
            channel=row["channel"],
            language=row["language"],
            address=row["address"].hex(),
            sent=outcome and outcome == SENT,
            reason=None if outcome == SENT else outcome,
        )


class TestTrail(Page[TestSent]):
    """Newest first. `nextCursor` is null on the last page."""

    __test__ = False  # as above

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "at": "2026-11-22T08:15:30.123Z",
                            "by": "person",
                            "own": True,
                            "clientId": "sender-299901505",
                            "channel": "sms",
                            "language": "nb",
                            "address": "6f0c6b1d6c1f4d7d9a532f3f6d1f0a11",
                            "sent": True,
                            "reason": None,
                        }
                    ],
                    "nextCursor": None,
                }
            ]
        }
    )

    @classmethod
    def of(cls, rows: Sequence[RowMapping], caller: str, position: str | None) -> Self:
        return cls(items=[TestSent.of(row, caller) for row in rows], next_cursor=position)
