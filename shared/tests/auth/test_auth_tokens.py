"""Access tokens over time: leeway, types, and what is kept of a verified one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.token_faults import Attempt
from devkit.testing.tokens import DPoPAuth, Issuer, SigningKey
from shared.auth import tokens

SignIn = Callable[..., DPoPAuth]


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "JWT", "jwt", "application/at+jwt"])
async def test_both_types_of_access_tokens_are_taken_in_any_case(
    typ: str, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    response = await client.post(attempt.url, headers=attempt.headers(attempt.token(typ=typ)))

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("claim", "seconds", "status"),
    [("exp", -4, 200), ("exp", -5, 401), ("nbf", 5, 200), ("nbf", 6, 401), ("iat", 5, 200), ("iat", 6, 401)],
)
async def test_clocks_may_differ_by_five_seconds(
    claim: str, seconds: int, status: int, client: httpx.AsyncClient, attempt: Attempt
) -> None:
    at = attempt.issuer.clock().timestamp() + seconds
    response = await client.post(attempt.url, headers=attempt.headers(attempt.token(claims={claim: at})))

    assert response.status_code == status


async def test_nbf_and_iat_may_be_absent(client: httpx.AsyncClient, attempt: Attempt) -> None:
    token = attempt.token(claims={"nbf": None, "iat": None})

    assert (await client.post(attempt.url, headers=attempt.headers(token))).status_code == 200


async def test_a_kept_token_still_expires(client: httpx.AsyncClient, signed_in: SignIn, clock: Any) -> None:
    auth = signed_in()
    assert (await client.post("/prescriptions", auth=auth)).status_code == 200

    clock.advance(seconds=605)
    response = await client.post("/prescriptions", auth=auth)

    assert (response.status_code, response.json()["code"]) == (401, "token-expired")


async def test_a_token_is_verified_once_for_many_requests(
    app: FastAPI, client: httpx.AsyncClient, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = signed_in()
    await client.post("/prescriptions", auth=auth)
    monkeypatch.setattr(app.state.auth._helseid, "_verified_claims", None)

    assert (await client.post("/prescriptions", auth=auth)).status_code == 200


async def test_a_kept_token_is_verified_anew_when_the_issuer_has_changed_its_keys(
    app: FastAPI, client: httpx.AsyncClient, signed_in: SignIn, helseid: Issuer, clock: Any, attempt: Attempt
) -> None:
    auth, old = signed_in(), (helseid.key, helseid.key_id)
    assert (await client.post("/prescriptions", auth=auth)).status_code == 200
    try:
        helseid.key, helseid.key_id = SigningKey("RS256"), "next"
        clock.advance(seconds=61)
        assert (await client.post(attempt.url, headers=attempt.headers())).status_code == 200

        response = await client.post("/prescriptions", auth=auth)
    finally:
        helseid.key, helseid.key_id = old

    assert (response.status_code, response.json()["reason"]) == (401, "key")


async def test_only_so_many_tokens_are_kept(
    app: FastAPI, client: httpx.AsyncClient, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "KEPT_TOKENS", 2)
    for _ in range(4):
        assert (await client.post("/prescriptions", auth=signed_in())).status_code == 200

    assert len(app.state.auth._helseid._kept) == 2


async def test_a_refused_token_is_not_kept(app: FastAPI, client: httpx.AsyncClient, signed_in: SignIn) -> None:
    await client.post("/prescriptions", auth=signed_in(claims={"aud": "nhn:another"}))

    assert len(app.state.auth._helseid._kept) == 0


async def test_a_token_longer_than_16_kB_is_not_even_read(
    client: httpx.AsyncClient, signed_in: SignIn, app: FastAPI
) -> None:
    response = await client.post("/prescriptions", auth=signed_in(claims={"filler": "x" * 20_000}))

    assert (response.status_code, response.json()["reason"]) == (401, "malformed")


async def test_two_authorization_headers_are_refused(client: httpx.AsyncClient, attempt: Attempt) -> None:
    headers = attempt.headers()

    response = await client.post(attempt.url, headers=[*headers, headers[0]])

    assert (response.status_code, response.json()["reason"]) == (401, "malformed")


@pytest.mark.parametrize("scheme", ["dpop", "DPOP"])
async def test_the_scheme_is_taken_in_any_case(scheme: str, client: httpx.AsyncClient, attempt: Attempt) -> None:
    authorization, proof = attempt.headers()

    response = await client.post(
        attempt.url, headers=[("Authorization", authorization[1].replace("DPoP", scheme)), proof]
    )

    assert response.status_code == 200
