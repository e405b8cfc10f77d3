"""Notes for the record, found and read as DocumentReferences (P8)."""

from typing import Any

import httpx
import pytest

READ = "nhn:verktoyformidler/read"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


async def test_P8_a_note_is_read_by_the_id_of_its_prescription(
    client: httpx.AsyncClient, practitioner: Any, three: Any, valid: Any, refused: Any, rows: Any
) -> None:
    [first, *_] = await three()
    address = f"/fhir/DocumentReference/{first['prescriptionId']}"
    answer = await client.get(address, auth=practitioner(READ))
    note = valid(answer)
    mine = f"/v1/prescriptions/{first['prescriptionId']}/journal-note"
    same = await client.get(mine, auth=practitioner(READ), headers={"Accept": "application/fhir+json"})
    assert note == same.json()
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await client.get(address, auth=practitioner(READ), headers=known)).status_code == 304
    foreign = await client.get(address, auth=practitioner(READ, organisation="299900525"))
    assert refused(foreign, 404) == "prescription-not-found"
    assert refused(await client.get("/fhir/DocumentReference/abc", auth=practitioner(READ)), 404)
    assert [row["action"] for row in await rows("access_log") if row["action"] != "prescribed"] == ["read"]


async def test_P8_notes_are_found_by_day_and_paged(
    client: httpx.AsyncClient, practitioner: Any, three: Any, valid: Any
) -> None:
    made = [it["prescriptionId"] for it in await three()]

    async def pages(query: str) -> list[list[str]]:
        found, where = [], f"/fhir/DocumentReference?{query}"
        while where:
            bundle = valid(await client.get(where, auth=practitioner(READ)))
            entries = bundle.get("entry", [])
            assert {entry["resource"]["resourceType"] for entry in entries} <= {"DocumentReference"}
            found.append([entry["resource"]["id"] for entry in entries])
            where = {link["relation"]: link["url"] for link in bundle["link"]}.get("next", "")
        return found

    assert await pages("_count=2") == [made[:0:-1], made[:1]]
    assert await pages("_sort=date") == [made]
    assert await pages("date=2026-11-23") == [[made[1]]]
    assert await pages(f"_id={made[0]}") == [[made[0]]]
    assert await pages("date=ge2027") == [[]]


async def test_P3_P8_a_patients_notes_are_found_by_a_form(
    client: httpx.AsyncClient, practitioner: Any, three: Any, valid: Any, odd: str, refused: Any
) -> None:
    made = [it["prescriptionId"] for it in await three()]
    form = {"patient.identifier": f"{FNR}|{odd}"}
    bundle = valid(await client.post("/fhir/DocumentReference/_search", data=form, auth=practitioner(READ)))
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == made[::-1]
    assert odd not in str(bundle)
    named = await client.get(f"/fhir/DocumentReference?patient.identifier={FNR}|{odd}", auth=practitioner(READ))
    assert refused(named, 422) == "patient-search-by-post"


@pytest.mark.parametrize("query", ["status=current", "authored-on=2026", "_sort=authored-on", "code=x"])
async def test_what_notes_are_not_asked_by_is_refused(
    client: httpx.AsyncClient, practitioner: Any, refused: Any, query: str
) -> None:
    assert refused(await client.get(f"/fhir/DocumentReference?{query}", auth=practitioner(READ)), 422)


async def test_a_cursor_of_tasks_is_none_of_notes(
    client: httpx.AsyncClient, practitioner: Any, three: Any, refused: Any
) -> None:
    await three()
    page = (await client.get("/fhir/Task?_count=1", auth=practitioner(READ))).json()
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    moved = following.replace("/fhir/Task?", "/fhir/DocumentReference?")
    assert refused(await client.get(moved, auth=practitioner(READ)), 400) == "cursor-invalid"


async def test_P8_the_note_about_revoking_is_with_the_task(
    client: httpx.AsyncClient, practitioner: Any, three: Any, valid: Any
) -> None:
    [first, *_] = await three()
    address = f"/v1/prescriptions/{first['prescriptionId']}"
    body = {"category": "other", "reason": "Sendt ved en feil."}
    revoked = await client.post(f"{address}/revoke", json=body, auth=practitioner())
    assert revoked.status_code == 200, revoked.text
    task = valid(await client.get(f"/fhir/Task/{first['prescriptionId']}", auth=practitioner(READ)))
    assert task["note"][-1]["text"] == revoked.json()["closingNote"]["text"]
