"""The app on a migrated database; the outside world as one fake that says what the tests tell it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.documented import documented
from devkit.testing.limits import WIDE
from devkit.testing.national_ids import generate
from devkit.testing.representation import PATH as VERIFY
from devkit.testing.representation import Representations
from devkit.testing.tokens import HELSEID, HELSENORGE, BearerAuth, DPoPAuth, Issuer, ProofKey
from prescription_api.app import create_app
from prescription_api.handlers import HANDLERS
from prescription_api.settings import Settings
from shared.db import Database
from shared.events import ToolPublished
from shared.events.catalog import ToolDocument
from shared.events.envelope import CloudEvent, Event
from shared.idempotency import scope_of
from shared.messaging.delivery import Dispatcher
from shared.nationalid import NationalId

AUDIENCE = "nhn:verktoyformidler"
HOST = "https://prescription.test"
SCOPE = "nhn:verktoyformidler/prescribe"
OFFICE = "299900452"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TABLES = (
    "prescription, access_log, idempotent_answer, tool_copy, search_word, search_stand, feed_position,"
    " outbox, inbox, dpop_proof"
)
# as they were written
ORDERS = {
    "prescription": "prescribed_at, ctid",
    "access_log": "at, ctid",
    "outbox": "id",
    "idempotent_answer": "ctid",
}


class Clock:
    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: int) -> None:
        self.now += timedelta(**by)


@dataclass
class World:
    """HelseID, consent-api, the registers. `away` names who does not answer; `asked` counts the calls."""

    helseid: Issuer
    helsenorge: Issuer
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    through_others: set[str] = field(default_factory=set)
    practitioners: dict[str, dict[str, Any]] = field(default_factory=dict)
    # of the register of organisations, by number; what is `gone` has been deleted
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changes: list[dict[str, Any]] = field(default_factory=list)
    representations: Representations = field(default_factory=Representations)
    away: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    # happens while consent-api is being asked
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def reset(self) -> None:
        for kept in (self.people, self.reasons, self.practitioners, self.entities, self.changes, self.asked):
            kept.clear()
        self.gone.clear()
        self.representations.forget()
        self.through_others.clear()
        self.away.clear()
        self.meanwhile = None
        self.practise("9144889", "LE")

    def practise(self, hpr_number: str, *professions: str, valid: bool = True, until: str | None = None) -> None:
        held = [{"profession": code, "validFrom": "2010-01-01", "validTo": until} for code in professions]
        named = {"hprNumber": hpr_number, "name": "Ragnhild Bergknausen", "valid": valid, "authorisations": held}
        self.practitioners[hpr_number] = named

    def register(self, number: str, name: str, parent: str | None = None, form: str = "BEDR", **more: Any) -> str:
        entry = {"organisasjonsnummer": number, "navn": name, "organisasjonsform": {"kode": form, "beskrivelse": form}}
        self.entities[number] = entry | ({"overordnetEnhet": parent} if parent else {}) | more
        return number

    def live(self, number: str, *, status: str = "resident", reasons: tuple[str, ...] = ()) -> str:
        born = NationalId.parse(number, allow_synthetic=True).birth_date.isoformat()
        self.people[number] = {
            "nationalId": number,
            "name": "Odd Åsgård",
            "birthDate": born,
            "status": status,
            "deceasedAt": None,
            "confidentialAddress": False,
        }
        self.reasons[number] = list(reasons)
        return number

    async def handle(self, request: httpx.Request) -> httpx.Response:
        who = request.url.host.split(".")[0]
        self.asked[who] = self.asked.get(who, 0) + 1
        if who in self.away:
            raise httpx.ConnectError("away", request=request)
        if who == "consent" and self.meanwhile:
            await self.meanwhile()
        answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "hpr": self._hpr,
            "register": self._register,
            "consent": self._consent,
            "catalog": self._catalog,
            "organisations": self._organisations,
            "token": lambda _: httpx.Response(200, json={"access_token": "ours", "expires_in": 600}),
        }
        return answers.get(who, self._issuer)(request)

    def _issuer(self, request: httpx.Request) -> httpx.Response:
        answer = self.helseid.handle(request)
        if not answer.is_success:
            return self.helsenorge.handle(request)
        document = answer.json()
        if "issuer" in document:
            document["token_endpoint"] = "https://token.test/connect/token"
        return httpx.Response(200, json=document)

    def _hpr(self, request: httpx.Request) -> httpx.Response:
        found = self.practitioners.get(request.url.path.rsplit("/", 1)[1])
        return httpx.Response(200, json=found) if found else httpx.Response(404)

    def _register(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["nationalIds"]
        return httpx.Response(200, json={"persons": [self.people[n] for n in asked if n in self.people]})

    def _organisations(self, request: httpx.Request) -> httpx.Response:
        """What has a parent is a unit, but for the parts (ORGL) of a main entity."""
        kind, *number = request.url.path.strip("/").split("/")
        those = {
            key: it
            for key, it in self.entities.items()
            if (kind == "underenheter") is (it["organisasjonsform"]["kode"] == "BEDR")
        }
        if number:
            if number[0] in self.gone and number[0] in those:
                return httpx.Response(410)
            found = those.get(number[0])
            return httpx.Response(200, json=found) if found else httpx.Response(404)
        wanted, size = request.url.params["navn"].casefold(), int(request.url.params["size"])
        items = [it for it in those.values() if wanted in it["navn"].casefold()]
        embedded = {"_embedded": {kind: items[:size]}} if items else {}
        page = {"size": size, "totalElements": len(items), "totalPages": -(-len(items) // size), "number": 0}
        return httpx.Response(200, json=embedded | {"page": page})

    def _consent(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "DPoP ours"
        assert "DPoP" in request.headers
        if request.url.path == VERIFY:
            return self.representations.handle(request)
        items = [
            {
                "nationalId": number,
                "active": not self.reasons.get(number),
                "activeThroughOthers": number in self.through_others,
                "reasons": self.reasons.get(number, []),
            }
            for number in json.loads(request.content)["nationalIds"]
        ]
        return httpx.Response(200, json={"items": items})

    def _catalog(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "DPoP ours"  # restricted tools are read as well (K5)
        start = int(request.url.params.get("cursor", "0"))
        page = self.changes[start : start + 2]
        more = start + 2 < len(self.changes)
        return httpx.Response(200, json={"items": page, "nextCursor": str(start + len(page)), "more": more})


@pytest.fixture(scope="session")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(running_clock: Clock) -> Clock:
    running_clock.now = FIRST_DAY
    return running_clock


@pytest.fixture(scope="session")
def running_world(running_clock: Clock) -> World:
    return World(Issuer(HELSEID, clock=running_clock), Issuer(HELSENORGE, clock=running_clock))


@pytest.fixture
def world(running_world: World, app: FastAPI) -> World:
    running_world.reset()
    outside = app.state.outside
    organisations = outside.organisations
    own = (organisations._fresh, organisations._unknown, organisations._kept)
    for cache in (outside.hpr._cache, outside.persons._cache, *own):
        cache._kept.clear()
    organisations.system.breaker.succeeded()
    return running_world


@pytest.fixture(scope="session")
async def settings(make_database: Callable[[str], Awaitable[str]], client_key_file: Path) -> Settings:
    return Settings(
        **WIDE,
        database_url=await make_database("prescription_api"),
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
        consent_url="https://consent.test",
        catalog_url="https://catalog.test",
        hpr_url="https://hpr.test",
        person_register_url="https://register.test",
        organisation_register_url="https://organisations.test",
        helseid_client_id="prescription-api",
        helseid_client_key_file=client_key_file,
    )


@pytest.fixture(scope="session")
async def app(settings: Settings, running_world: World, running_clock: Clock) -> AsyncIterator[FastAPI]:
    outside = httpx.AsyncClient(transport=httpx.MockTransport(running_world.handle))
    patient = settings.model_copy(update={"call_timeout": 60.0, "answer_within": 60.0})
    app = create_app(patient, http=outside, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> Database:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    app.state.outside.tools._parsed.clear()
    async with database.driver() as connection:
        await connection.execute(f"TRUNCATE {TABLES}")
    return database


@pytest.fixture
def rows(database: Database) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    async def read(table: str) -> list[dict[str, Any]]:
        order = ORDERS[table]
        async with database.driver() as connection:
            return [dict(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")]  # noqa: S608

    return read


@pytest.fixture
def tell(database: Database, app: FastAPI, clock: Clock) -> Callable[[Event], Awaitable[None]]:
    """An event reaches the service, twice, as it may."""
    dispatcher = Dispatcher(database, HANDLERS, app.state.metrics, clock)

    async def deliver(event: Event) -> None:
        payload = CloudEvent.wrap(event, clock.now).to_json()
        await dispatcher.receive(payload)
        await dispatcher.receive(payload)

    return deliver


def document(tool_id: UUID, **changes: Any) -> ToolDocument:
    usual: dict[str, Any] = {
        "toolId": str(tool_id),
        "revision": 1,
        "supplier": {"organisationNumber": "299900304", "name": "Stille Vann"},
        "healthBody": {"organisationNumber": "299900320", "name": "Fjordhelse"},
        "texts": {
            "nb": {"name": "Søvnstigen", "shortText": "Sov bedre.", "longText": "Lenger.", "practitionerText": "Fag."},
            "nn": {"name": "Svevnstigen", "shortText": "Sov betre.", "longText": "Lengre.", "practitionerText": "Fag."},
        },
        "purpose": "treatment",
        "kind": "standalone",
        "subjectAreas": ["sleep"],
        "targetGroups": ["adults"],
        "languages": ["nb", "nn"],
        "keywords": ["insomni"],
        "integration": {"method": "open-link", "address": "https://sovn.example"},
        "loginRequired": True,
        "national": True,
        "prescriptionRequired": True,
        "prescribable": True,
        "defaultDeadlineDays": 30,
    }
    return ToolDocument.model_validate(usual | changes)


@pytest.fixture
def make_tool() -> Callable[..., ToolDocument]:
    return document


@pytest.fixture
async def publish(tell: Any) -> Callable[..., Awaitable[UUID]]:
    async def publish(sequence: int = 1, tool_id: UUID | None = None, **changes: Any) -> UUID:
        tool = document(tool_id or uuid4(), **changes)
        await tell(ToolPublished(tool_id=tool.tool_id, sequence=sequence, revision=tool.revision, tool=tool))
        return tool.tool_id

    return publish


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Clock, world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url=HOST, event_hooks=hooks) as client:
        yield client


@pytest.fixture
def practitioner(world: World, clock: Clock) -> Callable[..., DPoPAuth]:
    def log_in(scope: str = SCOPE, organisation: str = OFFICE, **claims: Any) -> DPoPAuth:
        key = ProofKey()
        token = world.helseid.practitioner_token(
            AUDIENCE, scope, key.thumbprint, organisation=organisation, name="Ragnhild Bergknausen", **claims
        )
        return DPoPAuth(token, key, clock=clock)

    return log_in


@pytest.fixture
async def scope(app: FastAPI, practitioner: Any) -> str:
    """Whose the keys are of who calls when a test names nobody."""
    token = await app.state.auth._helseid.verify(practitioner().token, b"asked by a test")
    return scope_of(token, b"x" * 32)


@pytest.fixture
def supplier(world: World, clock: Clock) -> Callable[..., DPoPAuth]:
    """The machine of Stille Vann, who supplies the tools of `publish`."""

    def log_in(
        scope: str = "nhn:verktoyformidler/supplier", organisation: str | None = "299900304", **claims: Any
    ) -> DPoPAuth:
        key = ProofKey()
        token = world.helseid.machine_token(AUDIENCE, scope, key.thumbprint, organisation=organisation, **claims)
        return DPoPAuth(token, key, clock=clock)

    return log_in


@pytest.fixture
def citizen(world: World) -> Callable[[str], BearerAuth]:
    def log_in(number: str) -> BearerAuth:
        return BearerAuth(world.helsenorge.citizen_token(AUDIENCE, pid=number))

    return log_in


@pytest.fixture
def odd(world: World) -> str:
    """Somebody whom everything can be sent to."""
    return world.live(generate(date(1961, 9, 30), 0))


@pytest.fixture
def prescribe(client: httpx.AsyncClient, practitioner: Any) -> Callable[..., Awaitable[httpx.Response]]:
    async def act(
        number: str, tool_id: UUID, *, auth: DPoPAuth | None = None, headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        sent = {"patient": {"nationalId": number}, "toolId": str(tool_id), **body}
        return await client.post("/v1/prescriptions", json=sent, auth=auth or practitioner(), headers=headers)

    return act


@pytest.fixture
def reference(app: FastAPI) -> Callable[[str], str]:
    def of(number: str) -> str:
        text: str = app.state.references.of(NationalId.parse(number, allow_synthetic=True))
        return text

    return of
