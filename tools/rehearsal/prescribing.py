"""Steady load: a record system that prescribes, one citizen and tool after the other, and repeats what failed."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.bench.crowd import PHYSICIAN, gather_crowd
from tools.local.ehr import Ehr

PEOPLE: Final = 200
ATTEMPTS: Final = 240
PAUSE: Final = 0.25  # seconds before the next attempt

_API = next(service for service in SERVICES if service.name == "prescription-api")


@dataclass
class Prescribing:
    """`made` are the ids of what was answered with 201; `failed` counts the other answers by status and code, and what
    was not answered. `waited` are those that say to come again because a register did not answer in time: a machine
    short of processors, not what is rehearsed.
    """

    ehr: Ehr
    people: Sequence[str]
    pairs: Iterator[tuple[str, str]]
    per_second: float
    made: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    waited: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def begin(
        cls, http: httpx.AsyncClient, wiring: Wiring, per_second: float, address: str = "", seed: int = 1
    ) -> "Prescribing":
        """`address` is where it finds prescription-api, if not at its own; another seed, other people."""
        people = await gather_crowd(wiring, PEOPLE, seed)
        ehr = Ehr(http, wiring.sandbox_url, address or wiring.address(_API))
        await ehr.log_in(PHYSICIAN)
        return cls(ehr, people, itertools.product(await _tools(ehr), people), per_second)

    async def until(self, stop: asyncio.Event) -> None:
        """Starts so many a second whether or not the answers keep up; ends when the last is answered."""
        async with asyncio.TaskGroup() as asking:
            while not stop.is_set():
                asking.create_task(self._prescribe(*next(self.pairs)))
                await asyncio.sleep(1 / self.per_second)

    async def make(self, count: int) -> list[str]:
        """So many, at the same pace. Returns their ids."""
        before = len(self.made)
        async with asyncio.TaskGroup() as asking:
            for _ in range(count):
                asking.create_task(self._prescribe(*next(self.pairs)))
                await asyncio.sleep(1 / self.per_second)
        return self.made[before:]

    async def _prescribe(self, tool_id: str, national_id: str) -> None:
        """The same key again until there is an answer, as a record system should."""
        body: dict[str, Any] = {"patient": {"nationalId": national_id}, "toolId": tool_id}
        key = {"Idempotency-Key": str(uuid4())}
        for _ in range(ATTEMPTS):
            failure = await self._ask(body, key)
            if not failure:
                return
            (self.waited if failure.endswith("-unavailable") else self.failed)[failure] += 1
            await asyncio.sleep(PAUSE)
        raise RuntimeError(f"no prescription after {ATTEMPTS} attempts: {self.failed}")

    async def _ask(self, body: dict[str, Any], key: dict[str, str]) -> str:
        """What is wrong with the answer, or nothing."""
        try:
            answer = await self.ehr.post("/v1/prescriptions", body, **key)
        except httpx.TransportError as error:
            return f"prescribe: {error!r}"
        if answer.status_code != httpx.codes.CREATED:
            return f"prescribe: {answer.status_code} {answer.json().get('code')}"
        self.made.append(answer.json()["prescriptionId"])
        return ""


async def _tools(ehr: Ehr) -> list[str]:
    """What the physician may prescribe. Asked until the service has its copy of the catalogue."""
    for _ in range(ATTEMPTS):
        answer = await ehr.get("/v1/prescribable-tools", limit="100")
        if tools := [tool["toolId"] for tool in answer.json()["items"] if tool["prescribable"]]:
            return tools
        await asyncio.sleep(PAUSE)
    raise RuntimeError("there is nothing to prescribe")
