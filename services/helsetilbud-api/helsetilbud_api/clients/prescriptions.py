"""What practitioners have written to patients, asked for where it is shown: in no event, in no copy (P8, 0058)."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final, Self
from uuid import UUID

import httpx
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from helsetilbud_api.settings import Settings
from shared.auth.client import HelseIdClient
from shared.breaker import CircuitBreaker

SCOPE: Final = "nhn:verktoyformidler/citizen-pages"
TIMEOUT: Final = 1.5  # seconds, for the whole question


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    message: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """`missing`: there is one, or may be one, that cannot be had now."""

    text: str | None = None
    missing: bool = False


class PatientMessages:
    """One per app, at `app.state.messages`."""

    def __init__(self, url: str, helseid: HelseIdClient) -> None:
        self._url = f"{url.rstrip('/')}/v1/prescriptions"
        self._helseid = helseid
        self._breaker = CircuitBreaker()

    @classmethod
    def from_settings(cls, settings: Settings, http: httpx.AsyncClient) -> Self:
        return cls(settings.prescription_url, HelseIdClient.from_settings(settings, http, timeout=TIMEOUT))

    async def find(self, prescription_id: UUID) -> Message:
        """A page without its message is better than no page: an owner that is away is no error here."""
        if self._breaker.seconds_closed_to_us():
            return Message(missing=True)
        try:
            async with asyncio.timeout(TIMEOUT):
                text = await self._ask(prescription_id)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError):
            self._breaker.failed()
            return Message(missing=True)
        self._breaker.succeeded()
        return Message(text)

    async def _ask(self, prescription_id: UUID) -> str | None:
        response = await self._helseid.get(f"{self._url}/{prescription_id}/message", SCOPE, {})
        response.raise_for_status()
        return _Answer.model_validate_json(response.content).message


async def _messages(request: Request) -> PatientMessages:
    messages: PatientMessages = request.app.state.messages
    return messages


CurrentMessages = Annotated[PatientMessages, Depends(_messages)]
