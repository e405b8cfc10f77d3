"""The app on a migrated database, citizens with real tokens, and the events that others would send."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing import waiting
from devkit.testing.documented import documented
from devkit.testing.limits import WIDE
from devkit.testing.national_ids import generate
from devkit.testing.representation import Representations
from devkit.testing.tokens import HELSEID, HELSENORGE, BearerAuth, DPoPAuth, Issuer, ProofKey, served_by
from helsetilbud_api.app import create_app
from helsetilbud_api.citizen.handlers import HANDLERS
from helsetilbud_api.settings import Settings
from helsetilbud_api.worker import create_worker
from shared.db import Database
from shared.events import (
    CloudEvent,
    Event,
    LevelChanged,
    PrescriptionEnded,
    PrescriptionExpired,
    PrescriptionRevoked,
    ToolPrescribed,
    ToolPublished,
    ToolStopped,
)
from shared.events.catalog import ToolDocument
from shared.messaging.delivery import Dispatcher
from shared.messaging.local import LocalBroker
from shared.metrics import Metrics
from shared.nationalid import NationalId
from shared.schemas import rfc3339

AUDIENCE = "nhn:helsetilbud"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TABLES = (
    "tool_copy, search_word, search_stand, feed_position, consent_copy, citizen_tool, feed_event, freshness,"
    " launch, pairwise_subject, feed_head, citizen_event, outbox, inbox, local_message, idempotent_answer"
)
# owners that are never away, until a test says otherwise
CONFIRMED = "INSERT INTO feed_position (feed, confirmed_at) VALUES ('tools', 'infinity'), ('consents', 'infinity')"

# older than whatever a test tells
FULL_CONSENT = "INSERT INTO consent_copy VALUES ($1, 'full', 0) ON CONFLICT DO NOTHING"


class Clock:
    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: int) -> datetime:
        self.now += timedelta(**by)
        return self.now

    @property
    def written(self) -> str:
        return rfc3339(self.now)


@pytest.fixture(scope="session")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(running_clock: Clock) -> Clock:
    running_clock.now = FIRST_DAY
    return running_clock


@pytest.fixture(scope="session")
async def settings(make_database: Callable[[str], Awaitable[str]], client_key_file: Path) -> Settings:
    return Settings(
        **WIDE,
        database_url=await make_database("helsetilbud_api"),
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
        consent_url="http://consent.test",
        catalog_url="http://catalog.test",
        prescription_url="http://prescription.test",
        gp_register_url="http://gp-register.test",
        helseid_client_id="helsetilbud-api",
        helseid_client_key_file=client_key_file,
    ).model_copy(update={"gp_register_timeout": 60.0})


@pytest.fixture(scope="session")
def helsenorge(running_clock: Clock) -> Issuer:
    return Issuer(HELSENORGE, clock=running_clock)


@pytest.fixture(scope="session")
def helseid(running_clock: Clock) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
def asked_representations() -> Representations:
    return Representations()


@pytest.fixture
def representations(asked_representations: Representations) -> Representations:
    """Who may act for whom: nobody, until a test allows it."""
    asked_representations.forget()
    return asked_representations


class Messages:
    """prescription-api as it is asked for what practitioners have written, doing as tests say."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.written: dict[UUID, str] = {}
        self.trouble: Exception | int | None = None
        self.asked: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"].startswith("DPoP ")
        self.asked.append(request.url.path)
        if isinstance(self.trouble, Exception):
            raise self.trouble
        if self.trouble:
            return httpx.Response(self.trouble, json={})
        prescription_id = UUID(request.url.path.split("/")[3])
        answer = {"prescriptionId": str(prescription_id), "message": self.written.get(prescription_id)}
        return httpx.Response(200, json=answer)


@pytest.fixture(scope="session")
def asked_messages() -> Messages:
    return Messages()


@pytest.fixture
def messages(app: FastAPI, asked_messages: Messages) -> Messages:
    asked_messages.forget()
    app.state.messages._breaker.succeeded()
    return asked_messages


@pytest.fixture(scope="session")
async def app(
    settings: Settings,
    helsenorge: Issuer,
    helseid: Issuer,
    running_clock: Clock,
    asked_representations: Representations,
    asked_messages: Messages,
) -> AsyncIterator[FastAPI]:
    others = served_by(helsenorge, helseid, consent=asked_representations.handle)

    def handle(request: httpx.Request) -> httpx.Response:
        return asked_messages.handle(request) if request.url.host == "prescription.test" else others.handler(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    app = create_app(settings, http=http, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> Database:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    async with database.driver() as connection:
        await connection.execute(f"TRUNCATE {TABLES}")
        await connection.execute(CONFIRMED)
    return database


@pytest.fixture
async def rows(database: Database) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    async def read(sql: str, *values: object) -> list[dict[str, Any]]:
        async with database.driver() as connection:
            return [dict(row) for row in await connection.fetch(sql, *values)]

    return read


@pytest.fixture
async def client(
    app: FastAPI, database: Database, clock: Clock, representations: Representations
) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url="https://helsetilbud.test", event_hooks=hooks) as client:
        yield client


class Caller:
    """A citizen at a browser. Every request has a new token, of the clock's time."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, reference: str, number: str, **token: Any) -> None:
        self.client, self.issuer, self.number, self.reference, self.token = client, issuer, number, reference, token
        self.consenting: Callable[[], Awaitable[None]] | None = None

    async def consent(self) -> None:
        """Whoever this is about has answered, long ago, unless the test says otherwise."""
        if self.consenting:
            await self.consenting()

    async def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, json: Any = None
    ) -> httpx.Response:
        await self.consent()
        token = self.issuer.citizen_token(AUDIENCE, pid=self.number, **self.token)
        return await self.client.request(method, path, headers=headers, json=json, auth=BearerAuth(token))

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("GET", path, headers)

    async def tools(self, query: str = "") -> list[dict[str, Any]]:
        answer = await self.get(f"/v1/me/tools{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def feed(self, query: str = "") -> list[dict[str, Any]]:
        answer = await self.get(f"/v1/me/feed{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def add(self, tool_id: UUID, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("POST", "/v1/me/tools", headers, {"toolId": str(tool_id)})

    async def open(self, tool_id: UUID, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("POST", f"/v1/me/tools/{tool_id}/open", headers)

    async def delete(self, tool_id: UUID) -> httpx.Response:
        return await self.request("DELETE", f"/v1/me/tools/{tool_id}")


@pytest.fixture
def caller(client: httpx.AsyncClient, helsenorge: Issuer, app: FastAPI, database: Database) -> Callable[..., Caller]:
    def reference_of(number: str) -> str:
        reference: str = app.state.references.of(NationalId.parse(number, allow_synthetic=True))
        return reference

    def make(born: date, *, consenting: bool = True, **token: Any) -> Caller:
        number = generate(born, 0)
        made = Caller(client, helsenorge, reference_of(number), number, **token)
        about = reference_of(token.get("represents", number))

        async def give_full_consent() -> None:
            async with database.driver() as connection:
                await connection.execute(FULL_CONSENT, about)

        made.consenting = give_full_consent if consenting else None
        return made

    return make


@pytest.fixture
def kari(caller: Any) -> Caller:
    return caller(date(1975, 3, 1))


@pytest.fixture
def ola(caller: Any) -> Caller:
    return caller(date(1990, 12, 24))


class Supplier:
    """A tool's supplier: a machine with a token of its organisation."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, organisation: str) -> None:
        self.client, self.issuer, self.organisation, self.key = client, issuer, organisation, ProofKey()

    async def redeem(self, code: str, tool_id: UUID, scope: str = "nhn:helsetilbud/supplier") -> httpx.Response:
        token = self.issuer.machine_token(AUDIENCE, scope, self.key.thumbprint, organisation=self.organisation)
        auth = DPoPAuth(token, self.key, clock=self.issuer.clock)
        body = {"code": code, "toolId": str(tool_id)}
        return await self.client.post("/v1/launches/redeem", json=body, auth=auth)


@pytest.fixture
def supplier(client: httpx.AsyncClient, helseid: Issuer) -> Callable[[str], Supplier]:
    """By organisation number."""
    return lambda organisation: Supplier(client, helseid, organisation)


class Others:
    """The other services: makes their events as of the clock's time, and delivers them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.dispatcher = Dispatcher(database, HANDLERS, Metrics(), clock)

    def wrap(self, event: Event) -> str:
        return CloudEvent.wrap(event, self.clock.now).to_json()

    async def tell(self, *events: Event, times: int = 1) -> None:
        for event in events:
            message = self.wrap(event)
            for _ in range(times):
                await self.dispatcher.receive(message)

    def document(self, tool_id: UUID, *, revision: int = 1, name: str = "Søvntrappa", **more: Any) -> ToolDocument:
        texts = {
            "nb": {"name": name, "shortText": "Et program for deg som sover dårlig", "longText": "Lang tekst"},
            "nn": {"name": f"{name} på nynorsk", "shortText": "Eit program for deg som søv dårleg"},
        }
        address = f"https://tool.example/{revision}"
        document = ToolDocument.model_validate(
            {
                "toolId": tool_id,
                "revision": revision,
                "supplier": {"organisationNumber": "299900940", "name": "Tussmørke AS"},
                "healthBody": {"organisationNumber": "299901505", "name": "Direktoratet"},
                "texts": texts,
                "purpose": "treatment",
                "kind": "standalone",
                "subjectAreas": ["sleep"],
                "targetGroups": ["adults"],
                "languages": ["nb", "nn"],
                "keywords": ["insomni", "100%"],
                "integration": {"method": "open-link", "address": address},
                "loginRequired": False,
                "national": True,
                "prescriptionRequired": True,
                "prescribable": True,
            }
        )
        return document.model_copy(update=more)

    def published(self, tool_id: UUID, sequence: int = 1, **document: Any) -> ToolPublished:
        tool = self.document(tool_id, **document)
        return ToolPublished(tool_id=tool_id, sequence=sequence, revision=tool.revision, tool=tool)

    def stopped(self, tool_id: UUID, sequence: int = 2) -> ToolStopped:
        return ToolStopped(tool_id=tool_id, sequence=sequence, revision=1, category="security")

    def prescribed(self, citizen: Caller, tool_id: UUID, prescription_id: UUID | None = None) -> ToolPrescribed:
        return ToolPrescribed(
            prescription_id=prescription_id or uuid4(),
            citizen=citizen.reference,
            tool_id=tool_id,
            tool_revision=1,
            prescriber_name="Ine Eksempel",
            prescriber_profession="LE",
            organisation="299900130",
            organisation_name="Eksempel legesenter",
            prescribed_at=self.clock.now,
            deadline=self.clock.now + timedelta(days=30),
        )

    def revoked(self, of: ToolPrescribed) -> PrescriptionRevoked:
        return PrescriptionRevoked(
            prescription_id=of.prescription_id,
            citizen=of.citizen,
            tool_id=of.tool_id,
            version=2,
            revoked_at=self.clock.now,
        )

    def expired(self, of: ToolPrescribed) -> PrescriptionExpired:
        return PrescriptionExpired(
            prescription_id=of.prescription_id,
            citizen=of.citizen,
            tool_id=of.tool_id,
            version=2,
            expired_at=self.clock.now,
        )

    def ended(self, of: ToolPrescribed) -> PrescriptionEnded:
        return PrescriptionEnded(
            prescription_id=of.prescription_id,
            citizen=of.citizen,
            tool_id=of.tool_id,
            version=of.version + 1,
            ended_at=self.clock.now,
        )

    def level(self, citizen: Caller, level: str, version: int) -> LevelChanged:
        return LevelChanged(citizen=citizen.reference, version=version, changed_at=self.clock.now, level=level)


@pytest.fixture
def others(database: Database, clock: Clock) -> Others:
    return Others(database, clock)


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """Waits for something to become so."""
    return waiting.until


@pytest.fixture
def working(database: Database) -> Callable[..., AbstractAsyncContextManager[LocalBroker]]:
    """The worker as it runs in the set-up without a broker, with these settings."""

    @asynccontextmanager
    async def work(settings: Settings) -> AsyncIterator[LocalBroker]:
        broker, stop = LocalBroker(), asyncio.Event()
        async with httpx.AsyncClient() as http:
            worker = create_worker(settings, database, broker, http=http)
            broker.register(worker.service, database, worker.dispatcher.names)
            running = asyncio.create_task(worker.run(stop))
            try:
                yield broker
            finally:
                stop.set()
                await asyncio.wait_for(running, 60)

    return work


@pytest.fixture
def tool() -> UUID:
    return uuid4()


@pytest.fixture
async def prescribed(others: Others, kari: Caller, tool: UUID) -> ToolPrescribed:
    """Kari has been prescribed the tool."""
    event = others.prescribed(kari, tool)
    await others.tell(others.published(tool), event)
    return event


@pytest.fixture
async def told_by_the_next_release(database: Database, prescribed: ToolPrescribed) -> AsyncIterator[str]:
    """The kind of Kari's only entry, which a release has written that is being rolled out beside this one, after its
    migration.
    """
    kind, constraint = "tool-of-tomorrow", "ck_feed_event_kind"
    async with database.driver() as connection:
        rule = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", constraint
        )
        await connection.execute(f"ALTER TABLE feed_event DROP CONSTRAINT {constraint}")
        await connection.execute("UPDATE feed_event SET kind = $1", kind)
    yield kind
    async with database.driver() as connection:
        await connection.execute("TRUNCATE feed_event")
        await connection.execute(f"ALTER TABLE feed_event ADD CONSTRAINT {constraint} {rule}")
