"""A campaign from its list to its last SMS, as its author and its approver would send it (V6, S4)."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from sandbox.choices import citizen_token
from sandbox.seeding import SENDERS_EMAIL, SENDERS_PHONE
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.bench.crowd import received_by
from tools.local.ehr import ApiClient

LONGEST_SECONDS: Final = 1800.0
PAUSE_SECONDS: Final = 5.0
NEWLY_RESERVED: Final = 100
_AUDIENCE: Final = "nhn:varsling"
_STAFF: Final = {"pid": "14837901236", "securityLevel": "4"}
_TEXTS: Final = {
    "nb": ("Hei! Du har fått et brev fra {sender} på Helsenorge.", "Brev på Helsenorge", "Hei!\n\nLes brevet her:"),
    "nn": ("Hei! Du har fått eit brev frå {sender} på Helsenorge.", "Brev på Helsenorge", "Hei!\n\nLes brevet der:"),
    "en": ("Hello! You have a letter from {sender} on Helsenorge.", "Letter on Helsenorge", "Hello!\n\nRead it here:"),
}


class Mailing:
    """`phones` are the recipients', by national identity number; they have no quiet hours."""

    def __init__(self, http: httpx.AsyncClient, wiring: Wiring, phones: dict[str, str]) -> None:
        urls = {service.name: wiring.address(service) for service in SERVICES}
        self._http, self._wiring, self._phones, self._numbers = http, wiring, phones, list(phones)
        self._consent_url = urls["consent-api"]
        self._author = ApiClient(http, wiring.sandbox_url, urls["notification-service"])
        self._approver = ApiClient(http, wiring.sandbox_url, urls["notification-service"])
        self._reserved: set[str] = set()

    async def send(self, series: str, *, pausing: bool = False) -> dict[str, Any]:
        """To all, as fast as it goes."""
        return await self._send(series, None, self._numbers, pausing=pausing)

    async def send_at_pace(self, series: str, per_minute: int, count: int) -> dict[str, Any]:
        """To the first so many."""
        return await self._send(series, per_minute, self._numbers[:count], pausing=False)

    async def _send(self, series: str, per_minute: int | None, to: list[str], *, pausing: bool) -> dict[str, Any]:
        """Some say no before the check, and as many when everything is ready to start."""
        await self._http.delete(f"{self._wiring.sandbox_url}/messages")
        await self._reserve(to)
        path, figures = await self._make_ready(series, per_minute, to)
        await self._reserve(to)
        started = time.perf_counter()
        await self._act(path, "start")
        paused = await self._pause(path) if pausing else {}
        await self._until_finished(path)
        seconds = time.perf_counter() - started - paused.get("pausedSeconds", 0.0)
        got = await received_by(self._http, self._wiring)
        speed = {"seconds": round(seconds, 1), "perSecond": round(got.total() / seconds, 1)}
        return figures | paused | self._outcome(got, to) | speed

    async def send_with_dead_link(self) -> dict[str, Any]:
        """What is said about one whose link leads nowhere, and how many have got it."""
        await self._http.delete(f"{self._wiring.sandbox_url}/messages")
        await self._log_in()
        path = await self._write("dead-link", None, f"{self._wiring.sandbox_url}/no-such-page")
        await self._upload(path, self._numbers[:10])
        checked = await self._act(path, "check")
        refused = await self._approve(path)
        got = await received_by(self._http, self._wiring)
        findings = sorted({finding["code"] for finding in checked["check"]["findings"]})
        return {"findings": findings, "approval": refused.json().get("code"), "sent": got.total()}

    async def _make_ready(self, series: str, per_minute: int | None, to: list[str]) -> tuple[str, dict[str, Any]]:
        await self._log_in()
        path = await self._write(series, per_minute, f"{self._wiring.sandbox_url}/people")
        started = time.perf_counter()
        await self._upload(path, to)
        uploaded = time.perf_counter()
        await self._act(path, "check")
        checked = time.perf_counter()
        await self._act(path, "test", {"to": [{"language": "nb", "phone": SENDERS_PHONE, "email": SENDERS_EMAIL}]})
        await self._http.delete(f"{self._wiring.sandbox_url}/messages")
        (await self._approve(path)).raise_for_status()
        return path, {
            "recipients": len(to),
            "uploadSeconds": round(uploaded - started, 1),
            "checkSeconds": round(checked - uploaded, 1),
        }

    async def _log_in(self) -> None:
        """Tokens live for ten minutes."""
        await self._author.take_token(_AUDIENCE, "nhn:varsling/send")
        await self._approver.take_token(_AUDIENCE, "nhn:varsling/approve", userClaimsParameters=_STAFF)

    async def _write(self, series: str, per_minute: int | None, link: str) -> str:
        texts = {
            language: {"sms": sms, "subject": subject, "email": f"{email}\n{link}\n"}
            for language, (sms, subject, email) in _TEXTS.items()
        }
        sender = {"name": "Universitetet i Havgap", "sensitive": False}
        draft = {"series": series, "round": 1, "category": "research", "sender": sender, "texts": texts}
        made = await self._author.post("/v1/campaigns", draft | {"perMinute": per_minute})
        made.raise_for_status()
        return f"/v1/campaigns/{made.json()['campaignId']}"

    async def _upload(self, path: str, numbers: list[str]) -> None:
        lines = "\n".join(["nationalId", *numbers])
        (await self._author.upload(f"{path}/recipients", lines.encode(), "text/csv")).raise_for_status()

    async def _act(self, path: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self._author.post(f"{path}/{what}", body or {})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def _approve(self, path: str) -> httpx.Response:
        seen = (await self._author.get(path)).headers["ETag"]
        return await self._approver.post(f"{path}/approve", {}, **{"If-Match": seen})

    async def _pause(self, path: str) -> dict[str, Any]:
        """When a third has gone: how long after the answer the last SMS came, and that no other did."""
        await self._until_got(len(self._numbers) // 3)
        began = time.perf_counter()
        await self._act(path, "pause")
        answered = datetime.now(UTC)
        took = time.perf_counter() - began
        await asyncio.sleep(PAUSE_SECONDS)
        last = datetime.fromisoformat((await self._messages(1))["items"][0]["receivedAt"])
        await self._act(path, "start")
        return {
            "pauseSeconds": round(took, 2),
            "lastSmsAfterPauseMs": round(max((last - answered).total_seconds(), 0.0) * 1000),
            "pausedSeconds": round(time.perf_counter() - began, 1),
        }

    async def _until_got(self, count: int) -> None:
        while (await self._messages(1))["total"] < count:  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.2)

    async def _until_finished(self, path: str) -> None:
        deadline = time.perf_counter() + LONGEST_SECONDS
        while (state := await self._state(path)) != "finished":
            if state != "running" or time.perf_counter() > deadline:
                raise TimeoutError(f"{path} is {state}")
            await asyncio.sleep(0.5)

    async def _state(self, path: str) -> str:
        answer = await self._author.get(path)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self._log_in()
            return await self._state(path)
        return str(answer.raise_for_status().json()["state"])

    async def _messages(self, limit: int) -> dict[str, Any]:
        answer = await self._http.get(f"{self._wiring.sandbox_url}/messages", params={"limit": limit})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def _outcome(self, got: Counter[str], to: list[str]) -> dict[str, int]:
        reserved = {self._phones[number] for number in to if number in self._reserved}
        wanted = {self._phones[number] for number in to} - reserved
        return {
            "sent": got.total(),
            "twice": sum(count > 1 for count in got.values()),
            "missing": len(wanted - got.keys()),
            "reserved": len(reserved),
            "sentToReserved": len(reserved & got.keys()),
        }

    async def _reserve(self, among: list[str]) -> None:
        left = [number for number in among if number not in self._reserved]
        for number in left[:: max(len(left) // NEWLY_RESERVED, 1)][:NEWLY_RESERVED]:
            token = await citizen_token(self._http, self._wiring.sandbox_url, number, "nhn:samtykke")
            url, headers = (
                f"{self._consent_url}/v1/me/reservations/research-contact",
                {"Authorization": f"Bearer {token}"},
            )
            seen = (await self._http.get(url, headers=headers)).raise_for_status().headers["ETag"]
            said = await self._http.put(url, json={"reserved": True}, headers=headers | {"If-Match": seen})
            said.raise_for_status()
            self._reserved.add(number)
