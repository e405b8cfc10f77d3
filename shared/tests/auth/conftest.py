"""A small service with one endpoint for each kind of caller, its two issuers, and a clock that stands still."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Security

from devkit.testing.limits import Unlimited
from devkit.testing.token_faults import Attempt
from devkit.testing.tokens import HELSENORGE, DPoPAuth, Issuer, ProofKey, served_by
from shared.auth import (
    Authenticator,
    Citizen,
    Machine,
    PostgresReplayStore,
    Practitioner,
    Staff,
    citizen,
    either,
    machine,
    practitioner,
    staff,
)
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.errors import install_error_handlers

AUDIENCE = "nhn:verktoyformidler"
SCOPE = "nhn:verktoyformidler/prescribe"
BASE_URL = "https://api.example"


class StandingClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def unlimited() -> Unlimited:
    return Unlimited()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def issuers() -> tuple[Issuer, Issuer]:
    """HelseID and Helsenorge; made once, because RSA keys are slow to make."""
    return Issuer(), Issuer(HELSENORGE)


@pytest.fixture
def helseid(issuers: tuple[Issuer, Issuer], clock: StandingClock) -> Issuer:
    issuers[0].clock = clock
    return issuers[0]


@pytest.fixture
def helsenorge(issuers: tuple[Issuer, Issuer], clock: StandingClock) -> Issuer:
    issuers[1].clock = clock
    return issuers[1]


@pytest.fixture(scope="session")
def references() -> CitizenReferences:
    return CitizenReferences({"k1": b"an invented key of thirty-two by"}, "k1")


@pytest.fixture(scope="session")
async def register(make_database: Callable[[str | None], Awaitable[str]]) -> AsyncIterator[Database]:
    """The database with the register of used proofs; shared, because a jti is never used by two tests."""
    database = Database(await make_database(None))
    yield database
    await database.close()


@pytest.fixture
def make_authenticator(
    helseid: Issuer,
    helsenorge: Issuer,
    references: CitizenReferences,
    register: Database,
    clock: StandingClock,
) -> Callable[..., Authenticator]:
    def make(**options: Any) -> Authenticator:
        usual: dict[str, Any] = {
            "issuer": helseid.url,
            "citizen_issuer": helsenorge.url,
            "audience": AUDIENCE,
            "http": httpx.AsyncClient(transport=served_by(helseid, helsenorge)),
            "references": references,
            "replays": PostgresReplayStore(register),
            "allow_synthetic": True,
            "clock": clock,
        }
        return Authenticator(**usual | options)

    return make


@pytest.fixture
async def app(make_authenticator: Callable[..., Authenticator], unlimited: Unlimited) -> AsyncIterator[FastAPI]:
    app = FastAPI()
    install_error_handlers(app)
    app.state.auth = make_authenticator()
    app.state.limits = unlimited
    _add_routes(app)
    yield app
    await app.state.auth.close()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def attempt(helseid: Issuer) -> Attempt:
    """A right request to prescribe."""
    return Attempt(helseid, AUDIENCE, SCOPE, "POST", f"{BASE_URL}/prescriptions")


@pytest.fixture
def signed_in(helseid: Issuer, clock: StandingClock) -> Callable[..., DPoPAuth]:
    """Signs requests as a practitioner, or as `kind` says (`machine_token`, `staff_token`)."""
    key = ProofKey()

    def sign_in(kind: str = "practitioner_token", scope: str = SCOPE, **options: Any) -> DPoPAuth:
        token = getattr(helseid, kind)(AUDIENCE, scope, key.thumbprint, **options)
        return DPoPAuth(token, key, clock=clock)

    return sign_in


def _add_routes(app: FastAPI) -> None:
    @app.post("/prescriptions")
    async def prescribe(caller: Annotated[Practitioner, Security(practitioner(SCOPE))]) -> dict[str, Any]:
        return _shown(caller)

    @app.get("/submissions/{submission_id}")
    async def submission(submission_id: str, caller: Annotated[Machine, Security(machine(SCOPE))]) -> dict[str, Any]:
        return _shown(caller)

    @app.get("/operations")
    async def operations(caller: Annotated[Staff, Security(staff(SCOPE))]) -> dict[str, Any]:
        return _shown(caller)

    @app.get("/me")
    async def me(caller: Annotated[Citizen, Security(citizen())]) -> dict[str, Any]:
        return {**_shown(caller), "acting_for": caller.acting_for}

    @app.get("/me/basics")
    async def basics(caller: Annotated[Citizen, Security(citizen("3"))]) -> dict[str, Any]:
        return _shown(caller)

    @app.get("/either")
    async def any_of_two(
        caller: Annotated[
            Practitioner | Machine,
            Security(either(practitioner(SCOPE), machine("nhn:verktoyformidler/supplier"))),
        ],
    ) -> dict[str, Any]:
        return _shown(caller)


def _shown(caller: Practitioner | Machine | Staff | Citizen) -> dict[str, Any]:
    shown = asdict(caller)
    return shown | {"scopes": sorted(shown.get("scopes", []))}
