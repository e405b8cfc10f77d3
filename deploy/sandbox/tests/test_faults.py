"""Faults show as ordered, for as long as ordered, to as many as ordered."""

import time

import httpx
import pytest
from joserfc import jwk, jwt

from sandbox.faults import Faults, Mode, Target

CALLS = {
    "hpr": ("GET", "/hpr/practitioners/990000101", None),
    "person-register": ("POST", "/person-register/persons/lookup", {"nationalIds": ["17858401267"]}),
    "organisation-register": ("GET", "/organisation-register/enheter/299900177", None),
    "gp-register": ("GET", "/gp-register/offices/9900101", None),
    "sms": ("POST", "/sms/messages", {"to": "+4749990001", "text": "Hei"}),
    "issuer": ("GET", "/jwks", None),
}
HEADERS = {"Authorization": "Bearer sandbox-sms-key", "Idempotency-Key": "k"}


async def call(http: httpx.AsyncClient, target: str) -> httpx.Response:
    method, path, body = CALLS[target]
    return await http.request(method, path, json=body, headers=HEADERS)


@pytest.mark.parametrize("target", CALLS)
@pytest.mark.parametrize(("mode", "status"), [("away", 503), ("error", 500)])
async def test_away_and_error_hit_their_target_alone(
    http: httpx.AsyncClient, target: str, mode: str, status: int
) -> None:
    ordered = await http.post("/faults", json={"target": target, "mode": mode, "seconds": 60})

    assert ordered.status_code == 201
    for other in CALLS:
        response = await call(http, other)
        assert (response.status_code == status) is (other == target)

    await http.delete("/faults")
    assert (await call(http, target)).is_success


@pytest.mark.parametrize("target", ["hpr", "person-register", "organisation-register", "gp-register", "sms"])
async def test_wrong_is_an_answer_outside_the_contract(http: httpx.AsyncClient, target: str) -> None:
    await http.post("/faults", json={"target": target, "mode": "wrong"})

    response = await call(http, target)

    assert (response.status_code, response.json()) == (200, {"unexpected": True})


async def test_slow_waits_first(http: httpx.AsyncClient) -> None:
    await http.post("/faults", json={"target": "hpr", "mode": "slow", "delayMs": 300})

    started = time.perf_counter()
    response = await call(http, "hpr")

    assert response.status_code == 200
    assert time.perf_counter() - started >= 0.3


async def test_faults_are_listed_while_they_last(http: httpx.AsyncClient) -> None:
    await http.post("/faults", json={"target": "hpr", "mode": "slow", "seconds": 60, "probability": 0.5})

    [listed] = (await http.get("/faults")).json()["items"]

    assert (listed["target"], listed["mode"], listed["probability"]) == ("hpr", "slow", 0.5)
    assert 0 < listed["secondsLeft"] <= 60


def test_a_fault_ends_by_itself() -> None:
    now = [100.0]
    faults = Faults(clock=lambda: now[0])
    faults.start(Target.HPR, Mode.AWAY, 30, 3000, 1.0)

    now[0] = 129.9
    assert faults.strikes(Target.HPR, Mode.AWAY)
    now[0] = 130.0
    assert faults.strikes(Target.HPR, Mode.AWAY) is None
    assert faults.active() == []


def test_a_probability_spares_some() -> None:
    faults = Faults()
    faults.start(Target.HPR, Mode.AWAY, 30, 3000, 0.5)

    struck = sum(faults.strikes(Target.HPR, Mode.AWAY) is not None for _ in range(1000))

    assert 350 < struck < 650


async def test_only_the_issuer_can_ask_for_nonces(http: httpx.AsyncClient) -> None:
    response = await http.post("/faults", json={"target": "hpr", "mode": "nonce"})

    assert response.status_code == 422
    assert response.json()["code"] == "fault-not-possible"


async def test_test_tokens_are_made_also_while_the_issuer_is_away(http: httpx.AsyncClient) -> None:
    keys = jwk.KeySet.import_key_set((await http.get("/jwks")).json())
    await http.post("/faults", json={"target": "issuer", "mode": "away"})

    answer = (await http.post("/test-token", json={"audience": "nhn:varsling"})).json()

    assert jwt.decode(answer["access_token"], keys, algorithms=["RS256"]).claims["aud"] == "nhn:varsling"


@pytest.mark.parametrize(
    "order",
    [
        {"target": "hpr"},
        {"target": "everything", "mode": "away"},
        {"target": "hpr", "mode": "away", "seconds": 0},
        {"target": "hpr", "mode": "away", "probability": 2},
        {"target": "hpr", "mode": "away", "second": 3},
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(http: httpx.AsyncClient, order: dict[str, object]) -> None:
    response = await http.post("/faults", json=order)

    assert response.status_code == 422
    assert (await http.get("/faults")).json() == {"items": []}
