"""consent-api, by its contract (openapi/consent-api.json): who may be contacted at all, and who has said no (S4)."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from notification_service.clients.errors import ConsentServiceUnavailable
from shared.auth.client import HelseIdClient

ACTIVE_SCOPE: Final = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
RESERVATIONS_SCOPE: Final = "nhn:samtykke/reservations"
AT_ONCE: Final = 1000
TIMEOUT: Final = 10.0  # seconds

Whole = TypeVar("Whole", bound="_Answer")


class _Answer(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, strict=True, hide_input_in_errors=True
    )


class _Standing(_Answer):
    active: bool
    reasons: list[str]
    error: dict[str, Any] | None = None


class _Standings(_Answer):
    items: list[_Standing]


class _Reserved(_Answer):
    citizen: str | None
    reserved: bool


class _Reservations(_Answer):
    items: list[_Reserved]


class ConsentClient:
    """Every method raises ConsentServiceUnavailable unless the answer is whole."""

    def __init__(self, url: str, helseid: HelseIdClient) -> None:
        self._url, self._helseid = url.rstrip("/"), helseid

    async def reasons_against(self, national_ids: Sequence[str], area: str) -> list[list[str]]:
        """For each of at most 1,000 numbers, why the person cannot be contacted; empty for those who can."""
        body = {"nationalIds": list(national_ids), "area": area}
        answer = await self._ask("/v1/digitally-active", ACTIVE_SCOPE, body, _Standings)
        if len(answer.items) != len(national_ids):
            raise ConsentServiceUnavailable()
        return [list(item.reasons) or ([] if item.active else ["unknown"]) for item in answer.items]

    async def reserved_among(self, citizens: Sequence[str], kind: str) -> set[str]:
        """Who of these, by citizen reference, has said no to being contacted about things of this kind, as of now."""
        reserved: set[str] = set()
        for start in range(0, len(citizens), AT_ONCE):
            asked = list(citizens[start : start + AT_ONCE])
            body = {"citizens": asked, "kind": kind}
            answer = await self._ask("/v1/reservations/check", RESERVATIONS_SCOPE, body, _Reservations)
            if [item.citizen for item in answer.items] != asked:
                raise ConsentServiceUnavailable()
            reserved |= {citizen for citizen, item in zip(asked, answer.items, strict=True) if item.reserved}
        return reserved

    async def _ask(self, path: str, scope: str, body: dict[str, Any], shape: type[Whole]) -> Whole:
        try:
            response = await self._helseid.post(self._url + path, scope, body)
            response.raise_for_status()
            return shape.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError, ValueError, TimeoutError) as error:
            raise ConsentServiceUnavailable() from error
