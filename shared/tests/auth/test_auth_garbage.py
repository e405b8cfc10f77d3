"""Whatever a stranger sends, the answer is a refusal: 401 or 403, never 500, and nothing that raises."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from devkit.testing.proofs import b64
from devkit.testing.token_faults import Attempt
from devkit.testing.tokens import Issuer

# fixtures are shared by the examples of one test: each example is one request, and refusals leave nothing behind
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
HEADER_NAMES = st.sampled_from(["alg", "typ", "kid", "jwk", "crit", "b64", "x5c", "jku", "cty"])
CLAIM_NAMES = st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "scope", "cnf", "client_id", "name"])
PROOF_CLAIM_NAMES = st.sampled_from(["htm", "htu", "ath", "jti", "iat", "nonce"])
JWK_NAMES = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "kid"])
HELSEID_CLAIMS = st.sampled_from(
    [
        "helseid://claims/identity/pid",
        "helseid://claims/identity/security_level",
        "helseid://claims/hpr/hpr_number",
        "helseid://claims/client/claims/orgnr_parent",
    ]
)


async def send(client: httpx.AsyncClient, attempt: Attempt, headers: list[tuple[Any, Any]]) -> httpx.Response:
    response = await client.post(attempt.url, headers=headers)
    if response.status_code != 200:
        assert response.status_code in (401, 403), response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["www-authenticate"].isascii()
    return response


@FUZZ
@given(authorization=st.binary(max_size=200), proof=st.binary(max_size=200))
@example(authorization=b"DPoP \x00.\xff.\x00", proof=b"\x00")
@example(authorization=b"DPoP " + b"." * 16_000, proof=b"." * 8_000)
@example(authorization=b"DPoP", proof=b"")
async def test_any_bytes_as_headers(
    authorization: bytes, proof: bytes, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    prefixed = b"DPoP " + authorization

    for given_authorization in (authorization, prefixed):
        response = await send(client, attempt, [(b"authorization", given_authorization), (b"dpop", proof)])
        assert response.status_code == 401


@FUZZ
@given(header=st.dictionaries(HEADER_NAMES, JSON), claims=JSON)
async def test_any_json_as_an_unsigned_token(
    header: dict[str, Any], claims: Any, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = ".".join(b64(json.dumps(part).encode()) for part in (header, claims, "signature"))

    assert (await send(client, attempt, attempt.headers(token))).status_code == 401


@FUZZ
@given(claims=st.dictionaries(CLAIM_NAMES | HELSEID_CLAIMS, JSON, min_size=1))
@example(claims={"exp": 10**400})
@example(claims={"exp": float("inf"), "nbf": float("-inf")})
@example(claims={"aud": [["nhn:verktoyformidler"]]})
@example(claims={"scope": ["nhn:verktoyformidler/prescribe", 7]})
@example(claims={"name": "\ud800"})
@example(claims={"client_id": "a\x00b"})
async def test_any_claims_in_a_signed_token(
    claims: dict[str, Any], client: httpx.AsyncClient, attempt: Attempt
) -> None:
    await send(client, attempt, attempt.headers(attempt.token(claims=claims)))


@FUZZ
@given(header=st.dictionaries(HEADER_NAMES, JSON, min_size=1), claims=st.dictionaries(PROOF_CLAIM_NAMES, JSON))
@example(header={}, claims={"iat": 10**400})
@example(header={}, claims={"jti": "\ud800"})
@example(header={}, claims={"htu": "https://[", "htm": "POST"})
@example(header={"typ": {"a": []}, "alg": ["ES256"]}, claims={})
async def test_any_header_and_claims_in_a_signed_proof(
    header: dict[str, Any], claims: dict[str, Any], client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = attempt.token()
    await send(client, attempt, attempt.headers(token, attempt.proof(token, header=header, claims=claims)))


@FUZZ
@given(changes=st.dictionaries(JWK_NAMES, JSON | st.text(alphabet="AQABx-_=+", max_size=60), min_size=1))
@example(changes={"x": "="})
@example(changes={"kty": "RSA", "n": "A" * 400, "e": "AQAB"})
@example(changes={"crv": "P-521"})
@example(changes={"crv": "secp256k1"})
async def test_any_members_in_the_key_of_a_proof(
    changes: dict[str, Any], client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = attempt.token()
    jwk = {**attempt.key.public_jwk, **changes}
    await send(client, attempt, attempt.headers(token, attempt.proof(token, header={"jwk": jwk})))


DEEP = b'{"a":' * 1_000 + b"1" + b"}" * 1_000
TOO_DEEP = b"[" * 9_000
LONG_NUMBER = b'{"exp":' + b"9" * 9_000 + b"}"
DUPLICATES = b'{"alg":"RS256","alg":"none"}'
PAYLOADS = [b"", b"null", b"7", b'"text"', b"[]", b"{", b"\xff\xfe{}", DEEP, TOO_DEEP, LONG_NUMBER, DUPLICATES, b"NaN"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
async def test_any_bytes_as_a_signed_payload(
    payload: bytes, helseid: Issuer, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    header = {"alg": "RS256", "kid": helseid.key_id, "typ": "at+jwt"}
    signing_input = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    token = f"{signing_input}.{b64(helseid.key.sign(signing_input.encode()))}"

    assert (await send(client, attempt, attempt.headers(token))).status_code == 401


@pytest.mark.parametrize("header", PAYLOADS, ids=range(len(PAYLOADS)))
async def test_any_bytes_as_a_header(header: bytes, client: httpx.AsyncClient, attempt: Attempt) -> None:
    junk = f"{b64(header[:5000])}.e30.e30"

    assert (await send(client, attempt, attempt.headers(junk))).status_code == 401
    assert (await send(client, attempt, attempt.headers(proof=junk))).status_code == 401


@pytest.mark.parametrize("change", ["padding", "alphabet", "newline", "fourth part"])
async def test_only_one_writing_of_a_token_is_taken(change: str, client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token()
    written = {
        "padding": token + "=",
        "alphabet": token.replace("-", "+").replace("_", "/"),
        "newline": token[:50] + "\t" + token[50:],
        "fourth part": token + ".",
    }[change]
    assert written != token

    assert (await send(client, attempt, attempt.headers(written))).status_code == 401


@pytest.mark.parametrize("host", [b"", b"\xff", b"api.example\x00", b"[", b"api.example:99999"])
async def test_any_host_header(host: bytes, client: httpx.AsyncClient, attempt: Attempt) -> None:
    response = await send(client, attempt, [*attempt.headers(), (b"host", host)])

    assert (response.status_code, response.json()["reason"]) == (401, "htu")
