"""`POST /test-token` says what is wrong with what it is asked for, and makes nobody real."""

import json
from typing import Any

import httpx
import pytest

from shared.errors import DomainError
from shared.nationalid import NationalId

URL = "http://127.0.0.1:8102/v1/prescriptions"
SCOPE = "nhn:verktoyformidler/prescribe"
WITH_PROOF = {"scope": SCOPE, "createDPoPTokenWithDPoPProof": True, "htu": URL, "htm": "POST"}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"scope": SCOPE, "signJwtWithInvalidSigninKey": True}, "signJwtWithInvalidSigninKey: There is no parameter"),
        ({"scope": SCOPE, "createDPoPTokenWithDPoPProof": True, "htm": "GET"}, "htu: the proof needs the address"),
        ({"scope": SCOPE, "createDPoPTokenWithDPoPProof": True, "htu": URL}, "htm: the proof needs the method"),
        ({"scope": SCOPE, "htu": URL, "htm": "GET"}, "createDPoPTokenWithDPoPProof: set it to true"),
        ({"scope": SCOPE, "invalidDPoPProofParameters": "SetNothing"}, "invalid"),
        ({"scope": SCOPE, "invalidDPoPProofParameters": 14}, "invalid"),
        ({}, "audience: name it"),
        ({"scope": f"{SCOPE} nhn:varsling/send"}, "audience: name it"),
        ({"scope": "nhn:drift/operate"}, "audience: name it"),
        ({"scope": SCOPE, "jkt": "short"}, "jkt"),
        ({**WITH_PROOF, "jkt": "a" * 43}, "jkt: with a key of your own"),
        ({"kind": "citizen"}, "userClaimsParameters/pid"),
        ({"kind": "citizen", "userClaimsParameters": {"pid": "17858401267"}, "jkt": "a" * 43}, "kind: a citizen"),
        ({"scope": SCOPE, "expirationParameters": {"expirationTimeInSeconds": 10**12}}, "less than or equal"),
        ({**WITH_PROOF, "dPoPProofParameters": {"privateKeyForProofCreation": "{}"}}, "not a JWK"),
    ],
)
async def test_bad_parameters_are_explained(http: httpx.AsyncClient, parameters: dict[str, Any], expected: str) -> None:
    response = await http.post("/test-token", json=parameters)

    problem = response.json()
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "bad-parameters"
    assert expected.lower() in problem["detail"].lower()
    assert problem["errors"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"scope": SCOPE, "userClaimsParameters": {"pid": "?"}},
        {"kind": "citizen", "userClaimsParameters": {"pid": "?"}},
        {"kind": "citizen", "userClaimsParameters": {"pid": "17858401267", "represents": "?"}},
    ],
)
async def test_I2_a_number_that_could_be_somebodys_is_refused(
    http: httpx.AsyncClient, parameters: dict[str, Any]
) -> None:
    number = number_of_1902()
    body = json.dumps(parameters).replace("?", number)

    response = await http.post("/test-token", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert "only synthetic numbers" in response.json()["detail"]
    assert number not in response.text


def number_of_1902() -> str:
    """Of the real series, from a day so long ago that nobody can have it; found here so that it is written nowhere."""
    for last in range(100_000):
        try:
            return NationalId.parse(f"010102{last:05}", allow_synthetic=False).reveal()
        except DomainError:
            continue
    raise AssertionError
