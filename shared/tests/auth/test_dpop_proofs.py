"""DPoP proofs: every algorithm of HelseID's profile, the address as callers may write it, and time."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.proofs import ProofFault
from devkit.testing.token_faults import PROOF_FAULTS, Attempt, Fault
from devkit.testing.tokens import Issuer, ProofKey
from shared.auth import Authenticator, dpop
from shared.auth.htu import is_same

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
RSA_ONES = [fault for fault in PROOF_FAULTS if fault.name in ("invalid signature", "private key in jwk", "wrong htm")]


@pytest.fixture
def attempt_with(helseid: Issuer, attempt: Attempt) -> Callable[[ProofKey], Attempt]:
    def make(key: ProofKey) -> Attempt:
        return Attempt(helseid, attempt.audience, attempt.scope, attempt.method, attempt.url, key)

    return make


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_P1_every_algorithm_of_the_profile_is_taken(
    algorithm: str, client: httpx.AsyncClient, attempt_with: Callable[[ProofKey], Attempt]
) -> None:
    attempt = attempt_with(ProofKey(algorithm))

    answers = [await client.post(attempt.url, headers=attempt.headers()) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("fault", RSA_ONES, ids=str)
@pytest.mark.parametrize("algorithm", ["PS256", "RS512", "ES512"])
async def test_P1_a_fault_is_a_fault_in_other_algorithms_too(
    algorithm: str, fault: Fault, client: httpx.AsyncClient, attempt_with: Callable[[ProofKey], Attempt]
) -> None:
    attempt = attempt_with(ProofKey(algorithm))

    response = await client.post(attempt.url, headers=fault.headers(attempt))

    assert (response.status_code, response.json()["reason"]) == (401, fault.reason)


@pytest.mark.parametrize("algorithm", ["PS256", "RS384", "PS512"])
async def test_a_key_that_has_been_used_with_one_algorithm_signs_with_no_other_by_mistake(
    algorithm: str, client: httpx.AsyncClient, attempt_with: Callable[[ProofKey], Attempt]
) -> None:
    attempt = attempt_with(ProofKey("RS256"))
    assert (await client.post(attempt.url, headers=attempt.headers())).status_code == 200
    token = attempt.token()

    response = await client.post(
        attempt.url, headers=attempt.headers(token, attempt.proof(token, header={"alg": algorithm}))
    )

    assert (response.status_code, response.json()["reason"]) == (401, "signature")


async def test_a_jwk_that_says_another_algorithm_is_refused(client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token()
    proof = attempt.proof(token, header={"jwk": {**attempt.key.public_jwk, "alg": "ES384"}})

    response = await client.post(attempt.url, headers=attempt.headers(token, proof))

    assert (response.status_code, response.json()["reason"]) == (401, "jwk")


async def test_a_jwk_may_carry_more_than_the_key(client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token()
    jwk = {**attempt.key.public_jwk, "alg": "ES256", "use": "sig", "kid": "mine"}

    response = await client.post(attempt.url, headers=attempt.headers(token, attempt.proof(token, header={"jwk": jwk})))

    assert response.status_code == 200


@pytest.mark.parametrize("member", ["x", "y"])
async def test_a_point_that_is_not_on_the_curve_is_refused(
    member: str, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    other = ProofKey()
    key = attempt.key
    key.public_jwk = {**key.public_jwk, member: other.public_jwk[member]}
    key.thumbprint = _thumbprint(key.public_jwk)

    response = await client.post(attempt.url, headers=attempt.headers())

    assert (response.status_code, response.json()["reason"]) == (401, "jwk")


@pytest.mark.filterwarnings("ignore:Key size")
async def test_an_rsa_key_of_1024_bits_is_refused(
    client: httpx.AsyncClient, attempt_with: Callable[[ProofKey], Attempt]
) -> None:
    key = ProofKey("RS256")
    key.public_jwk = {**key.public_jwk, "n": key.public_jwk["n"][:170] + "w"}
    key.thumbprint = _thumbprint(key.public_jwk)
    attempt = attempt_with(key)

    response = await client.post(attempt.url, headers=attempt.headers())

    assert (response.status_code, response.json()["reason"]) == (401, "jwk")


@pytest.mark.parametrize(("seconds", "status"), [(-15, 200), (-16, 401), (5, 200), (6, 401)])
async def test_a_proof_lives_ten_seconds_and_clocks_may_differ_by_five(
    seconds: int, status: int, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = attempt.token()
    at = attempt.issuer.clock().timestamp() + seconds

    response = await client.post(attempt.url, headers=attempt.headers(token, attempt.proof(token, claims={"iat": at})))

    assert response.status_code == status


async def test_the_query_of_the_request_is_no_part_of_htu(client: httpx.AsyncClient, attempt: Attempt) -> None:
    response = await client.post(f"{attempt.url}?expand=tool&q=%C3%B8", headers=attempt.headers())

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/submissions/a%20b", "/submissions/%C3%B8re", "/submissions/~a-b_c.d"])
async def test_htu_is_compared_with_the_path_as_it_was_sent(
    path: str, client: httpx.AsyncClient, signed_in: Callable[..., Any]
) -> None:
    response = await client.get(path, auth=signed_in("machine_token"))

    assert response.status_code == 200


async def test_behind_a_gateway_htu_is_what_callers_address(
    app: FastAPI,
    client: httpx.AsyncClient,
    make_authenticator: Callable[..., Authenticator],
    attempt: Attempt,
    signed_in: Callable[..., Any],
) -> None:
    app.state.auth = make_authenticator(public_url="https://gateway.example/verktoy/")
    token = attempt.token()
    outside = attempt.proof(token, claims={"htu": "https://gateway.example/verktoy/prescriptions"})

    right = await client.post(attempt.url, headers=attempt.headers(token, outside))
    wrong = await client.post(attempt.url, headers=attempt.headers())

    assert (right.status_code, wrong.json()["reason"]) == (200, "htu")


@pytest.mark.parametrize(
    "htu",
    [
        "https://api.example/v1/a",
        "HTTPS://API.example/v1/a",
        "https://api.example:443/v1/a",
        "https://api.example/v1/%61",
    ],
)
def test_rfc3986_addresses_that_differ_in_writing_only_are_the_same(htu: str) -> None:
    assert is_same(htu, "https://api.example/v1/a")


@pytest.mark.parametrize(
    "htu",
    [
        "http://api.example/v1/a",
        "https://api.example:8443/v1/a",
        "https://api.example/v1/a/",
        "https://api.example/v1/A",
        "https://api.example/v1/a?",
        "https://api.example/v1/a#",
        "https://api.example/v1%2Fa",
        "https://user@api.example/v1/a",
        "https://api.example.evil/v1/a",
        "https://api.example:99999/v1/a",
        "https://[::1/v1/a",
        "/v1/a",
        "",
    ],
)
def test_rfc3986_other_addresses_are_not(htu: str) -> None:
    assert not is_same(htu, "https://api.example/v1/a")


def test_rfc3986_escapes_differ_in_case_only_and_an_empty_path_is_the_root() -> None:
    assert is_same("https://api.example/a%2fb", "https://api.example/a%2Fb")
    assert is_same("https://api.example", "https://api.example/")


async def test_only_so_many_keys_are_kept(
    app: FastAPI,
    client: httpx.AsyncClient,
    attempt_with: Callable[[ProofKey], Attempt],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dpop, "KEPT_KEYS", 2)
    for _ in range(4):
        attempt = attempt_with(ProofKey())
        assert (await client.post(attempt.url, headers=attempt.headers())).status_code == 200

    assert len(app.state.auth._proofs._keys) == 2


async def test_a_key_that_no_token_is_bound_to_is_not_kept(
    app: FastAPI, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = attempt.token()
    proof = ProofKey().proof("POST", attempt.url, token, now=attempt.issuer.clock())

    await client.post(attempt.url, headers=attempt.headers(token, proof))

    assert len(app.state.auth._proofs._keys) == 0


async def test_a_kept_key_does_not_stand_in_for_another_one_that_a_proof_shows(
    client: httpx.AsyncClient, attempt: Attempt
) -> None:
    token = attempt.token()
    assert (await client.post(attempt.url, headers=attempt.headers(token))).status_code == 200
    proof = attempt.proof(token, header={"jwk": ProofKey().public_jwk})

    response = await client.post(attempt.url, headers=attempt.headers(token, proof))

    assert (response.status_code, response.json()["reason"]) == (401, "thumbprint")


async def test_a_proof_longer_than_8_kB_is_not_even_read(client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token()

    response = await client.post(
        attempt.url, headers=attempt.headers(token, attempt.proof(token, claims={"filler": "x" * 9000}))
    )

    assert (response.status_code, response.json()["reason"]) == (401, "malformed")


async def test_a_proof_that_was_refused_has_not_been_used(client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token()
    jti = {"jti": attempt.jti}
    forged = attempt.proof(token, claims=jti, fault=ProofFault.WRONG_SIGNATURE)

    await client.post(attempt.url, headers=attempt.headers(token, forged))
    response = await client.post(attempt.url, headers=attempt.headers(token, attempt.proof(token, claims=jti)))

    assert response.status_code == 200


def _thumbprint(jwk: dict[str, str]) -> str:
    from joserfc.jwk import thumbprint

    return thumbprint(jwk)
