"""Delivery receipts over HTTP, signed by the provider."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase
from pydantic import ConfigDict, Field

from notification_service.preferences.routes import SENT_IN
from notification_service.receipts import service
from notification_service.receipts.errors import SignatureInvalid
from notification_service.receipts.models import CHANNEL_OF, Arrival, Provider, ReceiptLine
from notification_service.receipts.signature import check
from shared.app import Now
from shared.db import Session
from shared.errors import NotFound, Unavailable, problems
from shared.schemas import RequestSchema, Schema, Timestamp

MOST_RECEIPTS: Final = 1000


class DeliveryReceipt(RequestSchema):
    """`reference` is what we called the message when we handed it over."""

    receipt_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
    reference: UUID
    status: Arrival
    at: Annotated[Timestamp, Field(description="When it arrived, or was given up, by the provider's clock")]

    def line(self) -> ReceiptLine:
        return ReceiptLine(self.receipt_id, self.reference, self.status, self.at)


class DeliveryReceipts(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "receipts": [
                        {
                            "receiptId": "r-20261122-000017",
                            "reference": "0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10",
                            "status": "delivered",
                            "at": "2026-11-22T08:17:33.402Z",
                        }
                    ]
                }
            ]
        }
    )

    receipts: Annotated[Sequence[DeliveryReceipt], Field(min_length=1, max_length=MOST_RECEIPTS)]


class ReceiptsTaken(Schema):
    """A receipt that comes again changes nothing. One about a message that is not ours is no error."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"received": 1, "changed": 1, "unknown": 0}]})

    received: int
    changed: int
    unknown: int


class _Signature(SecurityBase):
    scheme_name = "ProviderSignature"
    model = APIKey.model_validate(
        {
            "in": APIKeyIn.header,
            "name": "Signature",
            "description": (
                "`t=<seconds since 1970>,v1=<hex>`: HMAC-SHA-256 over `<t>.` and the body as sent, keyed with the"
                " provider's secret. Refused when `t` is more than five minutes off."
            ),
        }
    )

    async def __call__(self, request: Request) -> None:
        """Checked in the route, which knows the provider and the body."""


router = APIRouter(tags=["Delivery receipts"], dependencies=[Depends(_Signature())])


async def _signed_by(
    provider: Provider,
    request: Request,
    now: Now,
    signature: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Provider:
    """Raises NotFound where no secret is agreed, and SignatureInvalid."""
    secret = request.app.state.settings.receipt_secrets.get(provider)
    if secret is None:
        raise NotFound()
    check(secret.get_secret_value(), signature, await request.body(), now)
    return provider


@router.post("/v1/delivery-receipts/{provider}", responses=problems(*SENT_IN, SignatureInvalid, NotFound, Unavailable))
async def receive_delivery_receipts(
    provider: Annotated[Provider, Depends(_signed_by)], receipts: DeliveryReceipts, session: Session, now: Now
) -> ReceiptsTaken:
    """What became of messages that a provider took

    Up to 1,000 at once, in any order, as often as the provider likes. A message that did not arrive is tried by the
    citizen's other channel.
    """
    lines = [receipt.line() for receipt in receipts.receipts]
    accounted = await service.take_receipts(session, CHANNEL_OF[provider], lines, now)
    return ReceiptsTaken(received=len(lines), changed=accounted.changed, unknown=accounted.unknown)
