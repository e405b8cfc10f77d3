"""The note for the record: text to paste, and a DocumentReference (P8)."""

import json
from base64 import b64decode
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import text

from shared.db import Database

READ = "nhn:verktoyformidler/read"
FHIR = "application/fhir+json"


async def test_P8_the_note_is_text_ready_to_paste_with_the_reminder_beside_it(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = await prescribe(odd, await publish(), headers={"Accept-Language": "nn"})
    note = await client.get(f"{made.headers['Location']}/journal-note", auth=practitioner(READ))
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.text == made.json()["journalNote"]["text"]
    assert note.text == note.text.strip()
    assert (note.headers["Content-Language"], note.headers["Vary"]) == ("nn", "Accept")
    reminder = made.json()["journalNote"]["responsibilityReminder"]
    said = note.headers["Responsibility-Reminder"]
    assert said[:2] == '%"'
    assert said.isascii()
    assert unquote(said[2:-1]) == reminder
    assert reminder not in note.text


async def test_P8_the_note_is_a_document_reference_that_says_all_of_it(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any, reference: Any
) -> None:
    tool_id = await publish()
    made = await prescribe(odd, tool_id)
    where = f"{made.headers['Location']}/journal-note"
    answer = await client.get(where, auth=practitioner(READ), headers={"Accept": FHIR})
    document = valid(answer)
    [content] = document["content"]
    assert b64decode(content["attachment"]["data"]).decode() == made.json()["journalNote"]["text"]
    assert (document["status"], document["docStatus"], document["language"]) == ("current", "final", "nb")
    assert document["author"][0]["reference"] == "#prescriber"
    parts = {part["id"]: part for part in document["contained"]}
    assert parts["practitioner"]["identifier"][0]["value"] == "9144889"
    assert parts["practitioner"]["qualification"][0]["code"]["coding"][0]["display"] == "Lege"
    assert parts["organisation"]["identifier"][0]["value"] == "299900452"
    assert parts["tool"]["identifier"][0]["value"] == str(tool_id)
    assert (parts["tool"]["version"], parts["supplier"]["name"]) == ([{"value": "1"}], "Stille Vann")
    act = parts["prescription"]
    assert act["authoredOn"] == made.json()["prescribedAt"]
    assert act["restriction"]["period"]["end"] == made.json()["deadline"]
    assert act["reasonCode"]["text"] == "Behandling"
    assert "Responsibility-Reminder" in answer.headers
    for secret in (odd, reference(odd), "svarer for at det er faglig"):
        assert secret not in answer.text


async def test_P8_the_structured_note_is_in_the_answer_to_prescribing_too(
    prescribe: Any, publish: Any, odd: str
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    assert made["journalNote"]["tool"] == {
        "toolId": str(tool_id),
        "revision": 1,
        "name": "Søvnstigen",
        "supplier": {"organisationNumber": "299900304", "name": "Stille Vann"},
        "purpose": "treatment",
    }


async def test_P8_the_note_is_of_the_day_it_was_written(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any, database: Database
) -> None:
    """Neither a new revision of the tool nor what becomes of the prescription changes it."""
    tool_id = await publish()
    where = f"{(await prescribe(odd, tool_id)).headers['Location']}/journal-note"
    before = await client.get(where, auth=practitioner(READ), headers={"Accept": FHIR})
    await publish(2, tool_id, revision=2, purpose="learning", texts={"nb": {"name": "Nytt", "shortText": "Nytt"}})
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = 'revoked', version = 2, changed_at = now()")
    after = await client.get(where, auth=practitioner(READ), headers={"Accept": FHIR})
    assert valid(after) == valid(before)
    assert after.headers["ETag"] == before.headers["ETag"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/plain; charset=utf-8"),
        ("*/*", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        ("text/plain;charset=UTF-8", "text/plain; charset=utf-8"),
        ("application/fhir+json", FHIR),
        ("application/*", FHIR),
        ("text/plain;q=0.4, application/fhir+json;q=0.8", FHIR),
        ("text/plain;q=0.8, application/fhir+json;q=0.4", "text/plain; charset=utf-8"),
        ("*/*;q=0.9, text/plain;q=0.1", FHIR),
        ("text/plain;q=0, */*", FHIR),
        ("application/pdf, application/fhir+json;q=0.1", FHIR),
        ('application/fhir+json; fhirVersion="4.0"', FHIR),
        ("APPLICATION/FHIR+JSON", FHIR),
        ("application/fhir+json;q=høy, text/plain;q=0.1".encode(), "text/plain; charset=utf-8"),
    ],
)
async def test_P8_the_form_is_the_one_that_is_asked_for_most(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, accept: Any, expected: str
) -> None:
    where = f"{(await prescribe(odd, await publish())).headers['Location']}/journal-note"
    headers = {"Accept": accept} if accept else {}
    answer = await client.get(where, auth=practitioner(READ), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    "accept", ["application/pdf", "text/plain;q=0", "text/html, */*;q=0", "application/fhir+json;q=2", ",;,"]
)
async def test_P8_another_form_is_406_with_those_there_are(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, accept: str
) -> None:
    where = f"{(await prescribe(odd, await publish())).headers['Location']}/journal-note"
    answer = await client.get(where, auth=practitioner(READ), headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert answer.json()["accepted"] == ["text/plain; charset=utf-8", FHIR]


async def test_P8_the_note_is_not_sent_again_to_who_has_it_in_that_form(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    where = f"{(await prescribe(odd, await publish())).headers['Location']}/journal-note"
    text = await client.get(where, auth=practitioner(READ))
    known = {"If-None-Match": text.headers["ETag"]}
    again = await client.get(where, auth=practitioner(READ), headers=known)
    assert (again.status_code, again.content, again.headers["Vary"]) == (304, b"", "Accept")
    other = await client.get(where, auth=practitioner(READ), headers=known | {"Accept": FHIR})
    assert other.status_code == 200


async def test_P8_names_kept_before_the_rule_make_no_line_of_a_title(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any, database: Database
) -> None:
    made = await prescribe(odd, await publish())
    kept = {"name": "Søvn\nstigen\u202e", "supplier": {"organisationNumber": "299900304", "name": "Stille\u2028Vann"}}
    async with database.session() as session:
        note = "journal_note || jsonb_build_object('tool', journal_note->'tool' || cast(:kept AS jsonb))"
        await session.execute(text(f"UPDATE prescription SET journal_note = {note}"), {"kept": json.dumps(kept)})  # noqa: S608
    where = f"{made.headers['Location']}/journal-note"
    document = valid(await client.get(where, auth=practitioner(READ), headers={"Accept": FHIR}))
    said = [document["description"], document["content"][0]["attachment"]["title"]]
    said += [part["name"] for part in document["contained"] if part["id"] == "supplier"]
    said += [part["focus"]["display"] for part in document["contained"] if part["id"] == "prescription"]
    assert len(said) == 4
    assert all(title.isprintable() for title in said)
