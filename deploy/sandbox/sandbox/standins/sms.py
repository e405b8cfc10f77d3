"""An SMS gateway that keeps what it is given instead of sending it."""

import hashlib
import hmac
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from sandbox.context import Here, Now
from sandbox.faults import Mode, Target, faulty
from sandbox.messages.store import ReceivedMessage
from sandbox.standins.segments import segments
from shared.errors import DomainError
from shared.language import Text

_SENDER = "Helsenorge"


class ApiKeyRefused(DomainError):
    status = 401
    code = "api-key-refused"
    title: ClassVar[Text] = {
        "nb": "API-nøkkelen mangler eller er feil.",
        "nn": "API-nøkkelen manglar eller er feil.",
        "en": "The API key is missing or wrong.",
    }


class IdempotencyKeyReused(DomainError):
    status = 422
    code = "idempotency-key-reused"
    title: ClassVar[Text] = {
        "nb": "Nøkkelen er brukt for en annen melding.",
        "nn": "Nøkkelen er brukt for ei anna melding.",
        "en": "The key has been used for another message.",
    }


class Sms(BaseModel):
    to: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$", examples=["+4790000001"])]
    text: Annotated[str, Field(min_length=1, max_length=1530)]
    reference: Annotated[str, Field(max_length=200)] | None = None
    urgent: bool = False

    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def received(self, at: datetime) -> ReceivedMessage:
        return ReceivedMessage(
            channel="sms",
            to=self.to,
            sender=_SENDER,
            text=self.text,
            reference=self.reference,
            urgent=self.urgent,
            segments=segments(self.text),
            received_at=at,
        )


async def require_api_key(sandbox: Here, authorization: Annotated[str, Header()] = "") -> None:
    expected = f"Bearer {sandbox.settings.sms_api_key}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise ApiKeyRefused(headers={"WWW-Authenticate": "Bearer"})


router = APIRouter(
    prefix="/sms", tags=["Stand-ins"], dependencies=[Depends(require_api_key), Depends(faulty(Target.SMS))]
)


@router.post("/messages", operation_id="sendSms", status_code=202)
async def send(
    sms: Sms, sandbox: Here, now: Now, idempotency_key: Annotated[str, Header(min_length=1, max_length=200)]
) -> JSONResponse:
    """The same Idempotency-Key gives the same answer and one message, however often and from how many at once.

    Whether it arrived is told afterwards, in a delivery receipt that names `reference`.
    """
    digest, message = sms.digest(), sms.received(now)
    accepted = sandbox.messages.add_once(idempotency_key, digest, message)
    if accepted.body_digest != digest:
        raise IdempotencyKeyReused
    if accepted.message_id == message.message_id:
        undelivered = sandbox.faults.strikes(Target.SMS, Mode.UNDELIVERED)
        sandbox.receipts.tell("sms-gateway", sms.reference, "undelivered" if undelivered else "delivered")
    return JSONResponse({"messageId": accepted.message_id, "segments": accepted.segments}, 202)
