"""A prescription as a FHIR Task."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from devkit.testing.national_ids import generate
from shared.db import Database

READ = "nhn:verktoyformidler/read"
OTHER_OFFICE = "299900525"


async def test_P8_a_prescription_is_a_task(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id, message="Lykke til!")).json()
    answer = await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ))
    task = valid(answer)
    assert task["id"] == made["prescriptionId"]
    assert (task["status"], task["businessStatus"]["coding"][0]["code"]) == ("ready", "active")
    assert task["code"] == {
        "coding": [
            {"system": "https://helseverktoy.example/fhir/sid/tool", "code": str(tool_id), "display": "Søvnstigen"}
        ],
        "text": "Ta i bruk Søvnstigen",
    }
    assert task["instantiatesUri"] == "https://sovn.example"
    assert task["authoredOn"] == made["prescribedAt"]
    assert task["restriction"]["period"]["end"] == made["deadline"] == "2026-12-22T22:59:59.000Z"
    assert task["reasonCode"]["coding"][0]["code"] == "treatment"
    assert task["note"] == [
        {"authorString": "Ragnhild Bergknausen", "time": made["prescribedAt"], "text": "Lykke til!"}
    ]
    assert odd not in answer.text
    parts = {part["id"]: part for part in task["contained"]}
    assert parts["practitioner"]["identifier"][0]["value"] == "9144889"
    assert parts["practitioner"]["qualification"][0]["code"]["coding"][0]["code"] == "LE"
    assert parts["organisation"]["identifier"][0]["value"] == "299900452"
    assert (parts["tool"]["version"], parts["tool"]["manufacturer"]) == ([{"value": "1"}], "Stille Vann")
    assert parts["supplier"]["identifier"][0]["value"] == "299900304"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("active", "ready"),
        ("opened", "in-progress"),
        ("ended", "completed"),
        ("revoked", "cancelled"),
        ("removed", "cancelled"),
        ("expired", "cancelled"),
        ("stopped", "cancelled"),
    ],
)
async def test_the_status_is_one_that_helsenorge_knows_and_ours_is_beside_it(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    valid: Any,
    database: Database,
    state: str,
    status: str,
) -> None:
    made = (await prescribe(odd, await publish())).json()
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = $1, opened_at = prescribed_at", state)
    task = valid(await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ)))
    assert (task["status"], task["businessStatus"]["coding"][0]["code"]) == (status, state)
    assert task["executionPeriod"]["start"] == made["prescribedAt"]


@pytest.mark.parametrize(
    ("language", "title", "status"),
    [
        ("nb", "Ta i bruk Søvnstigen", "Sendt, ikke åpnet"),
        ("nn", "Ta i bruk Svevnstigen", "Sendt, ikkje opna"),
        ("en", "Start using Søvnstigen", "Sent, not opened"),
    ],
)
async def test_texts_are_in_the_readers_language(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    valid: Any,
    language: str,
    title: str,
    status: str,
) -> None:
    made = (await prescribe(odd, await publish())).json()
    headers = {"Accept-Language": language}
    answer = await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ), headers=headers)
    task = valid(answer)
    assert (task["language"], task["code"]["text"], task["businessStatus"]["text"]) == (language, title, status)
    assert answer.headers["Vary"] == "Accept, Accept-Language"


async def test_P10_a_reason_and_an_end_are_told(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    valid: Any,
    database: Database,
) -> None:
    made = (await prescribe(odd, await publish())).json()
    where = f"/fhir/Task/{made['prescriptionId']}"
    revoke = {"reason": "Sendt til feil pasient"}
    await client.post(f"/v1/prescriptions/{made['prescriptionId']}/revoke", json=revoke, auth=practitioner())
    task = valid(await client.get(where, auth=practitioner(READ)))
    assert (task["status"], task["statusReason"]["text"]) == ("cancelled", "Sendt til feil pasient")
    assert "executionPeriod" not in task
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = 'ended', opened_at = changed_at")
    task = valid(await client.get(where, auth=practitioner(READ)))
    assert task["executionPeriod"] == {"start": made["prescribedAt"], "end": made["prescribedAt"]}


async def test_I1_the_patient_is_another_for_each_organisation(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any, reference: Any
) -> None:
    """By the same one a patient's tools can be held together; across organisations they cannot."""
    seen = []
    for number, office in enumerate(("299900452", "299900452", OTHER_OFFICE)):
        auth = practitioner(organisation=office)
        made = (await prescribe(odd, await publish(sequence=number + 1), auth=auth)).json()
        answer = await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=auth)
        seen.append(valid(answer)["for"]["identifier"]["value"])
        assert reference(odd) not in answer.text
    assert seen[0] == seen[1] != seen[2]


async def test_a_task_is_read_by_its_own_organisation_only(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, refused: Any
) -> None:
    made = (await prescribe(odd, await publish())).json()
    path = f"/fhir/Task/{made['prescriptionId']}"
    other = practitioner(READ, organisation=OTHER_OFFICE)
    assert refused(await client.get(path, auth=other), 404) == "prescription-not-found"
    assert refused(await client.get(f"/fhir/Task/{uuid4()}", auth=other), 404) == "prescription-not-found"
    wrong_scope = await client.get(path, auth=practitioner("nhn:helsetilbud/edit"))
    assert refused(wrong_scope, 403) == "scope-missing"
    nobody = await client.get(path)
    assert refused(nobody, 401) == "token-missing"
    assert nobody.headers["WWW-Authenticate"].startswith("DPoP")
    assert refused(await client.get("/fhir/Task/1", auth=other), 404) == "prescription-not-found"


async def test_an_unchanged_task_is_not_sent_again(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    database: Database,
) -> None:
    path = f"/fhir/Task/{(await prescribe(odd, await publish())).json()['prescriptionId']}"
    seen = await client.get(path, auth=practitioner(READ))
    headers = {"If-None-Match": seen.headers["ETag"]}
    again = await client.get(path, auth=practitioner(READ), headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(path, auth=practitioner(READ), headers=headers | {"Accept-Language": "en"})).is_success
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = 'opened', version = 2, opened_at = now()")
    assert (await client.get(path, auth=practitioner(READ), headers=headers)).status_code == 200


async def test_a_note_from_before_the_tool_was_kept_in_it_is_made_up_from_the_catalogue(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    valid: Any,
    database: Database,
) -> None:
    made = (await prescribe(odd, await publish())).json()
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET journal_note = journal_note - 'tool'")
    path = f"/fhir/Task/{made['prescriptionId']}"
    parts = {p["id"]: p for p in valid(await client.get(path, auth=practitioner(READ)))["contained"]}
    assert parts["supplier"]["name"] == "Stille Vann"


async def test_what_an_act_was_about_stays_when_the_tool_changes_its_supplier(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, valid: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    await publish(2, tool_id, revision=2, supplier={"organisationNumber": "299900665", "name": "Ny Eier"})
    task = valid(await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ)))
    parts = {part["id"]: part for part in task["contained"]}
    assert (parts["supplier"]["name"], parts["tool"]["version"]) == ("Stille Vann", [{"value": "1"}])


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/fhir+json"),
        ("*/*", "application/fhir+json"),
        ("application/json", "application/json"),
        ("application/fhir+json; fhirVersion=4.0", "application/fhir+json"),
        ("application/fhir+xml, application/json;q=0.5", "application/json"),
    ],
)
async def test_json_by_either_name(
    client: httpx.AsyncClient, practitioner: Any, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = await client.get("/fhir/Task", auth=practitioner(READ), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize("accept", ["application/fhir+xml", "application/fhir+json; fhirVersion=5.0", "text/html"])
async def test_what_is_not_there_in_the_form_asked_for_is_406(
    client: httpx.AsyncClient, practitioner: Any, accept: str, refused: Any
) -> None:
    answer = await client.get("/fhir/Task", auth=practitioner(READ), headers={"Accept": accept})
    assert refused(answer, 406) == "not-acceptable"


async def test_the_statement_says_what_is_claimed_and_needs_no_login(
    client: httpx.AsyncClient, valid: Any, refused: Any
) -> None:
    statement = valid(await client.get("/fhir/metadata"))
    assert statement["fhirVersion"] == "4.0.1"
    assert "Not certified" in statement["implementation"]["description"]
    told = statement["rest"][0]["resource"]
    assert [resource["type"] for resource in told] == ["Task", "DocumentReference"]
    for resource in told:
        assert {i["code"] for i in resource["interaction"]} == {"read", "search-type"}
        assert "patient" in {known["name"] for known in resource["searchParam"]}
    assert refused(await client.get("/fhir/Patient"), 404) == "not-found"
    assert refused(await client.delete("/fhir/metadata"), 405) == "method-not-allowed"


async def test_P13_who_reads_a_task_is_in_the_log_once_a_day(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    rows: Any,
    reference: Any,
    clock: Any,
) -> None:
    made = (await prescribe(odd, await publish())).json()

    async def reads() -> list[Any]:
        return [row for row in await rows("access_log") if row["action"] == "read"]

    for _ in range(2):
        await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ))
        await client.get(f"/v1/prescriptions/{made['prescriptionId']}", auth=practitioner(READ))
    [entry] = await reads()
    assert (entry["citizen"], entry["prescription_id"]) == (reference(odd), UUID(made["prescriptionId"]))
    assert (entry["hpr_number"], entry["profession"]) == ("9144889", "LE")
    clock.go(hours=16)  # 01.00 in Norway
    await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ))
    assert len(await reads()) == 2


async def test_P13_another_reader_is_another_entry(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, rows: Any, world: Any
) -> None:
    world.practise("565501872", "PS")
    made = (await prescribe(odd, await publish())).json()
    for hpr_number in ("9144889", "565501872"):
        await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ, hpr_number=hpr_number))
    entries = [row for row in await rows("access_log") if row["action"] == "read"]
    assert {(e["hpr_number"], e["profession"]) for e in entries} == {("9144889", "LE"), ("565501872", "PS")}


async def test_P13_a_reader_is_logged_by_the_token_while_the_register_is_away(
    client: httpx.AsyncClient, practitioner: Any, world: Any, rows: Any
) -> None:
    number = world.live(generate(date(1990, 1, 1), 0))
    world.away.add("hpr")
    body = {"patient": {"nationalId": number}}
    answer = await client.post("/v1/prescriptions/search", json=body, auth=practitioner(READ))
    assert answer.status_code == 200
    [entry] = await rows("access_log")
    assert (entry["action"], entry["name"], entry["profession"]) == ("searched", "Ragnhild Bergknausen", None)


async def test_P13_who_has_lost_their_authorisation_reads_nothing(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, world: Any, refused: Any
) -> None:
    made = (await prescribe(odd, await publish())).json()
    world.practise("565501872", "LE", valid=False)
    auth = practitioner(READ, hpr_number="565501872")
    assert refused(await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=auth), 403) == "hpr-not-valid"
