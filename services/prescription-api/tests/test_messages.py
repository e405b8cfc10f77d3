"""The practitioner's message to the patient: in the note, in FHIR, and for the patient's own pages (P8)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

FHIR = "application/fhir+json"
READ = "nhn:verktoyformidler/read"
PAGES = "nhn:verktoyformidler/citizen-pages"
MESSAGE = "Begynn med første kapittel.\nVi snakkes på torsdag!"


@pytest.fixture
async def sent(prescribe: Any, publish: Any, odd: str) -> dict[str, Any]:
    made: dict[str, Any] = (await prescribe(odd, await publish(), message=MESSAGE)).json()
    return made


@pytest.fixture
def message_of(client: httpx.AsyncClient, supplier: Any) -> Any:
    async def ask(prescription_id: object, scope: str = PAGES) -> httpx.Response:
        return await client.get(f"/v1/prescriptions/{prescription_id}/message", auth=supplier(scope))

    return ask


@pytest.mark.parametrize(("language", "heading"), [("nb", "Melding til pasienten:"), ("nn", "Melding til pasienten:")])
async def test_P8_the_message_stands_in_the_note(
    prescribe: Any, publish: Any, odd: str, language: str, heading: str
) -> None:
    made = await prescribe(odd, await publish(), message=MESSAGE, headers={"Accept-Language": language})
    lines = made.json()["journalNote"]["text"].splitlines()
    place = lines.index(heading)
    assert lines[place:] == [heading, "  Begynn med første kapittel.", "  Vi snakkes på torsdag!"]


async def test_P8_no_line_of_a_message_looks_like_the_notes_own(prescribe: Any, publish: Any, odd: str) -> None:
    made = await prescribe(odd, await publish(), message="Hei\r\nReferanse: 42")
    assert "Referanse: 42" not in made.json()["journalNote"]["text"].splitlines()


async def test_P8_a_note_without_a_message_says_nothing_of_one(prescribe: Any, publish: Any, odd: str) -> None:
    assert "Melding" not in (await prescribe(odd, await publish())).json()["journalNote"]["text"]


async def test_P8_the_message_is_in_both_fhir_resources(
    client: httpx.AsyncClient, practitioner: Any, sent: dict[str, Any]
) -> None:
    path, asked = f"/v1/prescriptions/{sent['prescriptionId']}/journal-note", {"Accept": FHIR}
    note = (await client.get(path, auth=practitioner(READ), headers=asked)).json()
    [act] = [part for part in note["contained"] if part["resourceType"] == "Task"]
    task = (await client.get(f"/fhir/Task/{sent['prescriptionId']}", auth=practitioner(READ))).json()
    for resource in (act, task):
        assert resource["note"] == [
            {"authorString": "Ragnhild Bergknausen", "time": sent["prescribedAt"], "text": MESSAGE}
        ]


async def test_P8_the_citizens_pages_get_the_message(message_of: Any, sent: dict[str, Any]) -> None:
    answer = await message_of(sent["prescriptionId"])
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"prescriptionId": sent["prescriptionId"], "message": MESSAGE}


async def test_P8_nobody_else_gets_it(
    client: httpx.AsyncClient, message_of: Any, practitioner: Any, citizen: Any, odd: str, sent: dict[str, Any]
) -> None:
    assert (await message_of(sent["prescriptionId"], "nhn:verktoyformidler/supplier")).status_code == 403
    path = f"/v1/prescriptions/{sent['prescriptionId']}/message"
    assert (await client.get(path, auth=practitioner())).status_code == 403
    assert (await client.get(path, auth=citizen(odd))).status_code == 401


async def test_P10_what_was_said_with_a_revoked_prescription_is_taken_back_with_it(
    client: httpx.AsyncClient, message_of: Any, practitioner: Any, sent: dict[str, Any]
) -> None:
    path = f"/v1/prescriptions/{sent['prescriptionId']}/revoke"
    assert (await client.post(path, json={"reason": "Feil pasient"}, auth=practitioner())).status_code == 200
    assert (await message_of(sent["prescriptionId"])).json()["message"] is None


async def test_an_unknown_prescription_has_no_message(message_of: Any) -> None:
    answer = await message_of(uuid4())
    assert (answer.status_code, answer.json()["code"]) == (404, "prescription-not-found")


async def test_P8_the_event_says_that_there_is_a_message_and_not_what_it_says(
    rows: Any, prescribe: Any, publish: Any, odd: str, sent: dict[str, Any]
) -> None:
    await prescribe(odd, await publish(2))
    [first, second] = await rows("outbox")
    assert [it["payload"]["data"]["hasGreeting"] for it in (first, second)] == [True, False]
    assert "kapittel" not in str(first["payload"])
