"""The app with a register of GPs, GPs and support staff with HelseID tokens, and their patients."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.documented import documented
from devkit.testing.national_ids import generate
from devkit.testing.representation import Representations
from devkit.testing.tokens import HELSEID, BearerAuth, DPoPAuth, Issuer, ProofKey
from helsetilbud_api.app import create_app
from helsetilbud_api.clients.gp_register import GpRegister
from helsetilbud_api.offering.patient_lists import PatientLists
from helsetilbud_api.settings import Settings
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.metrics import Metrics
from shared.nationalid import NationalId

AUDIENCE = "nhn:helsetilbud"
SCOPE = "nhn:helsetilbud/edit"
TABLES = "patient_gp, gp_register_position, office_setting, office_setting_change, office_person, idempotent_answer"
SOLFJELL, SKARVOY, ELSEWHERE = 9900101, 9900102, 9900199
RAGNHILD, SAMIRA, MIKKEL = "990000101", "990000102", "990000105"


def _practitioner(hpr_number: str, name: str, role: str) -> dict[str, str]:
    return {"hprNumber": hpr_number, "name": name, "role": role}


OFFICES = {
    SOLFJELL: {
        "herId": SOLFJELL,
        "name": "Solfjell legekontor",
        "address": "Solfjellveien 12, 9999 Solfjell",
        "practitioners": [
            _practitioner(RAGNHILD, "Ragnhild Bergknausen", "gp"),
            _practitioner(SAMIRA, "Samira Nuristalam", "gp"),
            _practitioner(MIKKEL, "Mikkel Drivfokk", "substitute"),
        ],
    },
    SKARVOY: {
        "herId": SKARVOY,
        "name": "Skarvøy legekontor",
        "address": None,
        "practitioners": [_practitioner(RAGNHILD, "Ragnhild Bergknausen", "gp")],
    },
    ELSEWHERE: {"herId": ELSEWHERE, "name": "Langtvekk legekontor", "address": None, "practitioners": []},
}


class Register:
    """The register of GPs as httpx sees it; `broken` is how it answers instead: a status, or text of another shape."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.offices: dict[int, dict[str, Any]] = deepcopy(OFFICES)
        self.changes: list[dict[str, Any]] = []
        self.broken: list[int | str | Exception] = []
        self.calls: list[str] = []

    def move(self, number: str, hpr_number: str | None, her_id: int | None) -> None:
        sequence = len(self.changes) + 1
        self.changes.append({"sequence": sequence, "nationalId": number, "hprNumber": hpr_number, "herId": her_id})

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(str(request.url))
        if self.broken:
            how = self.broken.pop(0)
            if isinstance(how, Exception):
                raise how
            return httpx.Response(how) if isinstance(how, int) else httpx.Response(200, text=how)
        return self._answer(request.url)

    def _answer(self, url: httpx.URL) -> httpx.Response:
        if found := re.fullmatch(r"/offices/(\d+)", url.path):
            office = self.offices.get(int(found[1]))
            return httpx.Response(200, json=office) if office else httpx.Response(404)
        if found := re.fullmatch(r"/practitioners/(\d+)/offices", url.path):
            there = [it for it in self.offices.values() if found[1] in {p["hprNumber"] for p in it["practitioners"]}]
            return httpx.Response(200, json={"offices": there})
        start = int(url.params.get("cursor", "0"))
        page = self.changes[start : start + 2]
        reached = start + len(page)
        more = reached < len(self.changes)
        return httpx.Response(200, json={"items": page, "nextCursor": str(reached), "more": more})


@pytest.fixture(scope="session")
def running_register() -> Register:
    return Register()


@pytest.fixture
def register(running_register: Register) -> Register:
    running_register.reset()
    return running_register


@pytest.fixture(scope="session")
def helseid(running_clock: Any) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
async def app(
    settings: Settings,
    helsenorge: Issuer,
    helseid: Issuer,
    running_register: Register,
    running_clock: Any,
    asked_representations: Representations,
) -> AsyncIterator[FastAPI]:
    """Without the cache: what the register says holds at once."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == "gp-register.test":
            return running_register.handle(request)
        if request.url.host == "consent.test":
            return asked_representations.handle(request)
        issued = helseid.handle(request)
        return issued if issued.is_success else helsenorge.handle(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    app = create_app(settings.model_copy(update={"gp_register_cache_seconds": 0}), http=http, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> Database:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    async with database.driver() as connection:
        await connection.execute(f"TRUNCATE {TABLES}")
    return database


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Any, register: Register) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    hooks = {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url="https://helsetilbud.test", event_hooks=hooks) as client:
        yield client


class Person:
    """Somebody with a token; every request has a new one, of the clock's time."""

    def __init__(self, client: httpx.AsyncClient, auth: Callable[[], httpx.Auth], number: str) -> None:
        self.client, self.auth, self.number = client, auth, number

    async def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        return await self.client.request(
            method, path, json=body, headers=headers, params=query or None, auth=self.auth()
        )

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> httpx.Response:
        return await self.call("GET", path, None, headers, **query)

    async def read(self, path: str, **query: Any) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def set(self, path: str, body: Any) -> httpx.Response:
        """As an editor that reads before it writes."""
        etag = (await self.get(path)).headers["ETag"]
        answer = await self.call("PUT", path, body, {"If-Match": etag})
        assert answer.status_code == 200, answer.text
        return answer

    async def panel(self, language: str = "nb") -> Any:
        answer = await self.get("/v1/me/gp-panel", {"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def professional(client: httpx.AsyncClient, helseid: Issuer, clock: Any) -> Callable[..., Person]:
    def make(born: date, *, scope: str = SCOPE, **token: Any) -> Person:
        number, key = generate(born, 0), ProofKey()

        def auth() -> httpx.Auth:
            issued = helseid.practitioner_token(AUDIENCE, scope, key.thumbprint, pid=number, **token)
            return DPoPAuth(issued, key, clock=clock)

        return Person(client, auth, number)

    return make


@pytest.fixture
def ragnhild(professional: Any) -> Person:
    """A GP at Solfjell and at Skarvøy."""
    return professional(date(1971, 3, 4), hpr_number=RAGNHILD, name="Ragnhild Bergknausen")


@pytest.fixture
def samira(professional: Any) -> Person:
    """A GP at Solfjell."""
    return professional(date(1983, 9, 17), hpr_number=SAMIRA, name="Samira Nuristalam")


@pytest.fixture
def mikkel(professional: Any) -> Person:
    """A substitute at Solfjell."""
    return professional(date(1992, 1, 8), hpr_number=MIKKEL, name="Mikkel Drivfokk")


@pytest.fixture
def secretary(professional: Any) -> Person:
    """Support staff, without an HPR number."""
    return professional(date(1990, 5, 5), hpr_number=None, name="Turid Resepsjon")


@pytest.fixture
def lists(database: Database, register: Register, app: FastAPI) -> PatientLists:
    references: CitizenReferences = app.state.references
    gp_register: GpRegister = app.state.gp_register
    return PatientLists(database, gp_register, references, Metrics(), allow_synthetic=True)


@pytest.fixture
def patient(client: httpx.AsyncClient, helsenorge: Issuer, register: Register, lists: PatientLists, clock: Any) -> Any:
    """Somebody on a GP's list, as the register has told."""

    async def make(
        born: date, hpr_number: str | None = RAGNHILD, her_id: int | None = SOLFJELL, **token: Any
    ) -> Person:
        number = generate(born, 0)
        register.move(number, hpr_number, her_id)
        await lists.read(clock.now)
        return Person(client, lambda: BearerAuth(helsenorge.citizen_token(AUDIENCE, pid=number, **token)), number)

    return make


@pytest.fixture
async def kari(patient: Any) -> Person:
    """A patient of Ragnhild's at Solfjell."""
    return await patient(date(1975, 3, 1))


@pytest.fixture
async def ola(patient: Any) -> Person:
    """A patient of Samira's at Solfjell."""
    return await patient(date(1990, 12, 24), SAMIRA)


@pytest.fixture
def reference(app: FastAPI) -> Callable[[str], str]:
    def of(number: str) -> str:
        found: str = app.state.references.of(NationalId.parse(number, allow_synthetic=True))
        return found

    return of


@pytest.fixture
def at(clock: Any) -> Callable[[str], datetime]:
    """Sets the clock: "2026-12-24T12:00+01:00"."""

    def go(moment: str) -> datetime:
        clock.now = datetime.fromisoformat(moment)
        return clock.now

    return go
