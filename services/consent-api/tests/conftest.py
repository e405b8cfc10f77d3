"""The app on a migrated database, its callers with real tokens, and a clock that tests set."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from consent_api.app import create_app
from consent_api.loading import load
from consent_api.settings import Settings
from shared.db import Database
from shared.nationalid import NationalId
from shared.schemas import rfc3339
from shared.testing.national_ids import generate
from shared.testing.tokens import HELSEID, HELSENORGE, DPoPAuth, Issuer, ProofKey, served_by

AUDIENCE = "nhn:samtykke"
HOST = "https://consent.test"
CHECK = "/v1/digitally-active"
SCOPE = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

Items = list[dict[str, Any]]


class Clock:
    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: int) -> None:
        self.now += timedelta(**by)

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
async def database_url(make_database: Callable[[str], Awaitable[str]]) -> str:
    return await make_database("consent_api")


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
    )


@pytest.fixture(scope="session")
def helseid(running_clock: Clock) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
def helsenorge(running_clock: Clock) -> Issuer:
    return Issuer(HELSENORGE, clock=running_clock)


@pytest.fixture(scope="session")
async def app(settings: Settings, helseid: Issuer, helsenorge: Issuer, running_clock: Clock) -> AsyncIterator[FastAPI]:
    issuers = httpx.AsyncClient(transport=served_by(helseid, helsenorge))
    app = create_app(settings, http=issuers, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def strict_app(
    settings: Settings, helseid: Issuer, helsenorge: Issuer, running_clock: Clock
) -> AsyncIterator[FastAPI]:
    """As in production: synthetic numbers are not accepted."""
    issuers = httpx.AsyncClient(transport=served_by(helseid, helsenorge))
    app = create_app(settings.model_copy(update={"allow_synthetic": False}), http=issuers, clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI) -> AsyncIterator[Database]:
    """The app's own, with nothing in it."""
    database: Database = app.state.database
    async with database.driver() as connection:
        for table in ("consent", "consent_history", "outbox", "local_message"):
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - quicker than TRUNCATE for a few rows
    return database


@pytest.fixture
async def rows(database: Database) -> Callable[..., Awaitable[Items]]:
    """Every row of these tables, in the order of their keys."""

    async def read(*tables: str) -> Items:
        async with database.driver() as connection:
            found = [await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]  # noqa: S608
        return [dict(row) for table in found for row in table]

    return read


def documented(app: FastAPI) -> Callable[[httpx.Response], Awaitable[None]]:
    """Called for every answer of every test: an error that the contract does not list for its operation fails."""

    async def check(response: httpx.Response) -> None:
        if response.headers.get("content-type") == "application/problem+json":
            await response.aread()
            operation = app.openapi()["paths"][response.request.url.path][response.request.method.lower()]
            listed = operation["responses"][str(response.status_code)]["content"]["application/problem+json"]
            assert response.json()["code"] in listed["examples"]

    return check


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url=HOST, event_hooks=hooks) as client:
        yield client


class Caller:
    """A citizen at a browser. Every request has a new token, of the clock's time."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, born: date, **token: Any) -> None:
        self.client, self.issuer, self.born, self.token = client, issuer, born, token
        self.number = generate(born, 0)

    async def request(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        token = self.issuer.citizen_token(AUDIENCE, pid=self.number, **self.token)
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
        return await self.client.request(method, path, content=body, headers=sent)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("GET", path, None, headers)

    async def put(self, path: str, body: str, headers: Mapping[str, str]) -> httpx.Response:
        return await self.request("PUT", path, body, headers)

    async def set_level(self, level: str, etag: str | None) -> httpx.Response:
        return await self.put("/v1/me/consent", json.dumps({"level": level}), {"If-Match": etag} if etag else {})


@pytest.fixture
def kari(client: httpx.AsyncClient, helsenorge: Issuer) -> Caller:
    return Caller(client, helsenorge, date(1975, 3, 1))


@pytest.fixture
def ola(client: httpx.AsyncClient, helsenorge: Issuer) -> Caller:
    return Caller(client, helsenorge, date(1990, 12, 24))


@pytest.fixture
def parent(client: httpx.AsyncClient, helsenorge: Issuer) -> Caller:
    child = generate(date(2020, 6, 1), 0)
    return Caller(client, helsenorge, date(1988, 2, 2), represents=child, relation="parent")


@pytest.fixture
def low_level(client: httpx.AsyncClient, helsenorge: Issuer) -> Caller:
    return Caller(client, helsenorge, date(1975, 3, 1), security_level="3")


@pytest.fixture
def system(helseid: Issuer, running_clock: Clock) -> Callable[..., dict[str, str]]:
    """The headers of one request of an EHR in the background; `person` is logged in, if somebody is."""
    key = ProofKey()

    def headers(method: str, path: str, *, scope: str = SCOPE, person: str | None = None) -> dict[str, str]:
        if person:
            token = helseid.practitioner_token(AUDIENCE, scope, key.thumbprint, pid=person)
        else:
            token = helseid.machine_token(AUDIENCE, scope, key.thumbprint)
        return DPoPAuth(token, key, clock=running_clock).headers(method, HOST + path)

    return headers


@pytest.fixture
def post(client: httpx.AsyncClient, system: Any) -> Callable[..., Awaitable[httpx.Response]]:
    """Sends this text as the question."""

    async def send(body: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        sent = system("POST", CHECK) | {"Content-Type": "application/json"} | dict(headers or {})
        return await client.post(CHECK, content=body, headers=sent)

    return send


@pytest.fixture
def ask(post: Any) -> Callable[..., Awaitable[httpx.Response]]:
    async def send(
        numbers: Sequence[str], area: str = "health-care", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return await post(json.dumps({"nationalIds": list(numbers), "area": area}), headers)

    return send


@pytest.fixture
def check(ask: Any) -> Callable[..., Awaitable[Items]]:
    """The items of the answer."""

    async def items(numbers: Sequence[str], area: str = "health-care") -> Items:
        answer = await ask(numbers, area)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    return items


@pytest.fixture
async def strict_check(strict_app: FastAPI, database: Database, system: Any) -> Callable[..., Awaitable[Items]]:
    async def items(numbers: Sequence[str]) -> Items:
        body = {"nationalIds": list(numbers), "area": "health-care"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(strict_app), base_url=HOST) as client:
            answer = await client.post(CHECK, json=body, headers=system("POST", CHECK))
        return answer.json()["items"]

    return items


@pytest.fixture
def reference(app: FastAPI) -> Callable[[str], str]:
    def of(number: str) -> str:
        return app.state.references.of(NationalId.parse(number, allow_synthetic=True))

    return of


@pytest.fixture
def give(database: Database, reference: Any, clock: Clock) -> Callable[..., Awaitable[None]]:
    """Gives these people their levels; None leaves it at having never answered."""

    async def give(levels: Mapping[str, str | None]) -> None:
        rows = [(reference(number), level) for number, level in levels.items() if level is not None]
        await load(database, rows, clock.now)

    return give
