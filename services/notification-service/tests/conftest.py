"""The app on a migrated database, its callers with real tokens, what others tell it, and providers that do as told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope
from fastapi import FastAPI

from devkit.testing.documented import documented
from devkit.testing.limits import WIDE
from devkit.testing.national_ids import generate
from devkit.testing.representation import PATH as VERIFY
from devkit.testing.representation import Representations
from devkit.testing.tokens import HELSEID, HELSENORGE, DPoPAuth, Issuer, ProofKey, served_by
from notification_service.app import create_app
from notification_service.clients import Message, Receipt
from notification_service.notifying.copying import change_recipients
from notification_service.notifying.handlers import HANDLERS, handlers
from notification_service.notifying.models import Gathering
from notification_service.notifying.replaying import REPLAY_HANDLERS
from notification_service.pace import Pace
from notification_service.sending.carriers import Carrier, provider_breaker
from notification_service.sending.composing import Composer
from notification_service.sending.loop import Sending as Loop
from notification_service.sending.measuring import DeliveryMetrics
from notification_service.settings import Settings
from notification_service.texts.templates import load_templates
from shared.db import Database
from shared.events import CloudEvent, DeadlineApproaching, Event, LevelChanged, PrescriptionRevoked, ToolPrescribed
from shared.messaging.delivery import Dispatcher
from shared.messaging.replays import replay_one
from shared.metrics import Metrics
from shared.nationalid import NationalId

AUDIENCE = "nhn:varsling"
RECEIPT_SECRET = "the-gateways-secret-of-32-characters"
HOST = "https://varsling.test"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TABLES = (
    "notification",
    "campaign_recipient",
    "campaign_step",
    "test_sending",
    "test_contact",
    "campaign",
    "reservation",
    "idempotent_answer",
    "notification_settings",
    "contact_confirmation",
    "provider_pace",
    "ended_thing",
    "tool_stop",
    "consent_level",
    "recipients",
    "feed_position",
    "outbox",
    "inbox",
    "dead_letter",
    "local_message",
)
BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}

# consent of before, of which there is no event: any that is told of is newer
CONSENTED = "INSERT INTO consent_level VALUES ($1, 'full', 0, '-infinity') ON CONFLICT DO NOTHING"
TOLD = "INSERT INTO recipients VALUES ($1, 0, true, '{}') ON CONFLICT DO NOTHING"
CONFIRM_ALL = """
    UPDATE notification_settings s
    SET phone = coalesce(new.phone, s.phone), email = coalesce(new.email, s.email)
    FROM (
        SELECT max(contact_point) FILTER (WHERE channel = 'sms') AS phone,
               max(contact_point) FILTER (WHERE channel = 'email') AS email
        FROM contact_confirmation WHERE citizen = $1
    ) new WHERE s.citizen = $1
"""
FORGET_CODES = "DELETE FROM notification WHERE citizen = $1 AND kind = 'contact-confirmation'"

Rows = list[dict[str, Any]]
# owners that are never away, until a test says otherwise
CONFIRMED = "INSERT INTO feed_position (feed, confirmed_at) VALUES ('tools', 'infinity'), ('consents', 'infinity')"


class Clock:
    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(running_clock: Clock) -> Clock:
    running_clock.now = FIRST_DAY
    return running_clock


class Mailbox:
    """What the app itself has sent by e-mail, through a real server on loopback; `answer` is given to each."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 Kept"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return self.answer


@pytest.fixture(scope="session")
def running_mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mailbox(running_mailbox: Mailbox) -> Mailbox:
    running_mailbox.forget()
    return running_mailbox


@pytest.fixture(scope="session")
async def mail_port(running_mailbox: Mailbox) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    conversation = partial(SMTP, running_mailbox, hostname="mail.test", loop=loop)
    server = await loop.create_server(conversation, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture(scope="session")
async def settings(make_database: Callable[[str], Awaitable[str]], client_key_file: Path, mail_port: int) -> Settings:
    return Settings(
        **WIDE,
        database_url=await make_database("notification_service"),
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
        sms_url="http://gateway.test/sms",
        sms_api_key="the-key",
        smtp_host="127.0.0.1",
        smtp_port=mail_port,
        smtp_starttls=False,
        mail_from="Helsenorge <varsel@helsenorge.test>",
        pages_url="https://www.helsenorge.test/mine-verktoy",
        gather_seconds=0,
        helseid_client_id="notification-service",
        helseid_client_key_file=client_key_file,
        consent_url="https://consent.test",
        catalog_url="https://catalog.test",
        campaign_link_origins=("https://www.helsenorge.test", "https://study.test"),
        receipt_secrets=dict.fromkeys(("sms-gateway", "mail-server"), RECEIPT_SECRET),
    )


@pytest.fixture(scope="session")
def helseid(running_clock: Clock) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
def helsenorge(running_clock: Clock) -> Issuer:
    return Issuer(HELSENORGE, clock=running_clock)


class World:
    """Everybody that this service asks: issuers, consent-api, the SMS gateway, and where links lead.

    `reasons` are why somebody cannot be contacted, by national identity number; `reserved` are citizen references;
    `links` is what is answered at an address; `away` are hosts that do not answer.
    """

    def __init__(self, helseid: Issuer, helsenorge: Issuer) -> None:
        self.issuers = served_by(helseid, helsenorge)
        self.representations = Representations()
        self.forget()

    def forget(self) -> None:
        self.representations.forget()
        self.reasons: dict[str, list[str]] = {}
        self.reserved: set[str] = set()
        self.links: dict[str, httpx.Response] = {}
        self.away: set[str] = set()
        self.asked: list[httpx.Request] = []
        self.texts: list[dict[str, Any]] = []
        self.sms_status = 202

    async def handle(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host in self.away:
            raise httpx.ConnectError("away", request=request)
        self.asked.append(request)
        answer = {"consent.test": self._consent, "gateway.test": self._gateway, "token.test": self._token}.get(host)
        return answer(request) if answer else await self._elsewhere(request)

    def about(self, host: str) -> list[httpx.Request]:
        return [request for request in self.asked if request.url.host == host]

    def _consent(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == VERIFY:
            return self.representations.handle(request)
        asked = json.loads(request.content)
        if request.url.path == "/v1/reservations/check":
            items = [{"citizen": c, "nationalId": None, "reserved": c in self.reserved} for c in asked["citizens"]]
        else:
            against = [self.reasons.get(number, []) for number in asked["nationalIds"]]
            items = [{"active": not reasons, "reasons": reasons, "error": None} for reasons in against]
        return httpx.Response(200, json={"items": items})

    def _gateway(self, request: httpx.Request) -> httpx.Response:
        self.texts.append(json.loads(request.content))
        return httpx.Response(self.sms_status, json={"messageId": str(uuid4()), "segments": 1})

    def _token(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": "ours", "expires_in": 600})

    async def _elsewhere(self, request: httpx.Request) -> httpx.Response:
        if (link := self.links.get(str(request.url))) is not None:
            return link
        answer = await self.issuers.handle_async_request(request)
        if answer.is_success and "jwks_uri" in (document := json.loads(answer.content)):
            return httpx.Response(200, json=document | {"token_endpoint": "https://token.test/token"})
        return answer


@pytest.fixture(scope="session")
def running_world(helseid: Issuer, helsenorge: Issuer) -> World:
    return World(helseid, helsenorge)


@pytest.fixture
def world(running_world: World) -> World:
    running_world.forget()
    return running_world


@pytest.fixture(scope="session")
async def app(settings: Settings, running_world: World, running_clock: Clock) -> AsyncIterator[FastAPI]:
    http = httpx.AsyncClient(transport=httpx.MockTransport(running_world.handle))
    app = create_app(settings, http=http, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> Database:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    async with database.driver() as connection:
        await connection.execute("TRUNCATE look_up")  # which no row may be deleted from
        for table in TABLES:
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - quicker than TRUNCATE for a few rows
        await connection.execute(CONFIRMED)
    return database


@pytest.fixture
def rows(database: Database) -> Callable[..., Awaitable[Rows]]:
    """Rows of a table; of `notification` in the order they were made, SMS before e-mail."""

    async def read(sql: str = "SELECT * FROM notification ORDER BY created_at, channel DESC", *values: Any) -> Rows:
        async with database.driver() as connection:
            return [dict(row) for row in await connection.fetch(sql, *values)]

    return read


@pytest.fixture
def sent_events(rows: Any) -> Callable[[], Awaitable[Rows]]:
    """What this service has told others."""

    async def read() -> Rows:
        return [json.loads(row["payload"]) for row in await rows("SELECT payload::text FROM outbox ORDER BY id")]

    return read


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url=HOST, event_hooks=hooks) as client:
        yield client


class Citizen:
    """At a browser. Every request has a new token, of the clock's time."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, issuer: Issuer, born: date, **token: Any) -> None:
        self.client, self.issuer, self.token = client, issuer, token
        self.database: Database = app.state.database
        self.number = generate(born, 0)
        self.reference = app.state.references.of(NationalId.parse(self.number, allow_synthetic=True))

    async def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        token = self.issuer.citizen_token(AUDIENCE, pid=self.number, **self.token)
        headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
        return await self.client.request(method, f"/v1/me/{path}", headers=headers, **request)

    async def get(self, path: str, **request: Any) -> httpx.Response:
        return await self.request("GET", path, **request)

    async def choose(self, wanted: Mapping[str, Any] = BOTH, *, seen: str | None = None) -> httpx.Response:
        """Builds on what is now, unless told what has been seen. New contact points count as confirmed."""
        answer = await self.ask_for(wanted, seen=seen)
        if answer.is_success:
            async with self.database.driver() as connection:
                await connection.execute(CONFIRM_ALL, self.reference)
                await connection.execute("DELETE FROM contact_confirmation WHERE citizen = $1", self.reference)
                await connection.execute(FORGET_CODES, self.reference)
        return answer

    async def ask_for(self, wanted: Mapping[str, Any] = BOTH, *, seen: str | None = None) -> httpx.Response:
        """As it is: what is new waits for its code."""
        seen = seen or (await self.get("notification-settings")).headers["ETag"]
        return await self.request("PUT", "notification-settings", json=wanted, headers={"If-Match": seen})


@pytest.fixture
def kari(app: FastAPI, client: httpx.AsyncClient, helsenorge: Issuer) -> Citizen:
    return Citizen(app, client, helsenorge, date(1975, 3, 1))


@pytest.fixture
def ola(app: FastAPI, client: httpx.AsyncClient, helsenorge: Issuer) -> Citizen:
    return Citizen(app, client, helsenorge, date(1990, 12, 24))


@pytest.fixture
def child(app: FastAPI, client: httpx.AsyncClient, helsenorge: Issuer) -> Citizen:
    return Citizen(app, client, helsenorge, date(2018, 6, 1))


@pytest.fixture
def sibling(app: FastAPI, client: httpx.AsyncClient, helsenorge: Issuer) -> Citizen:
    return Citizen(app, client, helsenorge, date(2016, 1, 9))


@pytest.fixture
def parent(app: FastAPI, client: httpx.AsyncClient, helsenorge: Issuer) -> Citizen:
    child = generate(date(2020, 6, 1), 0)
    return Citizen(app, client, helsenorge, date(1988, 2, 2), represents=child, relation="parent")


@pytest.fixture
def operator(client: httpx.AsyncClient, helseid: Issuer, running_clock: Clock) -> Callable[..., Any]:
    """A request of somebody who runs the service."""
    key = ProofKey()

    async def request(method: str, path: str, *, scope: str = "nhn:drift/operate", **request: Any) -> httpx.Response:
        token = helseid.staff_token(AUDIENCE, scope, key.thumbprint)
        return await client.request(method, path, auth=DPoPAuth(token, key, clock=running_clock), **request)

    return request


class News:
    """What other services tell, as it comes from the broker.

    Whoever something is prescribed to has full consent, unless something else is told; not without `consented`.
    """

    consented = True

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.gather()

    def gather(self, seconds: float = 0) -> None:
        """How long a notification waits for others."""
        self.gathering = Gathering(timedelta(seconds=seconds))
        self.dispatcher = Dispatcher(self.database, handlers(self.gathering), Metrics(), self.clock)

    async def tell(self, event: Event, *, times: int = 1, at: datetime | None = None) -> None:
        if self.consented and isinstance(event, ToolPrescribed | DeadlineApproaching):
            await self.consent(event.citizen)
        payload = CloudEvent.wrap(event, at or self.clock()).to_json()
        for _ in range(times):
            await self.dispatcher.receive(payload)

    async def consent(self, citizen: str, *, recipients: bool = True) -> None:
        """Of before: any that is told of is newer. With `recipients` they are known to be told themselves."""
        async with self.database.driver() as connection:
            await connection.execute(CONSENTED, citizen)
            if recipients:
                await connection.execute(TOLD, citizen)

    async def recipients(self, citizen: str, *others: str, themselves: bool, version: int = 1) -> None:
        """What the feed says of who is told."""
        row = {"citizen": citizen, "version": version, "themselves": themselves, "others": list(others)}
        async with self.database.session() as session:
            await change_recipients(session, [row], self.clock(), self.gathering)

    async def prescribed(self, citizen: str, *, consented: bool = True, **values: Any) -> ToolPrescribed:
        event, self.consented = self.prescription(citizen, **values), self.consented and consented
        await self.tell(event)
        return event

    def prescription(self, citizen: str, **values: Any) -> ToolPrescribed:
        usual = {
            "prescription_id": uuid4(),
            "tool_id": uuid4(),
            "tool_revision": 1,
            "prescriber_name": "Lege Legesen",
            "prescriber_profession": "PS",
            "organisation": "999977774",
            "organisation_name": "Angstklinikken",
            "prescribed_at": self.clock(),
            "deadline": self.clock() + timedelta(days=30),
            "representative_may_use": True,
        }
        return ToolPrescribed(**usual | {"citizen": citizen} | values)

    async def revoked(self, event: ToolPrescribed) -> None:
        names = {"prescription_id", "citizen", "tool_id"}
        await self.tell(PrescriptionRevoked(**event.model_dump(include=names), version=2, revoked_at=self.clock()))

    async def level(self, citizen: str, level: Any, version: int, *, at: datetime | None = None) -> None:
        await self.tell(LevelChanged(citizen=citizen, level=level, version=version, changed_at=at or self.clock()))


@pytest.fixture
def news(database: Database, clock: Clock) -> News:
    return News(database, clock)


class Provider:
    """A channel that does what the test says, call by call, and takes the message when nothing is said.

    `strike` is called before a message is taken, and after, with whether it has been; what it raises is the outcome.
    """

    def __init__(self) -> None:
        self.strike: Callable[[bool], None] = lambda taken: None
        self.calls: list[Message] = []
        self.taken: dict[UUID, Message] = {}
        self.outcomes: list[BaseException | None] = []
        self.after_taking: BaseException | None = None
        self.pause = 0.0
        self._free = asyncio.Event()
        self._free.set()
        self.busy = self.busiest = 0
        self.begun = asyncio.Condition()

    async def send(self, message: Message) -> Receipt:
        self.calls.append(message)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        async with self.begun:
            self.begun.notify_all()
        try:
            await self._free.wait()
            await asyncio.sleep(self.pause)
            return self._outcome(message)
        finally:
            self.busy -= 1

    def hold(self) -> None:
        """Calls last until they are let go."""
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    async def until_busy(self, calls: int = 1) -> None:
        """Until so many calls are under way."""
        async with asyncio.timeout(60), self.begun:
            await self.begun.wait_for(lambda: self.busy >= calls)

    def _outcome(self, message: Message) -> Receipt:
        if self.outcomes and (error := self.outcomes.pop(0)):
            raise error
        self.strike(False)
        self.taken[message.message_id] = message
        self.strike(True)
        if self.after_taking:
            raise self.after_taking
        return Receipt(f"provider-{message.message_id}")


@pytest.fixture
def sms() -> Provider:
    return Provider()


@pytest.fixture
def email() -> Provider:
    return Provider()


class Postman:
    """Both channels' sending, by hand: what is due now is sent, and its outcome recorded."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, paces: Mapping[str, Pace], **providers: Provider
    ) -> None:
        metrics = DeliveryMetrics(Metrics())
        composer = Composer(load_templates(), settings.pages_url, settings.code_secret)
        self.carriers = {
            name: Carrier(name, provider, provider_breaker(clock), paces.get(name))
            for name, provider in providers.items()
        }
        self.sendings = [
            Loop(
                database,
                carrier,
                composer,
                metrics=metrics,
                clock=clock,
                chance=lambda: 0.0,
                by_database=False,
            )
            for carrier in self.carriers.values()
        ]

    async def round(self) -> int:
        """SMS first. Returns how many were taken up."""
        taken = 0
        for sending in self.sendings:
            taken += await sending.send_due(8)
            await sending.finish()
        return taken


@pytest.fixture
def postman(make_postman: Callable[[], Postman]) -> Postman:
    return make_postman()


@pytest.fixture
def make_postman(
    database: Database, clock: Clock, settings: Settings, sms: Provider, email: Provider
) -> Callable[..., Postman]:
    """Each is a replica of its own."""
    return lambda **paces: Postman(database, clock, settings, paces, sms=sms, email=email)


@pytest.fixture
def replay(database: Database, clock: Clock) -> Callable[[], Awaitable[bool]]:
    """What the worker does about one dead letter that an operator wants replayed."""
    replayer = Dispatcher(database, {**HANDLERS, **REPLAY_HANDLERS}, Metrics(), clock)
    return lambda: replay_one(database, replayer.receive)


@pytest.fixture
async def replica(settings: Any, database: Any, world: Any, clock: Any) -> AsyncIterator[Callable[..., Any]]:
    """Another process of the service, with quotas of its own; made into a client."""
    async with database.driver() as connection:
        await connection.execute("TRUNCATE rate_count")
    async with AsyncExitStack() as stack:

        async def start(**quotas: int) -> tuple[FastAPI, httpx.AsyncClient]:
            http = httpx.AsyncClient(transport=httpx.MockTransport(world.handle))
            app = create_app(settings.model_copy(update=quotas), http=http, clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app)
            return app, await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="https://varsling.test")
            )

        yield start
