"""The app on a migrated database, its callers with real tokens, and a clock that tests set."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from consent_api.access_log.months import months_of
from consent_api.app import create_app
from consent_api.loading import assign_powers, load
from consent_api.representation.service import Agreement
from consent_api.settings import Settings
from devkit.testing.documented import documented
from devkit.testing.limits import WIDE
from devkit.testing.national_ids import generate
from devkit.testing.tokens import HELSEID, HELSENORGE, DPoPAuth, Issuer, ProofKey, served_by
from shared.db import Database
from shared.nationalid import NationalId
from shared.schemas import rfc3339

AUDIENCE = "nhn:samtykke"
REGISTER = "https://register.test"
HOST = "https://consent.test"
CHECK = "/v1/digitally-active"
SCOPE = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

VERIFY_SCOPE = "nhn:samtykke/representation"
RESERVATIONS_SCOPE = "nhn:samtykke/reservations"
TABLES = (
    *("consent", "consent_history", "outbox", "local_message", "person", "parent", "own_access", "own_access_history"),
    *("power_of_attorney", "power_of_attorney_history", "turned_day", "reservation", "reservation_history"),
    *("standing_change", "interest", "idempotent_answer", "access_waiting", "known_citizen"),
)

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


class Register:
    """The person register. Everybody is in it with the birth date of their number, unless a test says otherwise."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.facts: dict[str, dict[str, Any]] = {}
        self.unknown: set[str] = set()
        self.parents: dict[str, list[str]] = {}
        self.away = False
        self.asked: list[list[str]] = []

    def say(self, number: str, **facts: Any) -> None:
        """`status`, `confidentialAddress`, `birthDate`: as the register writes them."""
        self.facts.setdefault(number, {}).update(facts)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        numbers = json.loads(request.content)["nationalIds"]
        self.asked.append(numbers)
        return httpx.Response(200, json={"persons": [self._entry(n) for n in numbers if n not in self.unknown]})

    def _entry(self, number: str) -> dict[str, Any]:
        return {
            "nationalId": number,
            "name": f"Person {number[4:8]}",
            "status": "resident",
            "deceasedAt": None,
            "confidentialAddress": False,
            "parents": self.parents.get(number, []),
            "children": [child for child, parents in self.parents.items() if number in parents],
        } | self._facts(number)

    def _facts(self, number: str) -> dict[str, Any]:
        facts = self.facts.get(number, {})
        if "birthDate" in facts:
            return facts
        return facts | {"birthDate": NationalId.parse(number, allow_synthetic=True).birth_date.isoformat()}


@pytest.fixture(scope="session")
def running_register() -> Register:
    return Register()


@pytest.fixture
def register(running_register: Register) -> Register:
    return running_register


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
        **WIDE,
        database_url=database_url,
        issuer=HELSEID,
        citizen_issuer=HELSENORGE,
        allow_synthetic=True,
        citizen_reference_keys={"k1": "x" * 32},
        citizen_reference_key_id="k1",
        person_register_url=REGISTER,
        register_pause=0,
    ).model_copy(update={"register_timeout": 60.0})


@pytest.fixture(scope="session")
def helseid(running_clock: Clock) -> Issuer:
    return Issuer(HELSEID, clock=running_clock)


@pytest.fixture(scope="session")
def helsenorge(running_clock: Clock) -> Issuer:
    return Issuer(HELSENORGE, clock=running_clock)


@pytest.fixture(scope="session")
def outside(helseid: Issuer, helsenorge: Issuer, running_register: Register) -> httpx.MockTransport:
    """The two issuers and the person register."""
    issuers = served_by(helseid, helsenorge)

    def answer(request: httpx.Request) -> Any:
        return running_register.answer(request) if request.url.host == "register.test" else issuers.handler(request)

    return httpx.MockTransport(answer)


@pytest.fixture(scope="session")
async def app(settings: Settings, outside: httpx.MockTransport, running_clock: Clock) -> AsyncIterator[FastAPI]:
    app = create_app(settings, http=httpx.AsyncClient(transport=outside), clock=running_clock)
    async with app.router.lifespan_context(app):
        await months_of(app.state.database).keep(FIRST_DAY)  # the migrations made those of the real day
        yield app


@pytest.fixture(scope="session")
async def strict_app(settings: Settings, outside: httpx.MockTransport, running_clock: Clock) -> AsyncIterator[FastAPI]:
    """As in production: synthetic numbers are not accepted."""
    strict = settings.model_copy(update={"allow_synthetic": False})
    app = create_app(strict, http=httpx.AsyncClient(transport=outside), clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def database(app: FastAPI, running_register: Register) -> AsyncIterator[Database]:
    """The app's own, with nothing in it, and a register that says nothing special."""
    database: Database = app.state.database
    running_register.clear()
    deletions = [f"DELETE FROM {table}" for table in TABLES]  # noqa: S608 - quicker than TRUNCATE for a few rows
    async with database.driver() as connection:
        await connection.execute("; ".join(deletions))
        await connection.execute("TRUNCATE access_call, access_entry")
    return database


@pytest.fixture
async def rows(database: Database) -> Callable[..., Awaitable[Items]]:
    """Every row of these tables, in the order of their columns, of which the key is the first."""

    async def read(*tables: str) -> Items:
        async with database.driver() as connection:
            found = [await connection.fetch(f"SELECT * FROM {table} ORDER BY {table}") for table in tables]  # noqa: S608
        return [dict(row) for table in found for row in table]

    return read


@pytest.fixture
async def client(app: FastAPI, database: Database, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport, hooks = httpx.ASGITransport(app), {"response": [documented(app)]}
    async with httpx.AsyncClient(transport=transport, base_url=HOST, event_hooks=hooks) as client:
        yield client


class Caller:
    """A citizen at a browser. Every request has a new token, of the clock's time."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, number: str, **token: Any) -> None:
        self.client, self.issuer, self.number, self.token = client, issuer, number, token

    @property
    def name(self) -> str:
        """As the register has it."""
        return f"Person {self.number[4:8]}"

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

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("POST", path, json.dumps(body), headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.request("DELETE", path)

    async def set_level(self, level: str, etag: str | None) -> httpx.Response:
        return await self.put("/v1/me/consent", json.dumps({"level": level}), {"If-Match": etag} if etag else {})

    def acting_for(self, number: str, relation: str = "parent") -> "Caller":
        return Caller(self.client, self.issuer, self.number, represents=number, relation=relation)


@pytest.fixture
def citizen(client: httpx.AsyncClient, helsenorge: Issuer) -> Callable[..., Caller]:
    """Somebody born on this day."""

    def born(day: date, place: int = 0, **token: Any) -> Caller:
        return Caller(client, helsenorge, generate(day, place), **token)

    return born


@pytest.fixture
def kari(citizen: Callable[..., Caller]) -> Caller:
    return citizen(date(1975, 3, 1))


@pytest.fixture
def ola(citizen: Callable[..., Caller]) -> Caller:
    return citizen(date(1990, 12, 24))


@pytest.fixture
def low_level(citizen: Callable[..., Caller]) -> Caller:
    return citizen(date(1975, 3, 1), security_level="3")


@pytest.fixture
async def mother(citizen: Callable[..., Caller], give: Any) -> Caller:
    """With full consent. Whose mother, a test says in the register."""
    mother = citizen(date(1988, 2, 2))
    await give({mother.number: "full"})
    return mother


@pytest.fixture
def system(helseid: Issuer, running_clock: Clock) -> Callable[..., dict[str, str]]:
    """The headers of one request of an EHR in the background; `person` is logged in, if somebody is."""
    key = ProofKey()

    def headers(
        method: str, path: str, *, scope: str = SCOPE, person: str | None = None, **told: Any
    ) -> dict[str, str]:
        if person:
            token = helseid.practitioner_token(AUDIENCE, scope, key.thumbprint, pid=person)
        else:
            token = helseid.machine_token(AUDIENCE, scope, key.thumbprint, **told)
        return DPoPAuth(token, key, clock=running_clock).headers(method, HOST + path)

    return headers


@pytest.fixture
def send(client: httpx.AsyncClient, system: Any) -> Callable[..., Awaitable[httpx.Response]]:
    """A request of a system, signed."""

    async def send(method: str, path: str, body: Any = None, *, scope: str = SCOPE, **headers: str) -> httpx.Response:
        sent = system(method, path.partition("?")[0], scope=scope) | headers
        return await client.request(method, path, json=body, headers=sent)

    return send


@pytest.fixture
def verify(send: Any) -> Callable[..., Awaitable[dict[str, Any]]]:
    """May this one act for that one? The answer."""

    async def answer(
        actor: str,
        represented: str | None = None,
        relation: str | None = "parent",
        area: str = "health-care",
        act: str = "read",
        **kind: bool,
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"actor": {"nationalId": actor}, "area": area, "act": act} | kind
        if represented:
            body |= {"represented": {"nationalId": represented}, "relation": relation}
        response = await send("POST", "/v1/representations/verify", body, scope=VERIFY_SCOPE)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    return answer


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


@pytest.fixture
def assign(database: Database, reference: Any, clock: Clock) -> Callable[..., Awaitable[None]]:
    """Makes one act for another who cannot decide, in health care and administration, until the end of the year."""

    async def assign(person: str, holder: str) -> None:
        agreed = Agreement(reference(person), reference(holder), "Person", "Holder")
        await assign_powers(database, [(agreed, ["health-care", "administration"], date(2026, 12, 31))], clock.now)

    return assign
