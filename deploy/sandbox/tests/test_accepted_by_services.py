"""The sandbox's tokens are what the services' own authentication accepts, and its faults are what it refuses."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Security

from devkit.testing.limits import Unlimited
from sandbox.context import Sandbox
from shared.auth import Authenticator, Citizen, Machine, Practitioner, citizen, machine, practitioner
from shared.citizenref import CitizenReferences
from shared.errors import install_error_handlers

SCOPE = "nhn:verktoyformidler/prescribe"
MACHINE_SCOPE = "nhn:verktoyformidler/supplier"
ADDRESS = "http://prescription.test"
REFERENCES = CitizenReferences({"k1": bytes(range(32))}, "k1")

PROOF_FAULTS = [
    "DontSetHtuClaimValue",
    "DontSetHtmClaimValue",
    "SetIatValueInThePast",
    "SetIatValueInTheFuture",
    "DontSetAthClaimValue",
    "DontSetAlgHeader",
    "DontSetJwkHeader",
    "DontSetJtiClaim",
    "SetAlgHeaderToASymmetricAlgorithm",
    "SetPrivateKeyInJwkHeader",
    "SetInvalidTypHeaderValue",
    "SetAnInvalidSignature",
    "SetAnInvalidJktValueInToken",
]
TOKEN_FAULTS: list[dict[str, Any]] = [
    {"signJwtWithInvalidSigningKey": True},
    {"setInvalidIssuer": True},
    {"setInvalidAudience": True},
    {"expirationParameters": {"setExpirationTimeAsExpired": True}},
    {"headerParameters": {"typ": "client-authentication+jwt"}},
]


class UsedProofs:
    """A replay store in memory; the real one is the services' own."""

    def __init__(self) -> None:
        self.used: set[bytes] = set()

    async def first_use(self, digest: bytes, issued_at: float, expires_at: float) -> bool:
        is_new = digest not in self.used
        self.used.add(digest)
        return is_new


def service(sandbox: Sandbox, http: httpx.AsyncClient) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.state.limits = Unlimited()
    app.state.auth = Authenticator(
        issuer=sandbox.settings.issuer,
        citizen_issuer=sandbox.settings.citizen_issuer,
        audience="nhn:verktoyformidler",
        http=http,
        references=REFERENCES,
        replays=UsedProofs(),
        allow_synthetic=True,
    )

    @app.get("/practitioner")
    async def see_practitioner(caller: Annotated[Practitioner, Security(practitioner(SCOPE))]) -> dict[str, Any]:
        return {"hpr": caller.hpr_number, "organisation": caller.organisation, "child": caller.organisation_child}

    @app.get("/machine")
    async def see_machine(caller: Annotated[Machine, Security(machine(MACHINE_SCOPE))]) -> dict[str, Any]:
        return {"client": caller.client_id, "organisation": caller.organisation}

    @app.get("/citizen")
    async def see_citizen(caller: Annotated[Citizen, Security(citizen())]) -> dict[str, Any]:
        return {"born": caller.birth_date.isoformat(), "relation": caller.relation}

    return app


@pytest.fixture
async def api(sandbox: Sandbox, http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service(sandbox, http))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


async def call(http: httpx.AsyncClient, api: httpx.AsyncClient, path: str, **wanted: Any) -> httpx.Response:
    if wanted.get("kind") != "citizen":
        wanted = {"createDPoPTokenWithDPoPProof": True, "htu": ADDRESS + path, "htm": "GET"} | wanted
    answer = (await http.post("/test-token", json=wanted)).json()
    headers = {"Authorization": f"{answer['token_type']} {answer['access_token']}"}
    if answer["dpop_proof"]:
        headers["DPoP"] = answer["dpop_proof"]
    return await api.get(path, headers=headers)


async def test_a_practitioner_is_let_in(http: httpx.AsyncClient, api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    response = await call(http, api, "/practitioner", scope=SCOPE, userClaimsParameters={"hprNumber": "990000101"})

    works_at = sandbox.population.organisations[sandbox.population.practitioners["990000101"].organisation or ""]
    assert response.json() == {
        "hpr": "990000101",
        "organisation": works_at.parent,
        "child": works_at.organisation_number,
    }


async def test_every_practitioner_of_the_files_is_let_in(
    http: httpx.AsyncClient, api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    for number in sandbox.population.practitioners:
        response = await call(http, api, "/practitioner", scope=SCOPE, userClaimsParameters={"hprNumber": number})
        assert response.status_code == 200, response.text


async def test_scope_as_one_string_is_let_in(http: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    user = {"hprNumber": "990000101"}

    response = await call(http, api, "/practitioner", scope=SCOPE, userClaimsParameters=user, scopeAsString=True)

    assert response.status_code == 200


async def test_a_system_is_let_in(http: httpx.AsyncClient, api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    response = await call(http, api, "/machine", scope=MACHINE_SCOPE)

    supplier = sandbox.population.organisations_of("supplier")[0].organisation_number
    assert response.json() == {"client": f"supplier-{supplier}", "organisation": supplier}


async def test_every_citizen_is_let_in(http: httpx.AsyncClient, api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    for person in sandbox.population.citizens.values():
        response = await call(http, api, "/citizen", kind="citizen", userClaimsParameters={"pid": person.national_id})
        assert response.json() == {"born": person.birth_date.isoformat(), "relation": None}


async def test_a_parent_is_let_in_for_the_child(http: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    user = {"pid": "22888336005", "represents": "02911153192"}

    response = await call(http, api, "/citizen", kind="citizen", userClaimsParameters=user)

    assert response.json() == {"born": "1983-08-22", "relation": "parent"}


@pytest.mark.parametrize("fault", PROOF_FAULTS)
async def test_a_faulty_proof_is_refused(http: httpx.AsyncClient, api: httpx.AsyncClient, fault: str) -> None:
    wanted = {"scope": SCOPE, "userClaimsParameters": {"hprNumber": "990000101"}, "invalidDPoPProofParameters": fault}

    assert (await call(http, api, "/practitioner", **wanted)).status_code == 401


@pytest.mark.parametrize("fault", TOKEN_FAULTS, ids=lambda fault: next(iter(fault)))
async def test_a_faulty_token_is_refused(
    http: httpx.AsyncClient, api: httpx.AsyncClient, fault: dict[str, Any]
) -> None:
    wanted = {"scope": SCOPE, "userClaimsParameters": {"hprNumber": "990000101"}, **fault}
    citizen_wanted = {"kind": "citizen", "userClaimsParameters": {"pid": "17858401267"}, **fault}

    assert (await call(http, api, "/practitioner", **wanted)).status_code == 401
    assert (await call(http, api, "/citizen", **citizen_wanted)).status_code == 401
