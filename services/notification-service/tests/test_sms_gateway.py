"""The client of the SMS gateway: what it sends, and what it makes of the answers."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import respx
from pydantic import SecretStr

from notification_service.clients import Message, Receipt
from notification_service.clients.sms import SmsGateway
from notification_service.errors import MessageRefused, ProviderUnavailable

ADDRESS = "http://gateway.test/sms/messages"
MESSAGE = Message(UUID("0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10"), "+4790000001", "", "Hei på deg", "nb")


@pytest.fixture
async def gateway() -> AsyncIterator[SmsGateway]:
    async with httpx.AsyncClient() as http:
        yield SmsGateway(http, "http://gateway.test/sms/", SecretStr("the-key"))


@respx.mock
async def test_a_message_is_sent_under_its_own_key(gateway) -> None:
    route = respx.post(ADDRESS).respond(202, json={"messageId": "m-1", "segments": 1})

    assert await gateway.send(MESSAGE) == Receipt("m-1")

    request = route.calls.last.request
    assert request.headers["Idempotency-Key"] == str(MESSAGE.message_id)
    assert request.headers["Authorization"] == "Bearer the-key"
    assert {"nhn-event-id", "traceparent"} <= set(request.headers)
    assert json.loads(request.content) == {
        "to": "+4790000001",
        "text": "Hei på deg",
        "reference": str(MESSAGE.message_id),
        "urgent": False,
    }


@respx.mock
async def test_V3_a_key_used_for_another_number_is_a_message_taken_before(gateway) -> None:
    """The citizen has changed number since the attempt whose end nobody saw."""
    respx.post(ADDRESS).respond(422, json={"code": "idempotency-key-reused", "status": 422})

    assert await gateway.send(MESSAGE) == Receipt(None)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
@pytest.mark.parametrize("body", [b"", b'{"code": "other"}', b'{"code": 7}', b"[]", b"\xff"])
@respx.mock
async def test_V4_what_is_wrong_with_the_message_is_final(gateway, status, body) -> None:
    respx.post(ADDRESS).respond(status, content=body)

    with pytest.raises(MessageRefused, match=r"^sms-refused$"):
        await gateway.send(MESSAGE)


@pytest.mark.parametrize("status", [302, 401, 403, 408, 429, 500, 502, 503])
@respx.mock
async def test_V4_what_is_wrong_with_the_gateway_or_with_us_passes(gateway, status) -> None:
    respx.post(ADDRESS).respond(status, text="+4790000001 was not sent")

    with pytest.raises(ProviderUnavailable, match=r"^sms-gateway-unavailable$") as raised:
        await gateway.send(MESSAGE)
    assert raised.value.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "9" * 400}, float("inf")),
        ({"Retry-After": "Sun, 22 Nov 2026 08:01:30 GMT", "Date": "Sun, 22 Nov 2026 08:00:00 GMT"}, 90.0),
        ({"Retry-After": "Sun, 22 Nov 2026 08:01:30 GMT"}, None),
        ({"Retry-After": "soon", "Date": "Sun, 22 Nov 2026 08:00:00 GMT"}, None),
        ({"Retry-After": "²"}, None),
    ],
)
@respx.mock
async def test_V4_retry_after_is_seconds_or_a_date(gateway, headers, seconds) -> None:
    respx.post(ADDRESS).respond(429, headers={name: value.encode() for name, value in headers.items()})

    with pytest.raises(ProviderUnavailable) as raised:
        await gateway.send(MESSAGE)
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.PoolTimeout])
@respx.mock
async def test_V4_a_gateway_that_does_not_answer_passes(gateway, error) -> None:
    respx.post(ADDRESS).mock(side_effect=error("+4790000001"))

    with pytest.raises(ProviderUnavailable, match=r"^sms-gateway-unavailable$"):
        await gateway.send(MESSAGE)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"unexpected": true}', b"<html>"])
@respx.mock
async def test_V4_a_yes_without_a_message_id_is_asked_again(gateway, body) -> None:
    respx.post(ADDRESS).respond(200, content=body)

    with pytest.raises(ProviderUnavailable, match=r"^sms-gateway-unclear$"):
        await gateway.send(MESSAGE)


def test_a_number_does_not_show_in_logs() -> None:
    assert "90000001" not in repr(MESSAGE)
