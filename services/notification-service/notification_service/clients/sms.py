"""The SMS gateway. A message sent twice under the same Idempotency-Key goes out once."""

from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from notification_service.clients import Message, Receipt
from notification_service.errors import MessageRefused, ProviderUnavailable
from shared.correlation import outgoing_headers

TIMEOUT: Final = 10.0  # seconds
# A refused key or a full hour says nothing about the message
_ABOUT_US: Final = frozenset({401, 403, 408, 425, 429})


class _Accepted(BaseModel):
    messageId: str


class _Problem(BaseModel):
    code: str = ""


class SmsGateway:
    """Implements `Channel`. `http` belongs to whoever made it."""

    def __init__(self, http: httpx.AsyncClient, url: str, api_key: SecretStr) -> None:
        self._http = http
        self._address = f"{url.rstrip('/')}/messages"
        self._authorization = f"Bearer {api_key.get_secret_value()}"

    async def send(self, message: Message) -> Receipt:
        key = str(message.message_id)
        headers = {"Idempotency-Key": key, "Authorization": self._authorization, **outgoing_headers()}
        body = {"to": message.to, "text": message.text, "reference": key, "urgent": message.urgent}
        try:
            response = await self._http.post(self._address, json=body, headers=headers, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise ProviderUnavailable("sms-gateway-unavailable") from error
        return _receipt(response)


def _receipt(response: httpx.Response) -> Receipt:
    status = response.status_code
    if response.is_success:
        return _accepted(response)
    if status == 422 and _code(response) == "idempotency-key-reused":
        # taken in an earlier attempt whose end nobody saw, to the number that the citizen had then
        return Receipt(None)
    if 400 <= status < 500 and status not in _ABOUT_US:
        raise MessageRefused("sms-refused")
    raise ProviderUnavailable("sms-gateway-unavailable", _retry_after(response.headers))


def _accepted(response: httpx.Response) -> Receipt:
    try:
        return Receipt(_Accepted.model_validate_json(response.content).messageId)
    except ValidationError as error:  # asking again under the same key makes no second message
        raise ProviderUnavailable("sms-gateway-unclear") from error


def _code(response: httpx.Response) -> str:
    try:
        return _Problem.model_validate_json(response.content).code
    except ValidationError:
        return ""


def _retry_after(headers: httpx.Headers) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date, which is compared with the provider's own clock."""
    value = headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None
