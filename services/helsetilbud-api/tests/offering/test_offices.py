"""Which offices somebody edits, and who is let in at each (H1, H5)."""

from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

SOLFJELL, SKARVOY, ELSEWHERE = 9900101, 9900102, 9900199
ID = "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"
OPERATIONS = [
    ("GET", ""),
    ("GET", "/info-messages"),
    ("GET", "/info-messages/gp-panel"),
    ("PUT", "/info-messages/gp-panel"),
    ("GET", "/practitioners/990000101/info-messages/gp-panel"),
    ("PUT", "/practitioners/990000101/info-messages/gp-panel"),
    ("GET", "/triage"),
    ("GET", "/triage/e-contact"),
    ("PUT", "/triage/e-contact"),
    ("GET", "/practitioners/990000101/services"),
    ("PUT", "/practitioners/990000101/services"),
    ("GET", "/substitutes"),
    ("GET", "/substitutes/990000101"),
    ("PUT", "/substitutes/990000101"),
    ("GET", "/editors"),
    ("POST", "/editors"),
    ("GET", f"/editors/{ID}"),
    ("DELETE", f"/editors/{ID}"),
    ("GET", "/blocked-patients"),
    ("POST", "/blocked-patients"),
    ("POST", "/blocked-patients/search"),
    ("GET", f"/blocked-patients/{ID}"),
    ("PUT", f"/blocked-patients/{ID}"),
    ("DELETE", f"/blocked-patients/{ID}"),
    ("GET", "/preview?practitioner=990000101"),
    ("GET", "/history"),
    ("POST", f"/history/{ID}/restore"),
]


def test_the_list_of_operations_below_an_office_is_whole(app: FastAPI) -> None:
    described = {
        (method.upper(), path) for path, it in app.openapi()["paths"].items() if "{herId}" in path for method in it
    }
    assert len(OPERATIONS) == len(described)


async def test_H1_a_gp_sees_and_chooses_their_offices(ragnhild: Any) -> None:
    offices = (await ragnhild.read("/v1/offices"))["items"]
    assert [(it["herId"], it["name"], it["yourRole"]) for it in offices] == [
        (SOLFJELL, "Solfjell legekontor", "gp"),
        (SKARVOY, "Skarvøy legekontor", "gp"),
    ]
    assert await ragnhild.read(f"/v1/offices/{SOLFJELL}") == offices[0]
    assert offices[0]["practitioners"][0] == {
        "hprNumber": "990000101",
        "name": "Ragnhild Bergknausen",
        "role": "gp",
    }


async def test_H1_who_is_no_gp_has_no_offices(mikkel: Any, secretary: Any) -> None:
    for person in (mikkel, secretary):
        assert await person.read("/v1/offices") == {"items": [], "nextCursor": None}


async def test_H1_a_list_that_has_not_changed_is_not_sent_again(ragnhild: Any, register: Any) -> None:
    for path in ("/v1/offices", f"/v1/offices/{SOLFJELL}"):
        first = await ragnhild.get(path)
        again = await ragnhild.get(path, {"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        register.offices[SOLFJELL]["name"] += " AS"
        assert (await ragnhild.get(path, {"If-None-Match": first.headers["ETag"]})).status_code == 200


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_H1_the_right_to_the_office_is_checked_on_every_call(
    samira: Any, mikkel: Any, secretary: Any, register: Any, method: str, path: str
) -> None:
    """Before anything else is looked at: the body sent here is right nowhere."""
    for person in (samira, mikkel, secretary):
        refused = await person.call(method, f"/v1/offices/{SKARVOY}{path}", {} if method != "GET" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, "office-access-denied")
        unknown = await person.call(method, f"/v1/offices/1{path}", {} if method != "GET" else None)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "office-not-found")
    register.broken = [503, 503]
    away = await samira.call(method, f"/v1/offices/{SOLFJELL}{path}", {} if method != "GET" else None)
    assert (away.status_code, away.json()["code"]) == (503, "gp-register-unavailable")
    assert int(away.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("method", "path"), [*OPERATIONS, ("GET", "!/v1/offices"), ("GET", "!/v1/triage-forms")])
async def test_H1_a_helseid_token_with_the_scope_is_asked_for(
    client: httpx.AsyncClient, professional: Any, kari: Any, method: str, path: str
) -> None:
    path = path[1:] if path.startswith("!") else f"/v1/offices/{SOLFJELL}{path}"
    born = date(1971, 3, 4)
    missing = await client.request(method, path)
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    citizen = await kari.call(method, path)
    assert (citizen.status_code, citizen.json()["code"]) == (401, "scheme-not-accepted")
    other_scope = await professional(born, hpr_number="990000101", scope="nhn:helsetilbud/read").call(method, path)
    assert (other_scope.status_code, other_scope.json()["code"]) == (403, "scope-missing")
    low = await professional(born, hpr_number="990000101", security_level="3").call(method, path)
    assert (low.status_code, low.json()["code"]) == (403, "security-level-too-low")
    machine = {"helseid://claims/identity/pid": None}
    nobody = await professional(born, hpr_number="990000101", claims=machine).call(method, path)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "caller-not-allowed")


async def test_H1_a_gp_who_has_left_the_office_is_out(ragnhild: Any, register: Any) -> None:
    assert (await ragnhild.get(f"/v1/offices/{SOLFJELL}")).status_code == 200
    register.offices[SOLFJELL]["practitioners"].pop(0)
    assert (await ragnhild.get(f"/v1/offices/{SOLFJELL}")).json()["code"] == "office-access-denied"


@pytest.mark.parametrize("her_id", ["0", "-1", "2147483648", "99999999999", "abc", "1.5"])
async def test_what_is_no_her_id_is_refused(ragnhild: Any, her_id: str) -> None:
    refused = await ragnhild.get(f"/v1/offices/{her_id}/history")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


async def test_H1_the_list_of_offices_fails_closed(ragnhild: Any, register: Any) -> None:
    register.broken = [500, "not JSON"]
    refused = await ragnhild.get("/v1/offices")
    assert (refused.status_code, refused.json()["code"]) == (503, "gp-register-unavailable")


def test_every_operation_is_described(app: FastAPI) -> None:
    for path, methods in app.openapi()["paths"].items():
        for operation in methods.values() if "offices" in path or "triage" in path or "gp-panel" in path else ():
            assert operation["tags"]
            assert operation["summary"]
            assert operation["description"]
            [security] = operation["security"]
            assert security == ({"Helsenorge": []} if "/me/" in path else {"HelseID": ["nhn:helsetilbud/edit"]})
