"""The app on a migrated database, a small catalogue, and staff with real tokens."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from fastapi import FastAPI

from catalog_api.app import create_app
from catalog_api.codes import codes
from catalog_api.seeding import seed
from catalog_api.settings import Settings
from devkit.testing.documented import documented
from devkit.testing.limits import WIDE
from devkit.testing.national_ids import generate
from devkit.testing.tokens import HELSEID, HELSENORGE, DPoPAuth, Issuer, ProofKey, served_by
from shared.db import Database

AUDIENCE = "nhn:verktoykatalog"
ADMIN = "nhn:verktoykatalog/admin"
HOST = "https://catalog.test"
EMPTIED = (
    *("search_word", "search_stand", "image", "tool_step", "tool_change", "tool_revision", "tool", "submission"),
    *("outbox", "local_message", "dpop_proof", "idempotent_answer"),
)
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

Items = list[dict[str, Any]]
MakeTool = Callable[..., dict[str, Any]]


class Clock:
    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(running_clock: Clock) -> Clock:
    running_clock.now = FIRST_DAY
    return running_clock


def make_tool_document(name: str, *, nn: str | None = None, en: str | None = None, **fields: Any) -> dict[str, Any]:
    """A tool as in a seed file. `fields` replace the usual ones, named as in the document, its id is of its name."""

    def texts(name: str, **more: str) -> dict[str, str]:
        usual = {"shortText": "Kort.", "longText": "Lenger.", "practitionerText": "Til behandleren."}
        return {"name": name} | usual | more

    more = fields.pop("text", {})
    others = {language: texts(other, **more) for language, other in (("nn", nn), ("en", en)) if other}
    return {
        "toolId": str(uuid5(NAMESPACE_URL, name)),
        "supplier": {"organisationNumber": "999977774", "name": "Oppdiktet Leverandør AS"},
        "healthBody": {"organisationNumber": "999977775", "name": "Oppdiktet helseforetak"},
        "texts": {"nb": texts(name, **more), **others},
        "purpose": "learning",
        "kind": "standalone",
        "subjectAreas": ["general"],
        "targetGroups": ["adults"],
        "languages": ["nb"],
        "keywords": [],
        "integration": {
            "method": "open-link",
            "address": "https://tool.example/start",
            "launchAddress": None,
            "appLinks": None,
        },
        "loginRequired": False,
        "national": True,
        "organisations": [],
        "prescriptionRequired": False,
        "prescribable": True,
        "requiredAuthorisations": [],
        "prescriberOrganisations": [],
        "minimumAge": 16,
        "representativeMayUse": False,
        "defaultDeadlineDays": 30,
        "dataUse": None,
        **deepcopy(fields),
    }


@pytest.fixture
def make_tool() -> MakeTool:
    return make_tool_document


@pytest.fixture(scope="session")
async def database_url(make_database: Callable[[str], Awaitable[str]]) -> str:
    return await make_database("catalog_api")


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    """Asks at every read whether the catalogue has changed; what the pause does has tests of its own."""
    return Settings(
        **WIDE,
        database_url=database_url,
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
        catalogue_check_seconds=0,
    )


@pytest.fixture(scope="session")
def helseid(running_clock: Clock) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
def helsenorge(running_clock: Clock) -> Issuer:
    return Issuer(HELSENORGE, clock=running_clock)


@pytest.fixture(scope="session")
def make_app(settings: Settings, helseid: Issuer, helsenorge: Issuer, running_clock: Clock) -> Callable[..., FastAPI]:
    """Another replica on the same database, with these settings changed."""

    def make(**changed: Any) -> FastAPI:
        issuers = httpx.AsyncClient(transport=served_by(helseid, helsenorge))
        return create_app(settings.model_copy(update=changed), http=issuers, clock=running_clock)

    return make


@pytest.fixture(scope="session")
async def app(make_app: Callable[..., FastAPI]) -> AsyncIterator[FastAPI]:
    app = make_app()
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> Database:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    async with database.driver() as connection:
        for table in EMPTIED:
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608
    return database


@pytest.fixture
async def fill(database: Database, clock: Clock) -> Callable[..., Awaitable[int]]:
    """Publishes these tools, in this order."""

    async def fill(*documents: dict[str, Any]) -> int:
        return await seed(database, documents, clock.now)

    return fill


@pytest.fixture
async def rows(database: Database) -> Callable[..., Awaitable[Items]]:
    """Every row of a table, in the order of its key."""

    async def read(table: str, order: str = "1, 2") -> Items:
        async with database.driver() as connection:
            found = await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608
        return [dict(row) for row in found]

    return read


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url=HOST, event_hooks=hooks) as client:
        yield client


class Administrator:
    """Somebody of the catalogue's staff. Every request has a new token and proof, of the clock's time."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, clock: Clock) -> None:
        self.client, self.issuer, self.clock = client, issuer, clock
        self.key = ProofKey()

    async def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None, *, scope: str = ADMIN, **token: Any
    ) -> httpx.Response:
        """`body` is sent as it is when it is bytes."""
        issued = self.issuer.staff_token(AUDIENCE, scope, self.key.thumbprint, **token)
        content = body if isinstance(body, bytes) else json.dumps(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self.client.post(
            path, content=content, headers=sent, auth=DPoPAuth(issued, self.key, clock=self.clock)
        )

    async def stop(
        self, tool: Mapping[str, Any], category: str = "security", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        body = {"category": category, "reason": "Sårbarhet i innloggingen"}
        return await self.post(f"/v1/tools/{tool['toolId']}/stop", body, headers)

    async def reinstate(self, tool: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.post(f"/v1/tools/{tool['toolId']}/reinstate", {"reason": "Rettet og testet"}, headers)


@pytest.fixture
def administrator(client: httpx.AsyncClient, helseid: Issuer, clock: Clock) -> Administrator:
    return Administrator(client, helseid, clock)


SUPPLIER, HEALTH_BODY, PLATFORM = "999977774", "999977775", "999977790"


class Caller:
    """Somebody who takes part in an approval: a system without a pid, a person with one. Tokens as above."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, clock: Clock, **token: Any) -> None:
        self.client, self.issuer, self.clock, self.token = client, issuer, clock, token
        self.key = ProofKey()

    def but(self, **token: Any) -> "Caller":
        """The same with another token."""
        return Caller(self.client, self.issuer, self.clock, **(self.token | token))

    async def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """`body` is sent as it is when it is bytes."""
        token = dict(self.token)
        make = self.issuer.staff_token if "pid" in token else self.issuer.machine_token
        issued = make(AUDIENCE, token.pop("scope"), self.key.thumbprint, **token)
        content = body if isinstance(body, bytes | None) else json.dumps(body)
        sent = ({} if body is None else {"Content-Type": "application/json"}) | dict(headers or {})
        auth = DPoPAuth(issued, self.key, clock=self.clock)
        return await self.client.request(method, path, content=content, headers=sent, auth=auth)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.send("GET", path, headers=headers)

    async def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.send("POST", path, body, headers)


class Approval:
    """A supplier, the health body it names, and two of the staff; and what each does to a submission, by its path."""

    def __init__(self, make: Callable[..., Caller]) -> None:
        self.supplier = make(scope="nhn:verktoykatalog/supplier", organisation=SUPPLIER)
        self.health_body = make(scope="nhn:verktoykatalog/assure", organisation=HEALTH_BODY)
        people = [generate(date(1970 + number, 1, 1), number) for number in range(2)]
        names = ("Torunn Lavskrike", "Oddvar Myrsnipe")
        self.staff, self.other_staff = (
            make(scope=ADMIN, organisation=PLATFORM, pid=pid, name=name)
            for pid, name in zip(people, names, strict=True)
        )

    async def draft(self, tool: Mapping[str, Any] | None = None, **more: Any) -> str:
        response = await self.supplier.post("/v1/submissions", {"tool": tool or {}, **more})
        assert response.status_code == 201, response.text
        return response.headers["location"]

    async def submit(self, path: str) -> httpx.Response:
        return await self.supplier.post(f"{path}/submit")

    async def assure(self, path: str, outcome: str = "assured") -> httpx.Response:
        return await self.health_body.post(f"{path}/assurance", {"outcome": outcome, "reason": "Faglig gjennomgått"})

    async def verify(self, path: str, *items: str, fulfilled: bool = True) -> httpx.Response:
        """Every item of the check list unless some are named."""
        answers = [{"item": item, "fulfilled": fulfilled} for item in items or codes("check-list")]
        return await self.staff.post(f"{path}/verification", {"items": answers})

    async def publish(self, path: str) -> httpx.Response:
        """By another of the staff than who verifies."""
        return await self.other_staff.post(f"{path}/publish")

    async def go(self, tool: Mapping[str, Any] | None = None, *, to: str, **more: Any) -> str:
        """A submission that has come to this state; its path."""
        path = await self.draft(tool, **more)
        for state, step in (
            ("submitted", self.submit),
            ("assured", self.assure),
            ("verified", self.verify),
            ("published", self.publish),
        ):
            if to == "draft" or (await self.supplier.get(path)).json()["state"] == to:
                break
            light = (await self.supplier.get(path)).json()["approval"] == "light"
            if not (light and state == "assured"):
                assert (await step(path)).status_code == 200
        return path


@pytest.fixture
def approval(client: httpx.AsyncClient, helseid: Issuer, clock: Clock) -> Approval:
    return Approval(lambda **token: Caller(client, helseid, clock, **token))
