"""The app as an issuer, and suppliers' clients whose assertions and proofs another library signs."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.proofs import ProofKey, SigningKey, b64, changed, compact
from devkit.testing.representation import Representations
from devkit.testing.tokens import Issuer, served_by
from helsetilbud_api.app import create_app
from helsetilbud_api.citizen.signing_in.assertion import ASSERTION_TYPE
from helsetilbud_api.settings import Settings
from shared.events.catalog import Integration, Party

URL = "https://helsetilbud.test"
TUSSMORKE, OTHER = "299900940", "299900959"
TOOLS = {TUSSMORKE: [uuid4(), uuid4(), uuid4()], OTHER: [uuid4()]}
START = "https://sovntrappa.example/start?via=hn"
TABLES = "launch_sign_in"


class SupplierClient:
    """A supplier's OpenID Connect client. What a test wants wrong replaces a member, or by None removes it."""

    def __init__(self, client_id: str, organisation: str, tools: list[UUID], clock: Any) -> None:
        self.client_id, self.organisation, self.tools, self.clock = client_id, organisation, tools, clock
        self.key, self.proof_key = SigningKey("ES256"), ProofKey()
        self.redirect_uri = f"https://{client_id}.example/callback"
        self.verifier = secrets.token_urlsafe(48)
        self.http: httpx.AsyncClient
        self.headers: dict[str, str] = {}

    def registration(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "organisation": self.organisation,
            "tools": [str(tool) for tool in self.tools],
            "redirect_uris": [self.redirect_uri],
            "jwks": {"keys": [self.key.public_jwk | {"kid": self.key.thumbprint, "alg": "ES256"}]},
        }

    def assertion(
        self, claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None, sign: Any = None
    ) -> str:
        now = int(self.clock.now.timestamp())
        usual = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": URL,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        head = {"alg": "ES256", "typ": "client-authentication+jwt", "kid": self.key.thumbprint}
        return compact(changed(head, header), changed(usual, claims), sign or self.key.sign)

    async def send(self, path: str, form: Mapping[str, Any], *, dpop: bool = False, **more: Any) -> httpx.Response:
        authenticated = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        headers = ({"DPoP": self.proof("POST", path)} if dpop else {}) | self.headers
        return await self.http.post(path, data=changed(authenticated, {**form, **more}), headers=headers)

    def proof(self, method: str, path: str, token: str = "") -> str:
        claims = {} if token else {"ath": None}
        return self.proof_key.proof(method, URL + path, token, now=self.clock.now, claims=claims)

    async def push(self, code: str, /, *, dpop: bool = False, **more: Any) -> httpx.Response:
        form = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": b64(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "login_hint": code,
        }
        return await self.send("/oidc/par", form, dpop=dpop, **more)

    async def browse(self, request_uri: str, client_id: str | None = None, **headers: str) -> httpx.Response:
        """What the citizen's browser asks when the client has sent it on."""
        query = {"client_id": client_id or self.client_id, "request_uri": request_uri}
        return await self.http.get("/oidc/authorize", params=query, headers=headers)

    async def code(self, launch: str, *, dpop: bool = False) -> str:
        pushed = await self.push(launch, dpop=dpop)
        assert pushed.status_code == 201, pushed.text
        return self.code_of(await self.browse(pushed.json()["request_uri"]))

    def code_of(self, redirect: httpx.Response) -> str:
        assert redirect.status_code == 303, redirect.text
        return self.answered(redirect)["code"]

    def answered(self, redirect: httpx.Response) -> dict[str, str]:
        address = urlsplit(redirect.headers["location"])
        assert f"https://{address.netloc}{address.path}" == self.redirect_uri
        return {name: value for name, [value] in parse_qs(address.query).items()}

    async def redeem(self, code: str, /, *, dpop: bool = False, **more: Any) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return await self.send("/oidc/token", form, dpop=dpop, **more)

    async def userinfo(self, token: str, scheme: str = "Bearer", proof: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {}) | self.headers
        return await self.http.get("/oidc/userinfo", headers=headers)


@pytest.fixture(scope="session")
def registered(running_clock: Any) -> dict[str, SupplierClient]:
    """By client id: two of one supplier, for different tools, and one of another."""
    first, second, third = TOOLS[TUSSMORKE]
    clients = (
        SupplierClient("sovntrappa", TUSSMORKE, [first, second], running_clock),
        SupplierClient("kveldsro", TUSSMORKE, [third], running_clock),
        SupplierClient("elsewhere", OTHER, [*TOOLS[OTHER], first], running_clock),
    )
    return {client.client_id: client for client in clients}


@pytest.fixture(scope="session")
def signing_keys() -> list[SigningKey]:
    return [SigningKey("RS256"), SigningKey("RS256")]


@pytest.fixture(scope="session")
def issuer_settings(
    settings: Settings, registered: dict[str, SupplierClient], signing_keys: list[SigningKey], server_directory: Path
) -> Settings:
    keys, clients = server_directory / "launch-keys.json", server_directory / "launch-clients.json"
    keys.write_text(json.dumps({"keys": [key.private_jwk | {"kid": key.thumbprint} for key in signing_keys]}))
    clients.write_text(json.dumps([client.registration() for client in registered.values()]))
    update = {"launch_issuer": URL, "launch_keys_file": keys, "launch_clients_file": clients}
    return settings.model_copy(update=update)


@pytest.fixture(scope="session")
async def app(
    issuer_settings: Settings,
    helsenorge: Issuer,
    helseid: Issuer,
    running_clock: Any,
    asked_representations: Representations,
) -> AsyncIterator[FastAPI]:
    transport = served_by(helsenorge, helseid, consent=asked_representations.handle)
    app = create_app(issuer_settings, http=httpx.AsyncClient(transport=transport), clock=running_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def oidc(
    client: httpx.AsyncClient, database: Any, registered: dict[str, SupplierClient]
) -> Callable[[str], SupplierClient]:
    """A client by its id."""
    async with database.driver() as connection:
        await connection.execute(f"TRUNCATE {TABLES}")
    for known in registered.values():
        known.http, known.headers = client, {}
    return registered.__getitem__


@pytest.fixture
def sovntrappa(oidc: Callable[[str], SupplierClient]) -> SupplierClient:
    return oidc("sovntrappa")


@pytest.fixture
def tool() -> UUID:
    return TOOLS[TUSSMORKE][0]


@pytest.fixture
def publish(others: Any) -> Any:
    """A tool that takes citizens in signed in."""

    async def published(tool_id: UUID, supplier: str = TUSSMORKE, sequence: int = 2, **more: Any) -> None:
        integration = Integration(method="signed-in-web", address="https://sovntrappa.example", launch_address=START)
        changes = {
            "login_required": True,
            "integration": integration,
            "supplier": Party(organisation_number=supplier, name="Tussmørke AS"),
            **more,
        }
        event = others.published(tool_id, sequence)
        await others.tell(event.model_copy(update={"tool": event.tool.model_copy(update=changes)}))

    return published


@pytest.fixture
def opened() -> Any:
    """The launch code of the address that a citizen is sent to, after what it must hold besides."""

    async def open_tool(citizen: Any, tool_id: UUID) -> str:
        answer = await citizen.open(tool_id)
        assert answer.status_code == 200, answer.text
        told = parse_qs(urlsplit(answer.json()["url"]).query)
        assert told["iss"] == [URL]
        assert told["login_hint"] == told["launch"]
        return told["login_hint"][0]

    return open_tool


@pytest.fixture
async def launch(kari: Any, prescribed: Any, tool: UUID, publish: Any, opened: Any, oidc: Any) -> str:
    """Kari has opened the tool: the code that she comes to the supplier with."""
    await publish(tool)
    return await opened(kari, tool)
