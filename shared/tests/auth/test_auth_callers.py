"""Who is let in where, and what the use cases get to know about them."""

from collections.abc import Callable
from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.national_ids import generate
from devkit.testing.tokens import DEFAULT_PID, BearerAuth, DPoPAuth, Issuer, ProofKey
from shared.auth import Authenticator, document_scopes
from shared.citizenref import CitizenReferences
from shared.nationalid import NationalId

AUDIENCE = "nhn:verktoyformidler"
SCOPE = "nhn:verktoyformidler/prescribe"
SUPPLIER = "nhn:verktoyformidler/supplier"
CHILD = generate(date(2015, 3, 4), 3)

SignIn = Callable[..., DPoPAuth]


@pytest.fixture
def me(references: CitizenReferences) -> str:
    return references.of(NationalId.parse(DEFAULT_PID, allow_synthetic=True))


@pytest.mark.rule("P1")
async def test_P1_a_practitioner_is_known_by_hpr_number_organisation_and_client(
    client: httpx.AsyncClient, signed_in: SignIn, me: str
) -> None:
    response = await client.post("/prescriptions", auth=signed_in())

    assert response.json() == {
        "subject": me,
        "hpr_number": "9144889",
        "name": "Kari Nordmann",
        "organisation": "999977774",
        "organisation_child": None,
        "client_id": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
        "scopes": [SCOPE],
        "source_system": None,
    }


async def test_I1_a_practitioners_own_number_is_forgotten(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    response = await client.post("/prescriptions", auth=signed_in())

    assert DEFAULT_PID not in response.text


async def test_I1_no_verified_token_is_kept_with_its_number(
    app: FastAPI, client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    await client.post("/prescriptions", auth=signed_in())

    kept = app.state.auth._helseid._kept
    assert len(kept) == 1
    assert DEFAULT_PID not in repr(kept)


@pytest.mark.parametrize("scope", [SCOPE, f"openid {SCOPE} profile"])
async def test_scopes_may_be_an_array_or_a_text_with_spaces(
    scope: str, client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    as_text = await client.post("/prescriptions", auth=signed_in(claims={"scope": scope}))
    as_array = await client.post("/prescriptions", auth=signed_in(scope=scope))

    assert (as_text.status_code, as_array.status_code) == (200, 200)
    assert as_text.json()["scopes"] == as_array.json()["scopes"] == sorted(scope.split())


async def test_our_audience_may_be_one_of_several(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    response = await client.post("/prescriptions", auth=signed_in(claims={"aud": ["nhn:another", AUDIENCE]}))

    assert response.status_code == 200


async def test_a_machine_is_let_in_without_a_person(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    response = await client.get("/submissions/7", auth=signed_in("machine_token"))

    assert response.json()["organisation"] == "999977774"


async def test_a_person_does_not_pass_for_a_machine(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    response = await client.get("/submissions/7", auth=signed_in())

    problem = response.json()
    assert (response.status_code, problem["code"], problem["reason"]) == (403, "caller-not-allowed", "person-present")


async def test_staff_need_no_hpr_number(client: httpx.AsyncClient, signed_in: SignIn, me: str) -> None:
    response = await client.get("/operations", auth=signed_in("staff_token"))

    assert (response.status_code, response.json()["subject"]) == (200, me)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"security_level": "3"}, "security-level-too-low"), ({"scope": "nhn:another"}, "scope-missing")],
)
async def test_staff_need_level_4_and_their_scope(
    options: dict[str, str], code: str, client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    response = await client.get("/operations", auth=signed_in("staff_token", **options))

    assert (response.status_code, response.json()["code"]) == (403, code)


@pytest.mark.parametrize(
    ("kind", "scope", "status", "code"),
    [
        ("practitioner_token", SCOPE, 200, None),
        ("machine_token", SUPPLIER, 200, None),
        ("practitioner_token", SUPPLIER, 403, "caller-not-allowed"),
        ("machine_token", SCOPE, 403, "scope-missing"),
        ("machine_token", "nhn:another", 403, "scope-missing"),
    ],
)
async def test_an_endpoint_of_two_kinds_of_callers_takes_each_with_its_own_scope(
    kind: str, scope: str, status: int, code: str | None, client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    response = await client.get("/either", auth=signed_in(kind, scope=scope))

    assert (response.status_code, response.json().get("code")) == (status, code)


async def test_a_citizen_is_known_by_reference(client: httpx.AsyncClient, helsenorge: Issuer, me: str) -> None:
    response = await client.get("/me", auth=BearerAuth(helsenorge.citizen_token(AUDIENCE)))

    answer = response.json()
    assert (answer["reference"], answer["acting_for"], answer["represents"]) == (me, me, None)
    assert answer["birth_date"] == "1980-05-17"
    assert DEFAULT_PID not in response.text


@pytest.mark.rule("S5")
@pytest.mark.parametrize("relation", ["parent", "power-of-attorney"])
async def test_S5_a_citizen_may_act_for_another(
    relation: str, client: httpx.AsyncClient, helsenorge: Issuer, references: CitizenReferences, me: str
) -> None:
    token = helsenorge.citizen_token(AUDIENCE, represents=CHILD, relation=relation)

    answer = (await client.get("/me", auth=BearerAuth(token))).json()

    child = references.of(NationalId.parse(CHILD, allow_synthetic=True))
    assert (answer["reference"], answer["represents"], answer["acting_for"]) == (me, child, child)
    assert (answer["relation"], answer["represents_birth_date"]) == (relation, "2015-03-04")


@pytest.mark.parametrize(
    "options",
    [
        {"represents": CHILD},
        {"represents": CHILD, "relation": "neighbour"},
        {"represents": CHILD, "relation": ["parent"]},
        {"represents": DEFAULT_PID, "relation": "parent"},
    ],
)
async def test_S5_a_representation_that_is_not_whole_is_refused(
    options: dict[str, str], client: httpx.AsyncClient, helsenorge: Issuer
) -> None:
    response = await client.get("/me", auth=BearerAuth(helsenorge.citizen_token(AUDIENCE, **options)))

    assert (response.status_code, response.json()["reason"]) == (401, "representation")


async def test_a_citizen_at_level_3_gets_only_what_needs_no_more(client: httpx.AsyncClient, helsenorge: Issuer) -> None:
    auth = BearerAuth(helsenorge.citizen_token(AUDIENCE, security_level="3"))

    health, basics = await client.get("/me", auth=auth), await client.get("/me/basics", auth=auth)

    assert (health.status_code, health.json()["code"]) == (403, "security-level-too-low")
    assert health.headers["www-authenticate"].startswith('Bearer error="insufficient_user_authentication"')
    assert basics.status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"pid": None}, "claims"),
        ({"pid": 7}, "claims"),
        ({"pid": "1"}, "national-id"),
        ({"aud": "nhn:another"}, "audience"),
        ({"iss": "https://another.example"}, "issuer"),
        ({"exp": None}, "lifetime"),
        ({"cnf": {"jkt": "k" * 43}}, "bound"),
    ],
)
async def test_a_citizens_token_with_a_fault_is_refused(
    claims: dict[str, object], reason: str, client: httpx.AsyncClient, helsenorge: Issuer
) -> None:
    response = await client.get("/me", auth=BearerAuth(helsenorge.citizen_token(AUDIENCE, claims=claims)))

    problem = response.json()
    assert (response.status_code, problem["code"], problem["reason"]) == (401, "token-invalid", reason)
    assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token", error_description="')


async def test_a_citizens_endpoint_refuses_dpop(client: httpx.AsyncClient, helsenorge: Issuer) -> None:
    auth = DPoPAuth(helsenorge.citizen_token(AUDIENCE), ProofKey())

    response = await client.get("/me", auth=auth)

    assert (response.status_code, response.json()["code"]) == (401, "scheme-not-accepted")
    assert response.headers["www-authenticate"].startswith("Bearer ")


async def test_a_token_of_one_issuer_is_no_token_of_the_other(
    client: httpx.AsyncClient, helsenorge: Issuer, helseid: Issuer
) -> None:
    key = ProofKey()
    foreign = DPoPAuth(helsenorge.practitioner_token(AUDIENCE, SCOPE, key.thumbprint), key, clock=helseid.clock)

    practitioner = await client.post("/prescriptions", auth=foreign)
    citizen = await client.get("/me", auth=BearerAuth(helseid.citizen_token(AUDIENCE)))

    assert (practitioner.json()["reason"], citizen.json()["reason"]) == ("key", "key")


async def test_a_citizen_without_a_token_is_told_the_scheme(client: httpx.AsyncClient) -> None:
    response = await client.get("/me")

    assert (response.status_code, response.json()["code"]) == (401, "token-missing")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.rule("I2")
async def test_I2_synthetic_people_are_refused_where_the_setting_does_not_let_them_in(
    app: FastAPI,
    client: httpx.AsyncClient,
    make_authenticator: Callable[..., Authenticator],
    signed_in: SignIn,
    helsenorge: Issuer,
) -> None:
    app.state.auth = make_authenticator(allow_synthetic=False)

    practitioner = await client.post("/prescriptions", auth=signed_in())
    citizen = await client.get("/me", auth=BearerAuth(helsenorge.citizen_token(AUDIENCE)))

    assert [(r.status_code, r.json()["reason"]) for r in (practitioner, citizen)] == [(401, "national-id")] * 2


def test_openapi_documents_both_schemes_and_the_scopes(app: FastAPI) -> None:
    document = app.openapi()
    document_scopes(document, app.routes)

    schemes = document["components"]["securitySchemes"]
    assert {name: (scheme["type"], scheme["scheme"]) for name, scheme in schemes.items()} == {
        "HelseID": ("http", "DPoP"),
        "Helsenorge": ("http", "bearer"),
    }
    paths = document["paths"]
    assert paths["/prescriptions"]["post"]["security"] == [{"HelseID": [SCOPE]}]
    assert paths["/either"]["get"]["security"] == [{"HelseID": [SCOPE, SUPPLIER]}]
    assert paths["/me"]["get"]["security"] == [{"Helsenorge": []}]
