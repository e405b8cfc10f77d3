"""Support staff who edit on behalf of the office, and patients to whom it has closed something (H5)."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

OFFICE = "/v1/offices/9900101"
EDITORS, BLOCKS = f"{OFFICE}/editors", f"{OFFICE}/blocked-patients"
MESSAGE = f"{OFFICE}/info-messages/gp-panel"


@pytest.fixture
def appoint(ragnhild: Any, secretary: Any) -> Any:
    async def act(by: Any = None, headers: Any = None, **body: Any) -> Any:
        body = {"person": {"nationalId": secretary.number}, "name": "Turid", **body}
        return await (by or ragnhild).call("POST", EDITORS, body, headers)

    return act


@pytest.fixture
def block(ragnhild: Any, kari: Any) -> Any:
    async def act(headers: Any = None, **body: Any) -> Any:
        usual = {"patient": {"nationalId": kari.number}, "services": ["e-consultation"], "reason": "Avtalt i dag"}
        return await ragnhild.call("POST", BLOCKS, usual | body, headers)

    return act


def buttons(panel: Any) -> list[str]:
    return [it["service"] for it in panel["services"]]


async def test_H5_support_staff_edit_once_a_gp_has_appointed_them_and_in_their_own_name(
    ragnhild: Any, secretary: Any, appoint: Any, clock: Any
) -> None:
    assert (await secretary.get(MESSAGE)).json()["code"] == "office-access-denied"
    made = await appoint()
    assert made.status_code == 201
    assert made.headers["Location"] == f"{EDITORS}/{made.json()['editorId']}"
    assert await ragnhild.read(made.headers["Location"]) == made.json()
    [office] = (await secretary.read("/v1/offices"))["items"]
    assert (office["herId"], office["yourRole"]) == (9900101, "editor")
    changed = await secretary.set(MESSAGE, {"text": "Fra resepsjonen"})
    assert changed.json()["changedBy"] == {"name": "Turid Resepsjon", "role": "editor", "hprNumber": None}
    assert changed.json()["changedAt"] == clock.written
    assert (await secretary.get("/v1/offices/9900102")).json()["code"] == "office-access-denied"


async def test_H5_a_substitute_too_edits_when_appointed(mikkel: Any, appoint: Any) -> None:
    await appoint(person={"nationalId": mikkel.number}, name="Mikkel")
    changed = await mikkel.set(MESSAGE, {"text": "Fra vikaren"})
    assert changed.json()["changedBy"] == {"name": "Mikkel Drivfokk", "role": "editor", "hprNumber": "990000105"}


async def test_H5_only_a_gp_says_who_edits(secretary: Any, mikkel: Any, appoint: Any, samira: Any) -> None:
    made = (await appoint()).headers
    for method, path, body in (
        ("POST", EDITORS, {"person": {"nationalId": mikkel.number}, "name": "Mikkel"}),
        ("POST", EDITORS, {"person": {"nationalId": secretary.number}, "name": "Seg selv"}),
        ("DELETE", made["Location"], None),
    ):
        refused = await secretary.call(method, path, body, {"If-Match": "*"})
        assert (refused.status_code, refused.json()["code"]) == (403, "only-gps")
    assert (await samira.call("DELETE", made["Location"], None, {"If-Match": made["ETag"]})).status_code == 204


async def test_H5_an_editor_who_is_taken_off_is_out_at_once(ragnhild: Any, secretary: Any, appoint: Any) -> None:
    made = (await appoint()).headers
    missing = await ragnhild.call("DELETE", made["Location"])
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = await ragnhild.call("DELETE", made["Location"], None, {"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await ragnhild.call("DELETE", made["Location"], None, {"If-Match": made["ETag"]})).status_code == 204
    assert (await secretary.get(MESSAGE)).json()["code"] == "office-access-denied"
    assert (await secretary.read("/v1/offices"))["items"] == []
    for method in ("GET", "DELETE"):
        gone = await ragnhild.call(method, made["Location"], None, {"If-Match": "*"})
        assert (gone.status_code, gone.json()["code"]) == (404, "editor-not-found")


async def test_H5_an_editor_is_appointed_once_and_may_come_back(ragnhild: Any, secretary: Any, appoint: Any) -> None:
    made = await appoint()
    again = await appoint(name="Turid igjen")
    assert (again.status_code, again.json()["code"]) == (409, "editor-already-appointed")
    assert again.json()["editorId"] == made.json()["editorId"]
    await ragnhild.call("DELETE", made.headers["Location"], None, {"If-Match": "*"})
    back = await appoint(name="Turid igjen")
    assert (back.status_code, back.json()["editorId"]) == (201, made.json()["editorId"])
    assert (back.json()["version"], back.json()["name"]) == (3, "Turid igjen")
    assert (await secretary.get(MESSAGE)).status_code == 200


async def test_H5_a_repeated_appointment_is_one(rows: Any, appoint: Any, mikkel: Any) -> None:
    key = {"Idempotency-Key": "a-key"}
    first, second = await appoint(headers=key), await appoint(headers=key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert (second.headers["Idempotency-Replayed"], second.headers["Location"]) == ("true", first.headers["Location"])
    assert len(await rows("SELECT 1 FROM office_setting_change")) == 1
    other = await appoint(headers=key, person={"nationalId": mikkel.number})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_P14_one_who_is_no_longer_a_gp_is_not_answered_again(
    appoint: Any, ragnhild: Any, samira: Any, register: Any
) -> None:
    key = {"Idempotency-Key": "a-key"}
    assert (await appoint(headers=key)).status_code == 201
    await samira.call("POST", EDITORS, {"person": {"nationalId": ragnhild.number}, "name": "Ragnhild"})
    register.offices[9900101]["practitioners"].pop(0)
    refused = await appoint(headers=key)
    assert (refused.status_code, refused.json()["code"]) == (403, "only-gps")


async def test_H5_editors_are_listed_page_by_page(ragnhild: Any, appoint: Any, professional: Any) -> None:
    people = [professional(date(1980, 1, day), hpr_number=None) for day in range(1, 4)]
    made = [(await appoint(person={"nationalId": it.number}, name=f"Nr {n}")).json() for n, it in enumerate(people)]
    first = await ragnhild.read(EDITORS, limit=2)
    second = await ragnhild.read(EDITORS, limit=2, cursor=first["nextCursor"])
    assert second["nextCursor"] is None
    found = first["items"] + second["items"]
    assert sorted(found, key=lambda it: it["name"]) == made
    refused = await ragnhild.get(EDITORS, cursor="abc")
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize(
    ("number", "code"),
    [("20828506627", "national-id-check-digits"), ("2082850662", "national-id-malformed"), ("x" * 65, "invalid-input")],
)
async def test_H5_a_wrong_number_is_told_apart(appoint: Any, block: Any, ragnhild: Any, number: str, code: str) -> None:
    who = {"nationalId": number}
    search = await ragnhild.call("POST", f"{BLOCKS}/search", {"patient": who})
    for refused in (await appoint(person=who), await block(patient=who), search):
        assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize("name", ["", "x" * 101, "<b>Turid</b>", "17858401267", "Turid\nLege", "Turid\u200b"])
async def test_H5_an_editors_name_is_plain_text(appoint: Any, name: str) -> None:
    assert (await appoint(name=name)).status_code == 422


async def test_H5_a_service_closed_to_a_patient_is_gone_for_that_patient_alone(
    ragnhild: Any, kari: Any, ola: Any, block: Any, patient: Any
) -> None:
    made = await block(services=["e-consultation", "contact", "contact"])
    assert made.status_code == 201
    assert made.json()["services"] == ["contact", "e-consultation"]
    assert await ragnhild.read(made.headers["Location"]) == made.json()
    assert buttons(await kari.panel()) == ["appointment", "renewal"]
    assert "Avtalt" not in str(await kari.panel())
    other = await patient(date(1950, 2, 2))
    assert len(buttons(await ola.panel())) == len(buttons(await other.panel())) == 4


async def test_H5_a_block_can_be_changed_and_lifted(ragnhild: Any, kari: Any, block: Any) -> None:
    made = (await block()).headers
    body = {"services": ["appointment"], "reason": "Ny avtale"}
    missing = await ragnhild.call("PUT", made["Location"], body)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    changed = await ragnhild.call("PUT", made["Location"], body, {"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert buttons(await kari.panel()) == ["renewal", "contact", "e-consultation"]
    stale = await ragnhild.call("DELETE", made["Location"], None, {"If-Match": made["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    lifted = await ragnhild.call("DELETE", made["Location"], None, {"If-Match": changed.headers["ETag"]})
    assert lifted.status_code == 204
    assert len(buttons(await kari.panel())) == 4
    assert (await ragnhild.read(BLOCKS))["items"] == []
    for method in ("GET", "PUT", "DELETE"):
        gone = await ragnhild.call(method, made["Location"], body if method == "PUT" else None, {"If-Match": "*"})
        assert (gone.status_code, gone.json()["code"]) == (404, "block-not-found")
    again = await block()
    assert (again.status_code, again.headers["Location"], again.json()["version"]) == (201, made["Location"], 4)


async def test_H5_a_patient_is_blocked_once(ragnhild: Any, block: Any) -> None:
    made = (await block()).json()
    again = await block(services=["contact"])
    assert (again.status_code, again.json()["code"]) == (409, "patient-already-blocked")
    assert again.json()["blockId"] == made["blockId"]


async def test_H5_a_patients_block_is_found_by_number_in_the_body(
    ragnhild: Any, kari: Any, ola: Any, block: Any
) -> None:
    made = (await block()).json()
    for patient, found in ((kari, [made]), (ola, [])):
        answer = await ragnhild.call("POST", f"{BLOCKS}/search", {"patient": {"nationalId": patient.number}})
        assert answer.json()["items"] == found
    assert (await ragnhild.read(BLOCKS))["items"] == [made]


async def test_H5_only_the_offices_own_patients_can_be_blocked(block: Any, patient: Any, ragnhild: Any) -> None:
    elsewhere = await patient(date(1966, 6, 6), "990000101", 9900102)
    refused = await block(patient={"nationalId": elsewhere.number})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-patient-of-the-office")
    assert (await ragnhild.call("POST", f"{BLOCKS}/search", {"patient": {"nationalId": elsewhere.number}})).json()[
        "items"
    ] == []


async def test_H5_a_block_is_the_offices_and_does_not_follow_the_patient(
    kari: Any, block: Any, register: Any, lists: Any, clock: Any, samira: Any
) -> None:
    await block()
    register.move(kari.number, "990000102", 9900101)
    await lists.read(clock.now)
    assert "e-consultation" not in buttons(await kari.panel())
    register.move(kari.number, "990000101", 9900102)
    await lists.read(clock.now)
    assert len(buttons(await kari.panel())) == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"services": []}, "invalid-input"),
        ({"services": ["dance"]}, "invalid-input"),
        ({"reason": "x" * 501}, "text-too-long"),
        ({"reason": "<i>"}, "text-not-plain"),
        ({"reason": "Gjelder 17858401267"}, "text-holds-national-id"),
        ({"note": "x"}, "invalid-input"),
    ],
)
async def test_H5_a_block_that_is_not_right_is_refused(block: Any, changes: Any, code: str) -> None:
    refused = await block(**changes)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_another_offices_editor_or_block_is_none_here(ragnhild: Any, appoint: Any, block: Any) -> None:
    for made, code in ((await appoint(), "editor-not-found"), (await block(), "block-not-found")):
        elsewhere = made.headers["Location"].replace("9900101", "9900102")
        assert (await ragnhild.get(elsewhere)).json()["code"] == code
    assert (await ragnhild.get(f"{EDITORS}/{uuid4()}")).json()["code"] == "editor-not-found"


async def test_I1_no_number_is_kept_logged_or_told(
    ragnhild: Any, secretary: Any, kari: Any, appoint: Any, block: Any, database: Any
) -> None:
    with capture_logs() as logs:
        answers = [
            await appoint(headers={"Idempotency-Key": "one"}),
            await block(headers={"Idempotency-Key": "two"}),
            await secretary.set(MESSAGE, {"text": "Hei"}),
            await ragnhild.call("POST", f"{BLOCKS}/search", {"patient": {"nationalId": kari.number}}),
            await ragnhild.get(f"{OFFICE}/history"),
            await ragnhild.get(f"{OFFICE}/history", setting=kari.number),
            await kari.get("/v1/me/gp-panel"),
        ]
    async with database.driver() as connection:
        tables = await connection.fetch(
            "SELECT format('%I', tablename) AS t FROM pg_tables WHERE schemaname = 'public'"
        )
        texts = [await connection.fetch(f"SELECT r::text AS row FROM {table['t']} r") for table in tables]  # noqa: S608
    kept = "\n".join(row["row"] for found in texts for row in found)
    assert "blocked-patients/" in kept
    said = str(logs) + "".join(answer.text for answer in answers)
    for number in (ragnhild.number, secretary.number, kari.number):
        assert number not in kept + said
