"""A record system, a citizen's page and a gateway in Python, on clients generated from the contracts.

Typed throughout, with no cast and no edit of what is generated: mypy reads it in strict mode. What it needs is in the
environment; what came of it is printed as JSON.
"""

import hashlib
import hmac
import json
import os
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Generator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from helsetilbud_api_client import AuthenticatedClient as FeedClient
from helsetilbud_api_client.api.feed import list_feed
from helsetilbud_api_client.models.feed import Feed
from helsetilbud_api_client.models.feed_event import FeedEvent
from joserfc import jwt
from joserfc.jwk import ECKey
from notification_service_client import AuthenticatedClient as NotificationClient
from notification_service_client.api.delivery_receipts import receive_delivery_receipts
from notification_service_client.api.notifications import list_notifications
from notification_service_client.models.delivery_receipt import DeliveryReceipt
from notification_service_client.models.delivery_receipts import DeliveryReceipts
from notification_service_client.models.notification import Notification
from notification_service_client.models.notification_page import NotificationPage
from notification_service_client.models.receipts_taken import ReceiptsTaken
from prescription_api_client import AuthenticatedClient as PrescriptionClient
from prescription_api_client.api.patients import look_up_patient
from prescription_api_client.api.prescriptions import prescribe
from prescription_api_client.api.tools import list_prescribable_tools
from prescription_api_client.models.look_up import LookUp
from prescription_api_client.models.patient import Patient
from prescription_api_client.models.patient_found import PatientFound
from prescription_api_client.models.prescribable_tool_page import PrescribableToolPage
from prescription_api_client.models.prescribing import Prescribing
from prescription_api_client.models.prescription import Prescription
from prescription_api_client.models.problem import Problem

NUMBER = os.environ["NATIONAL_ID"]


class Proof(httpx.Auth):
    """A DPoP proof for each request (RFC 9449)."""

    def __init__(self, key: ECKey, token: str) -> None:
        self._key = key
        self._ath = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._key.as_dict(private=False)}
        address = str(request.url.copy_with(query=None))
        claims = {"jti": str(uuid4()), "htm": request.method, "htu": address, "iat": int(time.time()), "ath": self._ath}
        request.headers["DPoP"] = jwt.encode(header, claims, self._key, algorithms=["ES256"])
        yield request


class Signature(httpx.Auth):
    """As the gateway signs what it tells."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        at = str(int(time.time())).encode()
        secret = os.environ["RECEIPT_SECRET"].encode()
        digest = hmac.new(secret, at + b"." + request.content, hashlib.sha256).hexdigest()
        request.headers["Signature"] = f"t={at.decode()},v1={digest}"
        yield request


def token(**asked: object) -> str:
    answer = httpx.post(f"{os.environ['SANDBOX_URL']}/test-token", json=asked)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def citizens_token(audience: str) -> str:
    return token(kind="citizen", audience=audience, userClaimsParameters={"pid": NUMBER})


def log_in() -> PrescriptionClient:
    key = ECKey.generate_key("P-256")
    practitioners = token(
        audience="nhn:verktoyformidler",
        scope="nhn:verktoyformidler/prescribe nhn:verktoyformidler/read",
        jkt=key.thumbprint(),
        userClaimsParameters={"hprNumber": "990000101"},
    )
    proofs = {"auth": Proof(key, practitioners)}
    return PrescriptionClient(os.environ["PRESCRIPTION_URL"], token=practitioners, prefix="DPoP", httpx_args=proofs)


def look_up(client: PrescriptionClient) -> PatientFound:
    found = look_up_patient.sync(client=client, body=LookUp(national_id=NUMBER))
    assert isinstance(found, PatientFound), found
    return found


def choose_tool(client: PrescriptionClient) -> UUID:
    page = list_prescribable_tools.sync(client=client, limit=100)
    assert isinstance(page, PrescribableToolPage), page
    return [tool.tool_id for tool in page.items if tool.prescribable][int(os.environ["WHICH_TOOL"])]


def send(client: PrescriptionClient, tool_id: UUID) -> Prescription:
    wanted = Prescribing(patient=Patient(national_id=NUMBER), tool_id=tool_id)
    made = prescribe.sync(client=client, body=wanted, idempotency_key=str(uuid4()))
    assert isinstance(made, Prescription), made
    again = prescribe.sync(client=client, body=wanted)
    assert isinstance(again, Problem)
    assert again.code == "already-prescribed"
    assert again.prescription_id == made.prescription_id
    return made


def read_feed(made: Prescription) -> FeedEvent:
    client = FeedClient(os.environ["FEED_URL"], token=citizens_token("nhn:helsetilbud"))
    for _ in range(600):
        feed = list_feed.sync(client=client)
        assert isinstance(feed, Feed), feed
        for event in feed.items:
            if event.prescription_id == made.prescription_id:
                return event
        time.sleep(0.1)
    raise AssertionError("the prescription is not in the feed")


def find_notification(made: Prescription) -> Notification:
    client = NotificationClient(os.environ["NOTIFICATION_URL"], token=citizens_token("nhn:varsling"))
    for _ in range(600):
        page = list_notifications.sync(client=client)
        assert isinstance(page, NotificationPage), page
        for notification in page.items:
            sms = notification.channel == "sms" and notification.message_id is not None
            if sms and notification.about == str(made.prescription_id):
                return notification
        time.sleep(0.1)
    raise AssertionError("no SMS about the prescription was sent")


def tell_of_delivery(reference: UUID) -> ReceiptsTaken:
    unused = NotificationClient(
        os.environ["NOTIFICATION_URL"],
        token="",
        auth_header_name="Signature",
        prefix="",
        httpx_args={"auth": Signature()},
    )
    receipt = DeliveryReceipt(receipt_id=str(uuid4()), reference=reference, status="delivered", at=datetime.now(UTC))
    taken = receive_delivery_receipts.sync("sms-gateway", client=unused, body=DeliveryReceipts(receipts=[receipt]))
    assert isinstance(taken, ReceiptsTaken), taken
    return taken


def main() -> None:
    client = log_in()
    patient = look_up(client)
    made = send(client, choose_tool(client))
    event = read_feed(made)
    notification = find_notification(made)
    assert notification.message_id is not None
    taken = tell_of_delivery(notification.message_id)
    came = {
        "patient": patient.name,
        "prescriptionId": str(made.prescription_id),
        "feed": event.title,
        "notified": notification.kind,
        "receipts": [taken.received, taken.unknown],
    }
    sys.stdout.write(json.dumps(came))


if __name__ == "__main__":
    main()
