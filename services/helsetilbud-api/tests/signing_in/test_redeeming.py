"""A code becomes tokens once; the access token is for who holds its key (RFC 6749, 7636 and 9449; M3)."""

import asyncio
from typing import Any

import pytest

from devkit.testing.proofs import ProofFault, ProofKey

URL = "https://helsetilbud.test"


@pytest.mark.rule("M3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 64}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example/else"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
    ],
)
async def test_M3_a_wrong_attempt_uses_the_code(
    sovntrappa: Any, launch: str, changes: dict[str, Any], error: str
) -> None:
    code = await sovntrappa.code(launch)
    refused = await sovntrappa.redeem(code, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert (await sovntrappa.redeem(code)).json()["error"] == "invalid_grant"


@pytest.mark.rule("M3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": None}, "invalid_request"),
        ({"code": "x" * 43}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
    ],
)
async def test_M3_what_is_no_attempt_does_not_use_the_code(
    sovntrappa: Any, launch: str, changes: dict[str, Any], error: str
) -> None:
    code = await sovntrappa.code(launch)
    refused = await sovntrappa.redeem(code, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert "client_credentials" not in refused.text
    assert (await sovntrappa.redeem(code)).status_code == 200


@pytest.mark.rule("M3")
async def test_M3_a_code_is_good_for_a_minute(sovntrappa: Any, launch: str, clock: Any) -> None:
    code = await sovntrappa.code(launch)
    clock.go(seconds=60)
    assert (await sovntrappa.redeem(code)).json()["error"] == "invalid_grant"


@pytest.mark.rule("M3")
async def test_M3_a_code_is_good_until_a_minute_has_gone(sovntrappa: Any, launch: str, clock: Any) -> None:
    code = await sovntrappa.code(launch)
    clock.go(seconds=59)
    assert (await sovntrappa.redeem(code)).status_code == 200


@pytest.mark.rule("M3")
async def test_M3_another_client_gets_nothing_and_takes_nothing(sovntrappa: Any, oidc: Any, launch: str) -> None:
    code, other = await sovntrappa.code(launch), oidc("elsewhere")
    refused = await other.redeem(code, code_verifier=sovntrappa.verifier, redirect_uri=sovntrappa.redirect_uri)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    answer = await sovntrappa.redeem(code)
    assert answer.status_code == 200
    await other.redeem(code)
    assert (await sovntrappa.userinfo(answer.json()["access_token"])).status_code == 200, "only its own takes it back"


@pytest.mark.rule("M3")
async def test_M3_a_code_used_twice_takes_back_the_token(sovntrappa: Any, launch: str) -> None:
    code = await sovntrappa.code(launch)
    token = (await sovntrappa.redeem(code)).json()["access_token"]
    assert (await sovntrappa.userinfo(token)).status_code == 200
    refused = await sovntrappa.redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    taken = await sovntrappa.userinfo(token)
    assert (taken.status_code, taken.json()["code"]) == (401, "token-invalid")


@pytest.mark.rule("M3")
async def test_M3_of_redemptions_at_once_one_is_answered_and_taken_back(sovntrappa: Any, launch: str) -> None:
    code = await sovntrappa.code(launch)
    answers = await asyncio.gather(*(sovntrappa.redeem(code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]
    [token] = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    assert (await sovntrappa.userinfo(token)).status_code == 401


@pytest.mark.rule("M3", "K4", "S6")
@pytest.mark.parametrize("meanwhile", ["stopped", "hidden", "late"])
async def test_K4_S6_a_token_tells_nothing_of_what_may_not_be_started(
    kari: Any, others: Any, sovntrappa: Any, launch: str, tool: Any, clock: Any, meanwhile: str
) -> None:
    token = (await sovntrappa.redeem(await sovntrappa.code(launch))).json()["access_token"]
    if meanwhile == "late":
        clock.go(seconds=299)
        assert (await sovntrappa.userinfo(token)).status_code == 200
        clock.go(seconds=1)
    else:
        await others.tell(others.stopped(tool, 3) if meanwhile == "stopped" else others.level(kari, "basis", 1))
    refused = await sovntrappa.userinfo(token)
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")
    assert refused.headers["www-authenticate"].startswith("Bearer error=")


@pytest.mark.rule("M3")
async def test_M3_a_bound_token_needs_its_proof(sovntrappa: Any, launch: str) -> None:
    answer = await sovntrappa.redeem(await sovntrappa.code(launch, dpop=True), dpop=True)
    token = answer.json()["access_token"]
    assert answer.json()["token_type"] == "DPoP"
    as_bearer = await sovntrappa.userinfo(token)
    assert (as_bearer.status_code, as_bearer.json()["code"]) == (401, "scheme-not-accepted")
    without = await sovntrappa.userinfo(token, "DPoP")
    assert (without.status_code, without.json()["code"]) == (401, "proof-missing")
    for wrong, code in (
        (sovntrappa.proof("POST", "/oidc/userinfo", token), "proof-invalid"),
        (sovntrappa.proof("GET", "/oidc/userinfo"), "proof-invalid"),
        (ProofKey().proof("GET", f"{URL}/oidc/userinfo", token, now=sovntrappa.clock.now), "proof-invalid"),
    ):
        refused = await sovntrappa.userinfo(token, "DPoP", wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, code)
    proof = sovntrappa.proof("GET", "/oidc/userinfo", token)
    assert (await sovntrappa.userinfo(token, "DPoP", proof)).status_code == 200
    assert (await sovntrappa.userinfo(token, "DPoP", proof)).json()["code"] == "proof-replayed"


async def test_proofs_are_for_the_issuers_address_whatever_the_gateway_calls_us(sovntrappa: Any, launch: str) -> None:
    sovntrappa.headers = {"Host": "helsetilbud-api:8000"}
    answer = await sovntrappa.redeem(await sovntrappa.code(launch, dpop=True), dpop=True)
    token = answer.json()["access_token"]
    proof = sovntrappa.proof("GET", "/oidc/userinfo", token)
    assert (await sovntrappa.userinfo(token, "DPoP", proof)).status_code == 200


async def test_userinfo_is_told_to_a_post_too(sovntrappa: Any, launch: str) -> None:
    """OpenID Connect Core, section 5.3."""
    token = (await sovntrappa.redeem(await sovntrappa.code(launch))).json()["access_token"]
    posted = await sovntrappa.http.post("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert (posted.status_code, posted.json()) == (200, (await sovntrappa.userinfo(token)).json())


@pytest.mark.rule("M3")
async def test_M3_a_bearer_token_is_no_bound_one(sovntrappa: Any, launch: str) -> None:
    token = (await sovntrappa.redeem(await sovntrappa.code(launch))).json()["access_token"]
    refused = await sovntrappa.userinfo(token, "DPoP", sovntrappa.proof("GET", "/oidc/userinfo", token))
    assert (refused.status_code, refused.json()["code"]) == (401, "scheme-not-accepted")


@pytest.mark.rule("M3")
@pytest.mark.parametrize("later", ["another key", "no proof"])
async def test_M3_a_code_bound_at_the_push_is_for_that_key(sovntrappa: Any, launch: str, later: str) -> None:
    code = await sovntrappa.code(launch, dpop=True)
    own, sovntrappa.proof_key = sovntrappa.proof_key, ProofKey()
    try:
        refused = await sovntrappa.redeem(code, dpop=later == "another key")
    finally:
        sovntrappa.proof_key = own
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.rule("M3")
async def test_M3_a_key_named_at_the_push_is_the_proven_one(sovntrappa: Any, launch: str) -> None:
    refused = await sovntrappa.push(launch, dpop=True, dpop_jkt="x" * 43)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    named = await sovntrappa.push(launch, dpop_jkt=sovntrappa.proof_key.thumbprint)
    code = sovntrappa.code_of(await sovntrappa.browse(named.json()["request_uri"]))
    assert (await sovntrappa.redeem(code, dpop=True)).json()["token_type"] == "DPoP"


@pytest.mark.parametrize("fault", [ProofFault.WRONG_SIGNATURE, ProofFault.IAT_IN_PAST, ProofFault.NO_JTI])
async def test_a_wrong_proof_is_refused_in_the_words_of_oauth(sovntrappa: Any, launch: str, fault: ProofFault) -> None:
    code = await sovntrappa.code(launch)
    key = ProofKey()
    proof = key.proof("POST", f"{URL}/oidc/token", "", now=sovntrappa.clock.now, fault=fault, claims={"ath": None})
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": sovntrappa.assertion(),
    }
    refused = await sovntrappa.http.post("/oidc/token", data=form, headers={"DPoP": proof})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")
    assert (await sovntrappa.redeem(code)).status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer a b", "Basic eA==", "DPoP x"])
async def test_what_is_no_token_is_refused(client: Any, oidc: Any, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    refused = await client.get("/oidc/userinfo", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].split(" ")[0] in ("Bearer", "DPoP")
