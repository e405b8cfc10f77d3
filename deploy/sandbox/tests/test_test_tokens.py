"""`POST /test-token`: sound tokens are sound, and every fault is there, alone."""

import base64
import hashlib
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from sandbox.context import Sandbox

URL = "http://127.0.0.1:8102/v1/prescriptions"
SCOPE = "nhn:verktoyformidler/prescribe"
WITH_PROOF = {"scope": SCOPE, "createDPoPTokenWithDPoPProof": True, "htu": URL, "htm": "POST"}
PID = "helseid://claims/identity/pid"
LEVEL = "helseid://claims/identity/security_level"
HPR = "helseid://claims/hpr/hpr_number"
PARENT = "helseid://claims/client/claims/orgnr_parent"
CHILD = "helseid://claims/client/claims/orgnr_child"

FAULTS = [
    "DontSetHtuClaimValue",
    "DontSetHtmClaimValue",
    "SetIatValueInThePast",
    "SetIatValueInTheFuture",
    "DontSetAthClaimValue",
    "DontSetAlgHeader",
    "DontSetJwkHeader",
    "DontSetJtiClaim",
    "SetAlgHeaderToASymmetricAlgorithm",
    "SetPrivateKeyInJwkHeader",
    "SetInvalidTypHeaderValue",
    "SetAnInvalidSignature",
    "SetAnInvalidJktValueInToken",
]
# what is wrong with the proof, in the words of `findings`
EXPECTED = {
    "DontSetHtuClaimValue": {"no htu"},
    "DontSetHtmClaimValue": {"no htm"},
    "SetIatValueInThePast": {"iat in the past"},
    "SetIatValueInTheFuture": {"iat in the future"},
    "DontSetAthClaimValue": {"no ath"},
    "DontSetAlgHeader": {"no alg"},
    "DontSetJwkHeader": {"no jwk"},
    "DontSetJtiClaim": {"no jti"},
    "SetAlgHeaderToASymmetricAlgorithm": {"symmetric alg"},
    "SetPrivateKeyInJwkHeader": {"private jwk"},
    "SetInvalidTypHeaderValue": {"typ"},
    "SetAnInvalidSignature": {"signature"},
    "SetAnInvalidJktValueInToken": {"jkt"},
}


async def fetch(http: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    response = await http.post("/test-token", json=parameters)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def parts(compact: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = compact.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


async def keys_of(http: httpx.AsyncClient, issuer_path: str = "") -> jwk.KeySet:
    metadata = (await http.get(f"{issuer_path}/.well-known/openid-configuration")).json()
    return jwk.KeySet.import_key_set((await http.get(metadata["jwks_uri"])).json())


def findings(answer: dict[str, Any]) -> set[str]:
    """Everything that is wrong with a proof, found by an independent reading of RFC 9449, section 4.3."""
    (header, claims), (_, token) = parts(answer["dpop_proof"]), parts(answer["access_token"])
    found = {f"no {name}" for name in ("htu", "htm", "ath", "jti") if name not in claims}
    found |= {f"no {name}" for name in ("alg", "jwk") if name not in header}
    found |= {"typ"} if header.get("typ") != "dpop+jwt" else set()
    found |= {"iat in the past"} if claims["iat"] < time.time() - 30 else set()
    found |= {"iat in the future"} if claims["iat"] > time.time() + 30 else set()
    found |= {"htu differs"} if claims.get("htu", URL) != URL else set()
    found |= {"htm differs"} if claims.get("htm", "POST") != "POST" else set()
    digest = base64.urlsafe_b64encode(hashlib.sha256(answer["access_token"].encode()).digest()).rstrip(b"=").decode()
    found |= {"ath differs"} if claims.get("ath", digest) != digest else set()
    found |= {"private jwk"} if "d" in header.get("jwk", {}) else set()
    found |= {"symmetric alg"} if header.get("alg", "ES256").startswith("HS") else set()
    key = jwk.ECKey.import_key(answer["dpop_key"])
    found |= {"jkt"} if token["cnf"]["jkt"] != key.thumbprint() else set()
    if header.get("alg") == "ES256" and not signed_by(answer["dpop_proof"], key):
        found |= {"signature"}
    return found


def signed_by(compact: str, key: jwk.ECKey) -> bool:
    try:
        jwt.decode(compact, key, algorithms=["ES256"])
    except JoseError:
        return False
    return True


async def test_a_token_with_its_proof_is_sound(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = time.time()
    answer = await fetch(http, **WITH_PROOF, userClaimsParameters={"hprNumber": "990000101"})

    token = jwt.decode(answer["access_token"], await keys_of(http), algorithms=["RS256"])
    practitioner = sandbox.population.practitioners["990000101"]
    workplace = sandbox.population.organisations[practitioner.organisation or ""]
    assert findings(answer) == set()
    assert token.header["typ"] == "at+jwt"
    assert token.claims["iss"] == sandbox.settings.issuer
    assert token.claims["aud"] == "nhn:verktoyformidler"
    assert token.claims["scope"] == [SCOPE]
    assert token.claims["exp"] - token.claims["iat"] == 600 == answer["expires_in"]
    assert before - 1 <= token.claims["nbf"] <= time.time()
    assert token.claims[PID] == practitioner.national_id
    assert token.claims["name"] == practitioner.name
    assert token.claims[LEVEL] == "4"
    assert token.claims[HPR] == "990000101"
    assert (token.claims[PARENT], token.claims[CHILD]) == (workplace.parent, workplace.organisation_number)
    assert token.claims["sub"] != practitioner.national_id


async def test_the_answer_has_the_test_token_services_shape_and_oauths_beside_it(http: httpx.AsyncClient) -> None:
    answer = await fetch(http, **WITH_PROOF)

    assert answer["isError"] is False
    assert answer["successResponse"] == {
        "accessTokenJwt": answer["access_token"],
        "dPoPProof": answer["dpop_proof"],
    }
    assert answer["token_type"] == "DPoP"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", ["top", "nested", "number"])
async def test_each_proof_fault_is_there_alone(http: httpx.AsyncClient, fault: str, place: str) -> None:
    parameters: dict[str, Any] = dict(WITH_PROOF)
    if place == "top":
        parameters["invalidDPoPProofParameters"] = fault
    else:
        value = fault if place == "nested" else FAULTS.index(fault) + 1
        parameters["dPoPProofParameters"] = {"invalidDPoPProofParameters": value}

    assert findings(await fetch(http, **parameters)) == EXPECTED[fault]


async def test_a_proof_without_htu_needs_none_given(http: httpx.AsyncClient) -> None:
    answer = await fetch(
        http,
        scope=SCOPE,
        createDPoPTokenWithDPoPProof=True,
        dPoPProofParameters={"htmClaimValue": "POST", "invalidDPoPProofParameters": "DontSetHtuClaimValue"},
    )

    assert findings(answer) == {"no htu"}


async def test_an_invalid_signing_key_still_names_the_right_key_id(http: httpx.AsyncClient) -> None:
    answer = await fetch(http, **WITH_PROOF, signJwtWithInvalidSigningKey=True)

    keys = await keys_of(http)
    assert parts(answer["access_token"])[0]["kid"] in {key.kid for key in keys.keys}
    with pytest.raises(JoseError):
        jwt.decode(answer["access_token"], keys, algorithms=["RS256"])


@pytest.mark.parametrize(("parameter", "claim"), [("setInvalidIssuer", "iss"), ("setInvalidAudience", "aud")])
async def test_an_invalid_issuer_or_audience_is_the_only_fault(
    http: httpx.AsyncClient, parameter: str, claim: str
) -> None:
    sound = parts((await fetch(http, **WITH_PROOF))["access_token"])[1]
    faulty = parts((await fetch(http, **WITH_PROOF, **{parameter: True}))["access_token"])[1]

    changing = {"jti", "iat", "nbf", "exp", "cnf"}
    assert {name for name in sound if sound[name] != faulty[name]} - changing == {claim}


async def test_expiry_can_be_set(http: httpx.AsyncClient) -> None:
    expired = parts(
        (await fetch(http, scope=SCOPE, expirationParameters={"setExpirationTimeAsExpired": True}))["access_token"]
    )
    short = parts((await fetch(http, scope=SCOPE, expirationParameters={"expirationTimeInSeconds": 7}))["access_token"])
    days = parts((await fetch(http, scope=SCOPE, expirationParameters={"expirationTimeInDays": 2}))["access_token"])

    assert expired[1]["nbf"] < expired[1]["exp"] < time.time() - 60
    assert short[1]["exp"] - short[1]["iat"] == 7
    assert days[1]["exp"] - days[1]["iat"] == 2 * 24 * 3600


async def test_typ_and_the_form_of_scope_can_be_set(http: httpx.AsyncClient) -> None:
    answer = await fetch(
        http,
        audience="nhn:varsling",
        clientClaimsParameters={"scope": ["nhn:varsling/approve", "nhn:drift/operate"]},
        scopeAsString=True,
        headerParameters={"typ": "jwt"},
    )

    header, claims = parts(answer["access_token"])
    assert header["typ"] == "jwt"
    assert claims["scope"] == "nhn:varsling/approve nhn:drift/operate"
    assert claims["client_id"] == "staff-tool"


async def test_a_token_for_ones_own_key(http: httpx.AsyncClient) -> None:
    thumbprint = jwk.ECKey.generate_key("P-256").thumbprint()

    answer = await fetch(http, scope=SCOPE, jkt=thumbprint)

    assert parts(answer["access_token"])[1]["cnf"] == {"jkt": thumbprint}
    assert answer["dpop_key"] is None
    assert answer["dpop_proof"] is None


async def test_without_key_or_proof_a_fresh_private_key_comes_along(http: httpx.AsyncClient) -> None:
    answer = await fetch(http, scope=SCOPE)

    key = jwk.ECKey.import_key(answer["dpop_key"])
    assert key.is_private
    assert parts(answer["access_token"])[1]["cnf"]["jkt"] == key.thumbprint()


@pytest.mark.parametrize(("curve", "algorithm"), [("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512")])
async def test_a_proof_can_be_signed_with_the_callers_key(http: httpx.AsyncClient, curve: str, algorithm: str) -> None:
    key = jwk.ECKey.generate_key(curve)
    proof = {"htu": URL, "htm": "POST", "privateKeyForProofCreation": json.dumps(key.as_dict(private=True))}

    answer = await fetch(http, scope=SCOPE, createDPoPTokenWithDPoPProof=True, dPoPProofParameters=proof)

    assert jwt.decode(answer["dpop_proof"], key, algorithms=[algorithm]).header["alg"] == algorithm
    assert parts(answer["access_token"])[1]["cnf"]["jkt"] == key.thumbprint()


async def test_any_spelling_of_a_name_is_understood(http: httpx.AsyncClient) -> None:
    answer = await fetch(
        http,
        Audience="nhn:helsetilbud",
        client_claims_parameters={"OrgnrParent": "299900177", "orgnr_child": "299900452"},
        UserClaimsParameters={"Pid": "17858401267", "hpr_number": "7", "security_level": "3", "given_name": ""},
    )

    claims = parts(answer["access_token"])[1]
    assert (claims[PID], claims[HPR], claims[LEVEL]) == ("17858401267", "7", "3")
    assert (claims[PARENT], claims[CHILD]) == ("299900177", "299900452")
    assert "given_name" not in claims


async def test_a_client_alone_has_no_person_in_its_token(http: httpx.AsyncClient) -> None:
    claims = parts((await fetch(http, scope="nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"))["access_token"])[1]

    assert claims["aud"] == "nhn:samtykke"
    assert claims["sub"] == claims["client_id"] == "ehr"
    assert PID not in claims
    assert LEVEL not in claims


async def test_defaults_can_be_left_out(http: httpx.AsyncClient) -> None:
    answer = await fetch(
        http,
        scope=SCOPE,
        userClaimsParameters={"pid": "17858401267"},
        withoutDefaultUserClaims=True,
        withoutDefaultGeneralClaims=True,
    )

    claims = parts(answer["access_token"])[1]
    assert claims[PID] == "17858401267"
    assert {LEVEL, "name", PARENT, CHILD}.isdisjoint(claims)


async def test_the_hpr_number_is_fetched_on_request(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    practitioner = sandbox.population.practitioners["990000101"]
    user = {"pid": practitioner.national_id}

    without = parts((await fetch(http, scope=SCOPE, userClaimsParameters=user))["access_token"])[1]
    fetched = await fetch(http, scope=SCOPE, userClaimsParameters=user, getHprNumberFromHprregisteret=True)

    assert HPR not in without
    assert parts(fetched["access_token"])[1][HPR] == "990000101"


async def test_a_citizens_token_is_bearer_and_from_the_other_issuer(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await fetch(http, kind="citizen", userClaimsParameters={"pid": "17858401267"})

    claims = jwt.decode(answer["access_token"], await keys_of(http, "/citizen"), algorithms=["RS256"]).claims
    assert answer["token_type"] == "Bearer"
    assert answer["dpop_key"] is None
    assert claims["iss"] == sandbox.settings.citizen_issuer
    assert claims["aud"] == [
        "nhn:verktoykatalog",
        "nhn:verktoyformidler",
        "nhn:samtykke",
        "nhn:varsling",
        "nhn:helsetilbud",
    ]
    assert (claims["pid"], claims["security_level"]) == ("17858401267", "4")
    assert {"represents", "relation", "cnf"}.isdisjoint(claims)
    with pytest.raises(JoseError):
        jwt.decode(answer["access_token"], await keys_of(http), algorithms=["RS256"])


@pytest.mark.parametrize(
    ("pid", "represents", "relation"),
    [
        ("22888336005", "02911153192", "parent"),
        ("16677428892", "14852426293", "power-of-attorney"),
        ("17858401267", "14852426293", "power-of-attorney"),
    ],
)
async def test_acting_for_somebody_names_the_relation(
    http: httpx.AsyncClient, pid: str, represents: str, relation: str
) -> None:
    answer = await fetch(http, kind="citizen", userClaimsParameters={"pid": pid, "represents": represents})

    claims = parts(answer["access_token"])[1]
    assert (claims["represents"], claims["relation"]) == (represents, relation)


async def test_curl_reads_the_answer_as_its_configuration(http: httpx.AsyncClient) -> None:
    response = await http.post("/test-token?as=curl", json=WITH_PROOF)

    first, second = response.text.splitlines()
    assert first.startswith('header = "Authorization: DPoP ey')
    assert second.startswith('header = "DPoP: ey')
