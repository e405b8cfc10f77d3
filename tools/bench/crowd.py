"""Who and what the measurements are about: many invented people with full consent, and requests signed beforehand."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from consent_api.loading import load, load_persons
from consent_api.persons.models import PersonCopy
from devkit.testing.proofs import ProofKey
from notification_service.preferences.models import CitizenSettings
from sandbox.seeding import load_settings
from sandbox.wiring import Wiring
from shared.citizenref import CitizenReferences
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.nationalid import NationalId
from tools.bench.load import Request

PHYSICIAN = "990000101"


def references(wiring: Wiring) -> CitizenReferences:
    return CitizenReferences({"k1": wiring.reference_key.encode()}, "k1")


async def gather_crowd(wiring: Wiring, count: int, seed: int = 1) -> list[str]:
    """So many people, known to the person register, each with full consent, and taken over from the register."""
    async with httpx.AsyncClient(timeout=120) as http:
        answer = await http.post(f"{wiring.sandbox_url}/people", json={"count": count, "seed": seed})
        answer.raise_for_status()
        numbers: list[str] = answer.json()["nationalIds"]
    make = references(wiring)
    database = Database(wiring.database_urls["consent-api"], pool_size=1, statement_timeout=BATCH_STATEMENT)
    try:
        citizens = [make.of(NationalId.parse(number, allow_synthetic=True)) for number in numbers]
        now = datetime.now(UTC)
        await load(database, ((citizen, "full") for citizen in citizens), now)
        await load_persons(database, (PersonCopy(it, "living", False, None, now) for it in citizens), ())
    finally:
        await database.close()
    return numbers


async def give_phones(wiring: Wiring, numbers: Sequence[str]) -> dict[str, str]:
    """To each a phone, for SMS at any hour and nothing else. Returns them by national identity number."""
    phones = {number: f"+479{place:07d}" for place, number in enumerate(numbers)}
    chosen = {number: CitizenSettings("nb", phone, None, {"tool": ["sms"]}, None) for number, phone in phones.items()}
    await load_settings(wiring, chosen, datetime.now(UTC))
    return phones


async def received_by(http: httpx.AsyncClient, wiring: Wiring) -> Counter[str]:
    """How many SMS the gateway has taken, by phone number."""
    answer = await http.get(f"{wiring.sandbox_url}/messages", params={"limit": 50_000})
    return Counter(message["to"] for message in answer.raise_for_status().json()["items"])


class Signer:
    """One caller's token and key; each request gets a proof of its own, which lives for ten seconds."""

    def __init__(self, sandbox_url: str) -> None:
        self._sandbox_url = sandbox_url
        self._key = ProofKey("ES256")
        self.token = ""

    async def log_in(self, audience: str, scope: str, *, hpr_number: str | None = PHYSICIAN) -> None:
        wanted: dict[str, Any] = {"audience": audience, "scope": scope, "jkt": self._key.thumbprint}
        if hpr_number:
            wanted["userClaimsParameters"] = {"hprNumber": hpr_number}
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self._sandbox_url}/test-token", json=wanted)
            answer.raise_for_status()
            self.token = answer.json()["access_token"]

    def request(self, base: str, path: str, body: dict[str, Any], **extra: str) -> Request:
        url = base + path
        headers = {
            "Authorization": f"DPoP {self.token}",
            "DPoP": self._key.proof("POST", url, self.token),
            "Host": base.removeprefix("http://"),
            **extra,
        }
        raw = Request.make("POST", path, headers, json.dumps(body).encode()).raw
        return Request(raw.replace(b"Host: 127.0.0.1\r\n", b"", 1))


def prescriptions(signer: Signer, base: str, tool_id: str, numbers: Sequence[str]) -> Iterator[Request]:
    for number in numbers:
        body = {"patient": {"nationalId": number}, "toolId": tool_id}
        yield signer.request(base, "/v1/prescriptions", body, **{"Idempotency-Key": str(uuid4())})
