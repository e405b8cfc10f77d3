"""P1: every single fault of a token or a proof is refused, with its code and a challenge that says why."""

import httpx
import pytest

from devkit.testing.token_faults import FAULTS, Attempt, Fault

pytestmark = pytest.mark.rule("P1")


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_P1_each_fault_is_refused_with_its_code_and_reason(
    fault: Fault, attempt: Attempt, client: httpx.AsyncClient
) -> None:
    if fault.repeated:
        assert (await client.post(attempt.url, headers=fault.headers(attempt))).status_code == 200

    response = await client.post(attempt.url, headers=fault.headers(attempt))

    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, problem["code"], problem.get("reason")) == (fault.status, fault.code, fault.reason)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_P1_each_refusal_carries_a_challenge_that_says_why(
    fault: Fault, attempt: Attempt, client: httpx.AsyncClient
) -> None:
    if fault.repeated:
        await client.post(attempt.url, headers=fault.headers(attempt))

    response = await client.post(attempt.url, headers=fault.headers(attempt), params={"lang": "en"})

    challenge = response.headers["www-authenticate"]
    in_english = await client.post(attempt.url, headers=[*fault.headers(attempt), ("Accept-Language", "en")])
    assert challenge.startswith("DPoP ")
    assert 'algs="RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512"' in challenge
    if fault.error is None:
        assert "error" not in challenge
    else:
        assert f'error="{fault.error}"' in challenge
        assert f'error_description="{in_english.json()["detail"]}"' in challenge


async def test_P1_a_challenge_for_a_missing_scope_names_the_scope(attempt: Attempt, client: httpx.AsyncClient) -> None:
    response = await client.post(attempt.url, headers=attempt.headers(attempt.token(claims={"scope": ["nhn:x/y"]})))

    assert f'scope="{attempt.scope}"' in response.headers["www-authenticate"]
    assert response.json()["requiredScopes"] == [attempt.scope]


async def test_P1_without_a_fault_the_same_request_is_let_in(attempt: Attempt, client: httpx.AsyncClient) -> None:
    response = await client.post(attempt.url, headers=attempt.headers())

    assert (response.status_code, response.json()["hpr_number"]) == (200, "9144889")


async def test_I1_no_refusal_echoes_what_was_sent(attempt: Attempt, client: httpx.AsyncClient) -> None:
    for fault in FAULTS:
        sent = fault.headers(attempt)
        response = await client.post(attempt.url, headers=sent)
        token = dict(sent).get("Authorization", "none none").split(" ")[1]
        answered = response.text + str(response.headers)
        assert token not in answered
        assert attempt.key.thumbprint not in answered
