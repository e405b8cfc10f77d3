"""`POST /connect/token`, called as HelseID's documentation tells a client to, by code that shares nothing with it."""

import base64
import json
import time
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from sandbox.context import Sandbox

CHECK_ACTIVE = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def from_now(claim: Any) -> Any:
    """Times are given by how far away they are: tests are collected long before the last of them runs."""
    return int(time.time() + claim.total_seconds()) if isinstance(claim, timedelta) else claim


class SystemClient:
    """A system that fetches tokens for itself (RFC 7523 and RFC 9449)."""

    def __init__(self, http: httpx.AsyncClient, client_id: str, key: jwk.ECKey | jwk.RSAKey) -> None:
        self.http = http
        self.client_id = client_id
        self.key = key
        self.algorithm = "ES256" if isinstance(key, jwk.ECKey) else "RS256"
        self.dpop_key: jwk.ECKey | jwk.RSAKey = jwk.ECKey.generate_key("P-256")

    @classmethod
    async def of(cls, http: httpx.AsyncClient, client_id: str) -> "SystemClient":
        private = (await http.get(f"/clients/{client_id}/key")).json()
        kind = jwk.ECKey if private["kty"] == "EC" else jwk.RSAKey
        return cls(http, client_id, kind.import_key(private))

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        base = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": str(self.http.base_url).rstrip("/"),
            "iat": now,
            "nbf": now,
            "exp": now + 10,
            "jti": str(uuid.uuid4()),
        }
        kept = {name: from_now(value) for name, value in (base | claims).items() if value is not None}
        usual = {"alg": self.algorithm, "typ": "client-authentication+jwt", "kid": self.key.thumbprint()}
        return jwt.encode(usual | (header or {}), kept, self.key, algorithms=[self.algorithm])

    def proof(self, header: dict[str, Any] | None = None, algorithm: str = "ES256", **claims: Any) -> str:
        base = {
            "jti": str(uuid.uuid4()),
            "htm": "POST",
            "htu": str(self.http.base_url).rstrip("/") + "/connect/token",
            "iat": int(time.time()),
        }
        kept = {name: from_now(value) for name, value in (base | claims).items() if value is not None}
        head = {"alg": algorithm, "typ": "dpop+jwt", "jwk": self.dpop_key.as_dict(private=False)} | (header or {})
        return jwt.encode(head, kept, self.dpop_key, algorithms=[algorithm])

    async def fetch(
        self, assertion: str | None = None, proof: str | None = None, scope: str | None = CHECK_ACTIVE, **form: str
    ) -> httpx.Response:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion() if assertion is None else assertion,
            **({"scope": scope} if scope else {}),
            **form,
        }
        headers = {"DPoP": self.proof() if proof is None else proof}
        return await self.http.post("/connect/token", data=fields, headers={k: v for k, v in headers.items() if v})


@pytest.fixture
async def ehr(http: httpx.AsyncClient) -> SystemClient:
    return await SystemClient.of(http, "ehr")


async def verified(http: httpx.AsyncClient, response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    metadata = (await http.get("/.well-known/openid-configuration")).json()
    keys = jwk.KeySet.import_key_set((await http.get(metadata["jwks_uri"])).json())
    token = jwt.decode(response.json()["access_token"], keys, algorithms=["RS256"])
    assert token.header["typ"] == "at+jwt"
    return token.claims


def refused(response: httpx.Response, error: str, about: str = "") -> None:
    body = response.json()
    assert (response.status_code, body["error"]) == (400, error), body
    assert about in body["error_description"]


async def test_a_client_gets_a_token_bound_to_its_key(
    http: httpx.AsyncClient, ehr: SystemClient, sandbox: Sandbox
) -> None:
    response = await ehr.fetch()

    claims, client = await verified(http, response), sandbox.clients["ehr"]
    assert response.headers["cache-control"] == "no-store"
    assert (response.json()["token_type"], response.json()["expires_in"]) == ("DPoP", 600)
    assert claims["iss"] == sandbox.settings.issuer
    assert claims["aud"] == "nhn:samtykke"
    assert claims["scope"] == [CHECK_ACTIVE]
    assert claims["client_id"] == claims["sub"] == "ehr"
    assert claims["cnf"] == {"jkt": ehr.dpop_key.thumbprint()}
    assert claims["exp"] - claims["iat"] == 600
    assert client.organisation is not None
    assert claims["helseid://claims/client/claims/orgnr_parent"] == client.organisation.parent
    assert claims["helseid://claims/client/claims/orgnr_child"] == client.organisation.organisation_number
    assert "helseid://claims/identity/pid" not in claims


async def test_every_listed_client_can_fetch_what_it_is_listed_with(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/clients")).json()["items"]
    assert {"ehr", "staff-tool", "prescription-api"} <= {client["clientId"] for client in listed}

    for entry in listed:
        client = await SystemClient.of(http, entry["clientId"])
        for scope in entry["scopes"]:
            response = await client.fetch(scope=scope)
            if entry["requiresNonce"]:
                response = await client.fetch(scope=scope, proof=client.proof(nonce=response.headers["dpop-nonce"]))
            assert (await verified(http, response))["scope"] == [scope]


async def test_the_key_of_a_client_is_the_file_that_its_service_reads(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    served = (await http.get("/clients/prescription-api/key")).json()

    path = sandbox.settings.state_directory / "clients" / "prescription-api.jwk.json"
    assert json.loads(path.read_text()) == served
    assert path.stat().st_mode & 0o077 == 0


async def test_a_client_that_requires_a_nonce_is_told_which(http: httpx.AsyncClient) -> None:
    client = await SystemClient.of(http, "ehr-nonce")

    first = await client.fetch()
    refused(first, "use_dpop_nonce")
    second = await client.fetch(proof=client.proof(nonce=first.headers["dpop-nonce"]))
    wrong = await client.fetch(proof=client.proof(nonce="guessed"))

    assert (await verified(http, second))["client_id"] == "ehr-nonce"
    refused(wrong, "use_dpop_nonce")


async def test_the_token_endpoints_address_is_accepted_as_audience(http: httpx.AsyncClient, ehr: SystemClient) -> None:
    address = str(http.base_url).rstrip("/") + "/connect/token"

    await verified(http, await ehr.fetch(ehr.assertion(aud=[address])))


@pytest.mark.parametrize("algorithm", ["PS256", "RS512", "ES384"])
async def test_proofs_of_every_kind_are_read(http: httpx.AsyncClient, ehr: SystemClient, algorithm: str) -> None:
    ehr.dpop_key = jwk.ECKey.generate_key("P-384") if algorithm.startswith("ES") else jwk.RSAKey.generate_key(2048)

    claims = await verified(http, await ehr.fetch(proof=ehr.proof(algorithm=algorithm)))

    assert claims["cnf"] == {"jkt": ehr.dpop_key.thumbprint()}


@pytest.mark.parametrize(
    ("claims", "about"),
    [
        ({"aud": "https://helseid-sts.nhn.no"}, "aud"),
        ({"sub": "supplier"}, "sub"),
        ({"iss": "nobody", "sub": "nobody"}, "No such client"),
        ({"exp": timedelta(hours=1)}, "longer than 60 s"),
        ({"exp": timedelta(minutes=-1)}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"nbf": timedelta(minutes=10)}, "not valid yet"),
        ({"jti": None}, "jti"),
    ],
)
async def test_an_assertion_with_wrong_claims_is_refused(ehr: SystemClient, claims: dict[str, Any], about: str) -> None:
    refused(await ehr.fetch(ehr.assertion(**claims)), "invalid_client", about)


async def test_an_assertion_of_another_type_is_refused(ehr: SystemClient) -> None:
    refused(await ehr.fetch(ehr.assertion({"typ": "at+jwt"})), "invalid_client", "typ")


async def test_an_assertion_counts_once(http: httpx.AsyncClient, ehr: SystemClient) -> None:
    assertion = ehr.assertion()

    await verified(http, await ehr.fetch(assertion))
    refused(await ehr.fetch(assertion), "invalid_client", "jti has been used")


async def test_an_assertion_signed_with_another_key_is_refused(http: httpx.AsyncClient) -> None:
    stranger = SystemClient(http, "ehr", jwk.ECKey.generate_key("P-256"))

    refused(await stranger.fetch(), "invalid_client", "not signed with")


async def test_an_unsigned_assertion_is_refused(ehr: SystemClient) -> None:
    _, payload, _ = ehr.assertion().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")

    refused(await ehr.fetch(f"{header}.{payload}."), "invalid_client")


@pytest.mark.parametrize("assertion", ["", "a.b.c", "....", "x" * 20_000, "æ.ø.å"])
async def test_nonsense_instead_of_an_assertion_is_refused(ehr: SystemClient, assertion: str) -> None:
    refused(await ehr.fetch(assertion), "invalid_client")


@pytest.mark.parametrize(
    ("claims", "about"),
    [
        ({"htm": "GET"}, "htm"),
        ({"htu": "http://127.0.0.1:8100/other"}, "htu"),
        ({"iat": timedelta(minutes=-10)}, "iat"),
        ({"iat": timedelta(minutes=10)}, "iat"),
        ({"iat": None}, "iat"),
        ({"jti": None}, "jti"),
    ],
)
async def test_a_proof_with_wrong_claims_is_refused(ehr: SystemClient, claims: dict[str, Any], about: str) -> None:
    refused(await ehr.fetch(proof=ehr.proof(**claims)), "invalid_dpop_proof", about)


async def test_a_proof_with_a_wrong_header_is_refused(ehr: SystemClient) -> None:
    other = jwk.ECKey.generate_key("P-256")
    private = ehr.dpop_key.as_dict(private=True)

    refused(await ehr.fetch(proof=ehr.proof({"typ": "JWT"})), "invalid_dpop_proof", "typ")
    refused(await ehr.fetch(proof=ehr.proof({"jwk": private})), "invalid_dpop_proof", "private")
    refused(await ehr.fetch(proof=ehr.proof({"jwk": other.as_dict(private=False)})), "invalid_dpop_proof", "signed")
    refused(await ehr.fetch(proof="nonsense"), "invalid_dpop_proof")
    refused(await ehr.fetch(proof=""), "invalid_dpop_proof", "missing")


async def test_a_proof_counts_once(http: httpx.AsyncClient, ehr: SystemClient) -> None:
    proof = ehr.proof()

    await verified(http, await ehr.fetch(proof=proof))
    refused(await ehr.fetch(proof=proof), "invalid_dpop_proof", "jti has been used")


async def test_what_is_asked_for_must_be_the_clients(http: httpx.AsyncClient, ehr: SystemClient) -> None:
    refused(await ehr.fetch(scope="nhn:verktoyformidler/prescribe"), "invalid_scope")
    refused(await ehr.fetch(scope=f"{CHECK_ACTIVE} nhn:verktoykatalog/supplier"), "invalid_scope")

    assert (await verified(http, await ehr.fetch(scope=None)))["scope"] == [CHECK_ACTIVE]


async def test_scopes_of_two_audiences_are_not_mixed(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/clients")).json()["items"]
    client = await SystemClient.of(http, next(it["clientId"] for it in listed if it["kind"] == "supplier"))

    refused(await client.fetch(scope=None), "invalid_scope", "one audience")


async def test_other_grants_are_not_offered(ehr: SystemClient) -> None:
    refused(await ehr.fetch(grant_type="password"), "unsupported_grant_type")
    refused(await ehr.fetch(grant_type="authorization_code", code="made-up"), "invalid_grant")
    refused(await ehr.fetch(client_assertion_type="secret"), "invalid_client")
    refused(await ehr.fetch(client_id="staff-tool"), "invalid_client", "client_id")
    refused(await ehr.http.post("/connect/token", json={"grant_type": "client_credentials"}), "invalid_request")


async def test_metadata_says_what_the_endpoint_does(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    metadata = (await http.get("/.well-known/openid-configuration")).json()
    citizen = (await http.get("/citizen/.well-known/openid-configuration")).json()
    keys = (await http.get("/jwks")).json()["keys"]

    assert metadata["issuer"] == sandbox.settings.issuer
    assert metadata["token_endpoint"] == sandbox.settings.issuer + "/connect/token"
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert metadata["grant_types_supported"] == ["client_credentials", "authorization_code", "refresh_token"]
    assert {"RS256", "PS512", "ES384"} <= set(metadata["dpop_signing_alg_values_supported"])
    assert citizen["issuer"] == sandbox.settings.citizen_issuer
    assert keys == (await http.get("/.well-known/openid-configuration/jwks")).json()["keys"]
    assert keys != (await http.get(citizen["jwks_uri"])).json()["keys"]
    assert all({"d", "p", "q"}.isdisjoint(key) for key in keys)
