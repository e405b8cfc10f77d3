"""Who is let in: every single fault of a token or a proof, at the endpoint that matters most."""

from datetime import date
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate
from devkit.testing.proofs import ProofKey
from devkit.testing.token_faults import FAULTS, Attempt, Fault
from devkit.testing.tokens import BearerAuth, DPoPAuth

URL = "https://prescription.test/v1/prescriptions"
AUDIENCE = "nhn:verktoyformidler"
SCOPE = "nhn:verktoyformidler/prescribe"


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_P1_a_single_fault_is_refused_and_named(
    client: httpx.AsyncClient, publish: Any, odd: str, world: Any, rows: Any, fault: Fault
) -> None:
    body = {"patient": {"nationalId": odd}, "toolId": str(await publish())}
    attempt = Attempt(world.helseid, AUDIENCE, SCOPE, "POST", URL)
    headers = fault.headers(attempt)
    answer = await client.post(URL, json=body, headers=headers)
    if fault.repeated:
        assert answer.status_code == 201
        answer = await client.post(URL, json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (fault.status, fault.code)
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("DPoP ")
    if fault.error:
        assert f'error="{fault.error}"' in challenge
        assert "error_description=" in challenge
    assert len(await rows("prescription")) == (1 if fault.repeated else 0)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384"])
async def test_P1_proofs_of_each_kind_are_taken(
    prescribe: Any, publish: Any, odd: str, world: Any, clock: Any, algorithm: Any
) -> None:
    key = ProofKey(algorithm)
    token = world.helseid.practitioner_token(AUDIENCE, SCOPE, key.thumbprint)
    answer = await prescribe(odd, await publish(), auth=DPoPAuth(token, key, clock=clock))
    assert answer.status_code == 201, answer.text


async def test_a_reader_may_not_prescribe(prescribe: Any, publish: Any, odd: str, practitioner: Any) -> None:
    answer = await prescribe(odd, await publish(), auth=practitioner("nhn:verktoyformidler/read"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


async def test_a_citizen_has_no_business_at_the_prescribers_door(
    prescribe: Any, publish: Any, odd: str, citizen: Any
) -> None:
    answer = await prescribe(odd, await publish(), auth=citizen(odd))
    assert (answer.status_code, answer.json()["code"]) == (401, "scheme-not-accepted")


async def test_a_prescriber_has_no_business_in_a_citizens_log(client: httpx.AsyncClient, practitioner: Any) -> None:
    answer = await client.get("/v1/me/access-log", auth=practitioner())
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_a_token_of_another_service_is_refused(client: httpx.AsyncClient, world: Any) -> None:
    token = world.helsenorge.citizen_token("nhn:helsetilbud", pid=generate(date(1990, 1, 1), 0))
    answer = await client.get("/v1/me/access-log", auth=BearerAuth(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
