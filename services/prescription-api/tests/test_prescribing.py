"""Prescribing, through HTTP: the rules in the order that they are met."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from devkit.testing.national_ids import generate
from shared.events import ToolOpened, ToolRemoved, ToolStopped


def code_of(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


async def test_P1_P8_a_prescription_with_its_event_its_log_entry_and_its_note(
    prescribe: Any, publish: Any, odd: str, rows: Any, reference: Any
) -> None:
    tool_id = await publish()
    answer = await prescribe(odd, tool_id, message="Lykke til!")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == f"/v1/prescriptions/{made['prescriptionId']}"
    assert (made["state"], made["toolName"], made["organisation"]) == ("active", "Søvnstigen", "299900452")
    assert made["prescribedBy"] == {"hprNumber": "9144889", "name": "Ragnhild Bergknausen", "profession": "LE"}
    assert made["deadline"] == "2026-12-22T22:59:59.000Z"
    note = made["journalNote"]
    assert note["language"] == "nb"
    for said in ("Søvnstigen", "22.11.2026 kl. 09.00", "Ragnhild Bergknausen, lege", "9144889", "22.12.2026"):
        assert said in note["text"]
    assert note["responsibilityReminder"] not in note["text"]

    [row] = await rows("prescription")
    assert (row["citizen"], row["message"]) == (reference(odd), "Lykke til!")
    [event] = await rows("outbox")
    told = event["payload"]
    assert told["type"] == "prescription.tool-prescribed.v1"
    assert told["data"]["citizen"] == reference(odd)
    assert told["data"]["prescriberProfession"] == "LE"
    assert "Lykke til!" not in str(told)
    [entry] = await rows("access_log")
    assert (entry["action"], entry["citizen"], str(entry["prescription_id"])) == (
        "prescribed",
        reference(odd),
        made["prescriptionId"],
    )


async def test_P8_the_note_is_in_nynorsk_for_who_asks_for_it(prescribe: Any, publish: Any, odd: str) -> None:
    answer = await prescribe(odd, await publish(), headers={"Accept-Language": "nn"})
    assert answer.json()["journalNote"]["language"] == "nn"
    assert "Svevnstigen" in answer.json()["journalNote"]["text"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1234567890", "national-id-malformed"),
        ("12345678901", "national-id-malformed"),
        ("3089611214x", "national-id-malformed"),
        ("30896112144", "national-id-check-digits"),
        ("", "national-id-malformed"),
    ],
)
async def test_P3_a_wrong_number_is_told_apart(prescribe: Any, publish: Any, number: str, code: str) -> None:
    answer = await prescribe(number, await publish())
    assert code_of(answer, 422) == code
    assert number == "" or number not in answer.text


async def test_P3_nobody_has_the_number(prescribe: Any, publish: Any) -> None:
    assert code_of(await prescribe(generate(date(1970, 1, 1), 3), await publish()), 422) == "patient-unknown"


async def test_P3_the_patient_is_dead(prescribe: Any, publish: Any, world: Any) -> None:
    number = world.live(generate(date(1931, 1, 1), 0), status="deceased")
    assert code_of(await prescribe(number, await publish()), 422) == "patient-deceased"


@pytest.mark.parametrize("reason", ["no-consent", "consent-basis-only", "too-young", "reserved"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_P4_not_digitally_active_says_why_in_words(
    prescribe: Any, publish: Any, world: Any, rows: Any, reason: str, language: str
) -> None:
    number = world.live(generate(date(1962, 2, 2), 0), reasons=(reason,))
    answer = await prescribe(number, await publish(), headers={"Accept-Language": language})
    assert code_of(answer, 422) == "patient-not-digitally-active"
    assert answer.json()["reasons"] == ([reason, "no-representative"] if reason == "too-young" else [reason])
    assert len(answer.json()["detail"]) > 30
    assert await rows("prescription") == await rows("outbox") == await rows("idempotent_answer") == []


async def test_P1_the_register_decides_whether_the_number_is_valid(
    prescribe: Any, publish: Any, odd: str, world: Any, practitioner: Any
) -> None:
    tool_id = await publish()
    world.practise("9000001", "LE", valid=False)
    world.practise("9000002", "LE", until="2026-11-21")
    world.practise("9000003")
    for hpr_number in ("9000001", "9000002", "9000003", "9000004"):
        answer = await prescribe(odd, tool_id, auth=practitioner(hpr_number=hpr_number))
        assert code_of(answer, 403) == "hpr-not-valid"


async def test_P2_a_tool_may_ask_for_an_authorisation(
    prescribe: Any, publish: Any, odd: str, world: Any, practitioner: Any
) -> None:
    tool_id = await publish(requiredAuthorisations=["PS", "FT"])
    answer = await prescribe(odd, tool_id)
    assert code_of(answer, 403) == "authorisation-required"
    assert answer.json()["acceptedAuthorisations"] == ["PS", "FT"]
    world.practise("9000005", "SP", "FT")
    answer = await prescribe(odd, tool_id, auth=practitioner(hpr_number="9000005"))
    assert answer.json()["prescribedBy"]["profession"] == "FT"


async def test_P5_a_tool_may_ask_for_an_organisation(prescribe: Any, publish: Any, odd: str) -> None:
    tool_id = await publish(prescriberOrganisations=["299900452"])
    assert code_of(await prescribe(odd, tool_id), 403) == "organisation-required"
    assert code_of(await prescribe(odd, tool_id, organisation="299900304"), 403) == "organisation-not-allowed"
    assert (await prescribe(odd, tool_id, organisation="299900452")).status_code == 201


async def test_P5_nobody_prescribes_for_an_organisation_that_is_not_theirs(
    prescribe: Any, publish: Any, odd: str
) -> None:
    answer = await prescribe(odd, await publish(), organisation="299900304")
    assert code_of(answer, 403) == "organisation-not-allowed"


async def test_a_tool_that_is_not_there_or_not_to_be_prescribed(prescribe: Any, publish: Any, odd: str) -> None:
    assert code_of(await prescribe(odd, uuid4()), 404) == "tool-not-found"
    assert code_of(await prescribe(odd, await publish(prescribable=False)), 422) == "tool-not-prescribable"


async def test_K4_a_stopped_tool_is_refused_and_old_news_does_not_bring_it_back(
    prescribe: Any, publish: Any, tell: Any, odd: str
) -> None:
    tool_id = await publish(sequence=1)
    await tell(ToolStopped(tool_id=tool_id, sequence=3, revision=1, category="security"))
    await publish(sequence=2, tool_id=tool_id)
    assert code_of(await prescribe(odd, tool_id), 409) == "tool-stopped"
    await publish(sequence=4, tool_id=tool_id)
    assert (await prescribe(odd, tool_id)).status_code == 201


async def test_K4_a_stop_that_is_known_before_the_tool(publish: Any, tell: Any, prescribe: Any, odd: str) -> None:
    tool_id = uuid4()
    await tell(ToolStopped(tool_id=tool_id, sequence=2, revision=1, category="security"))
    await publish(sequence=1, tool_id=tool_id)
    assert code_of(await prescribe(odd, tool_id), 404) == "tool-not-found"


async def test_K4_a_tool_stopped_while_the_registers_are_asked_is_not_written(
    prescribe: Any, publish: Any, tell: Any, odd: str, world: Any, rows: Any
) -> None:
    tool_id = await publish()

    async def stop() -> None:
        await tell(ToolStopped(tool_id=tool_id, sequence=2, revision=1, category="security"))

    world.meanwhile = stop
    assert code_of(await prescribe(odd, tool_id), 409) == "tool-stopped"
    assert await rows("prescription") == await rows("outbox") == []


async def test_P6_one_live_prescription_of_a_tool(prescribe: Any, publish: Any, odd: str, practitioner: Any) -> None:
    tool_id = await publish()
    first = (await prescribe(odd, tool_id)).json()
    again = await prescribe(odd, tool_id)
    assert code_of(again, 409) == "already-prescribed"
    assert (again.json()["since"], again.json()["prescriptionId"]) == (first["prescribedAt"], first["prescriptionId"])
    elsewhere = await prescribe(odd, tool_id, auth=practitioner(organisation="299900304"))
    assert code_of(elsewhere, 409) == "already-prescribed"
    assert "prescriptionId" not in elsewhere.json()


async def test_P6_also_when_64_prescribe_at_once(prescribe: Any, publish: Any, odd: str, rows: Any) -> None:
    tool_id = await publish()
    answers = await asyncio.gather(*(prescribe(odd, tool_id) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 63
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already-prescribed"}
    assert len(await rows("prescription")) == len(await rows("outbox")) == 1
    log = [(entry["action"], entry["outcome"]) for entry in await rows("access_log")]
    assert sorted(log, key=str) == [("prescribed", None)] + [("prescribing-refused", "already-prescribed")] * 63


async def test_P10_what_the_citizen_removed_may_be_prescribed_again(
    prescribe: Any, publish: Any, tell: Any, odd: str, reference: Any, rows: Any, clock: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    about = {"citizen": reference(odd), "tool_id": tool_id, "prescription_id": made["prescriptionId"]}
    await tell(ToolOpened(**about, acted_by=reference(odd), at=clock.now))
    assert code_of(await prescribe(odd, tool_id), 409) == "already-prescribed"
    await tell(ToolRemoved(**about, acted_by=reference(odd), at=clock.now))
    assert (await prescribe(odd, tool_id)).status_code == 201
    assert sorted((row["state"], row["version"]) for row in await rows("prescription")) == [
        ("active", 1),
        ("removed", 3),
    ]


async def test_I1_a_number_in_the_greeting_is_refused(prescribe: Any, publish: Any, odd: str, rows: Any) -> None:
    for text in (f"Hei {odd}", f"{odd[:6]} {odd[6:]}"):
        answer = await prescribe(odd, await publish(), message=text)
        assert code_of(answer, 422) == "invalid-input"
        assert odd not in answer.text
    assert await rows("prescription") == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("consent", "consent-service-unavailable"),
        ("token", "consent-service-unavailable"),
        ("hpr", "hpr-unavailable"),
        ("register", "person-register-unavailable"),
    ],
)
async def test_what_is_away_is_said_and_nothing_is_written(
    prescribe: Any, publish: Any, odd: str, world: Any, rows: Any, app: Any, who: str, code: str
) -> None:
    tool_id = await publish()
    app.state.outside.consent._helseid._tokens.clear()
    world.away.add(who)
    answer = await prescribe(odd, tool_id, headers={"Idempotency-Key": "a"})
    assert code_of(answer, 503) == code
    assert int(answer.headers["Retry-After"]) > 0
    assert await rows("prescription") == await rows("outbox") == await rows("idempotent_answer") == []
    world.away.clear()
    assert (await prescribe(odd, tool_id, headers={"Idempotency-Key": "a"})).status_code == 201


async def test_questions_at_the_same_time_are_asked_together(
    prescribe: Any, publish: Any, world: Any, rows: Any
) -> None:
    tool_id = await publish()
    numbers = [world.live(generate(date(1965, 1, 1), n)) for n in range(40)]
    answers = await asyncio.gather(*(prescribe(number, tool_id) for number in numbers))
    assert {answer.status_code for answer in answers} == {201}
    assert len(await rows("prescription")) == 40
    assert world.asked["consent"] < 20
    assert world.asked["register"] < 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"patient": {"nationalId": "30896112143"}}',
        b'{"patient": {"nationalId": 30896112143}, "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"}',
        b'{"patient": {"nationalId": "30896112143"}, "toolId": "nothing"}',
        b'{"patient": {"nationalId": "3089\\u000012143"}, "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"}',
        b'{"patient": {"nationalId": "\\ud800"}, "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"}',
        b'{"patient": {"nationalId": "30896112143"}, "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11", "more": 1}',
        b"\xff\xfe",
    ],
)
async def test_bad_input_is_a_4xx_problem(client: AsyncClient, practitioner: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/v1/prescriptions", content=body, auth=practitioner(), headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "30896112143" not in answer.text


async def test_a_body_of_10_MB_is_refused(client: AsyncClient, practitioner: Any) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/v1/prescriptions", content=b" " * 10_000_000, auth=practitioner(), headers=headers)
    assert code_of(answer, 413) == "body-too-large"


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data", ""])
async def test_what_is_not_json_is_refused(client: AsyncClient, practitioner: Any, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    answer = await client.post("/v1/prescriptions", content=b"{}", auth=practitioner(), headers=headers)
    assert code_of(answer, 415) == "unsupported-media-type"
