"""From the answer to a stop until prescription-api and helsetilbud-api refuse the tool (K4)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from sandbox.choices import citizen_token
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.local.ehr import ApiClient, Ehr

PHYSICIAN: Final = "990000101"
PAUSE_SECONDS: Final = 0.01
LONGEST_SECONDS: Final = 30.0
_STOP: Final = {"category": "security", "reason": "Prøve på stans"}
_REINSTATE: Final = {"reason": "Prøven er over"}

Ask = Callable[[], Awaitable[httpx.Response]]


class StopWatch:
    """Staff who stop a tool, and a practitioner and a citizen who go on trying to use it."""

    def __init__(self, http: httpx.AsyncClient, wiring: Wiring) -> None:
        urls = {service.name: wiring.address(service) for service in SERVICES}
        self._http = http
        self._sandbox_url = wiring.sandbox_url
        self._helsetilbud_url = urls["helsetilbud-api"]
        self._staff = ApiClient(http, wiring.sandbox_url, urls["catalog-api"])
        self._ehr = Ehr(http, wiring.sandbox_url, urls["prescription-api"])

    async def begin(self, national_id: str, tool_id: str) -> None:
        """The citizen has the tool and can open it."""
        self._tool_id = tool_id
        self._patient = {"nationalId": national_id}
        person = {"pid": national_id, "securityLevel": "4"}
        await self._staff.take_token("nhn:verktoykatalog", "nhn:verktoykatalog/admin", userClaimsParameters=person)
        await self._ehr.log_in(PHYSICIAN)
        token = await citizen_token(self._http, self._sandbox_url, national_id, "nhn:helsetilbud")
        self._citizen = {"Authorization": f"Bearer {token}"}
        await self._prescribe()
        await _until(self._open, lambda answer: answer.is_success)

    async def stop_once(self) -> tuple[float, float]:
        """Seconds until prescribing is refused, and until opening is. The tool is reinstated afterwards, everywhere."""
        answer = await self._staff.post(f"/v1/tools/{self._tool_id}/stop", _STOP)
        answer.raise_for_status()
        started = time.perf_counter()
        took = await asyncio.gather(
            _until(self._prescribe, lambda answer: answer.json().get("code") == "tool-stopped", started),
            _until(self._open, lambda answer: answer.json().get("code") == "tool-withdrawn", started),
        )
        (await self._staff.post(f"/v1/tools/{self._tool_id}/reinstate", _REINSTATE)).raise_for_status()
        await _until(self._prescribe, lambda answer: answer.json().get("code") != "tool-stopped")
        await _until(self._open, lambda answer: answer.is_success)
        return took[0], took[1]

    async def _prescribe(self) -> httpx.Response:
        return await self._ehr.post("/v1/prescriptions", {"patient": self._patient, "toolId": self._tool_id})

    async def _open(self) -> httpx.Response:
        path = f"/v1/me/tools/{self._tool_id}/open"
        return await self._http.post(self._helsetilbud_url + path, headers=self._citizen)


async def _until(ask: Ask, holds: Callable[[httpx.Response], bool], started: float | None = None) -> float:
    """Seconds from `started` to the first answer for which it holds. Raises TimeoutError."""
    started = time.perf_counter() if started is None else started
    while not holds(answer := await ask()):
        if time.perf_counter() - started > LONGEST_SECONDS:
            raise TimeoutError(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
        await asyncio.sleep(PAUSE_SECONDS)
    return time.perf_counter() - started
