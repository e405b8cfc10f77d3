"""The access log as AuditEvents (P13)."""

from typing import Any
from urllib.parse import urlsplit

import httpx

READ = "nhn:verktoyformidler/read"
FHIR = {"Accept": "application/fhir+json"}


async def test_P13_the_log_is_a_bundle_of_audit_events(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    citizen: Any,
    valid: Any,
    reference: Any,
    clock: Any,
) -> None:
    await client.post("/v1/patients/lookup", json={"nationalId": odd}, auth=practitioner())
    clock.go(seconds=1)
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    answer = await client.get("/v1/me/access-log", auth=citizen(odd), headers=FHIR)
    bundle = valid(answer)
    assert bundle["type"] == "searchset"
    event, look_up = (entry["resource"] for entry in bundle["entry"])
    assert (look_up["type"]["code"], look_up["action"], look_up["subtype"][0]["code"]) == ("110112", "E", "looked-up")
    assert (event["type"]["code"], event["action"], event["outcome"]) == ("110110", "C", "0")
    assert event["recorded"] == "2026-11-22T08:00:01.000Z"
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    who, client_agent = event["agent"]
    assert (who["who"]["reference"], who["name"]) == ("#prescriber", "Ragnhild Bergknausen")
    assert client_agent["who"]["identifier"]["value"] == "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11"
    parts = {part["id"]: part for part in event["contained"]}
    assert parts["practitioner"]["identifier"][0]["value"] == "9144889"
    assert parts["organisation"]["identifier"][0]["value"] == "299900452"
    patient, tool, prescription = event["entity"]
    assert patient["what"] == {"type": "Patient", "display": "Deg"}
    assert tool["what"]["identifier"]["value"] == str(tool_id)
    assert prescription["what"]["identifier"]["value"] == f"urn:uuid:{made['prescriptionId']}"
    assert "sendte deg verktøyet Søvnstigen" in event["text"]["div"]
    assert reference(odd) not in answer.text


async def test_P13_the_audit_events_are_paged_by_links(
    client: httpx.AsyncClient, practitioner: Any, odd: str, citizen: Any, valid: Any, clock: Any
) -> None:
    for _ in range(3):
        await client.post("/v1/patients/lookup", json={"nationalId": odd}, auth=practitioner())
        clock.go(seconds=1)
    seen, where = [], "https://prescription.test/v1/me/access-log?limit=2"
    while where:
        bundle = valid(await client.get(where, auth=citizen(odd), headers=FHIR))
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        assert links["self"] == where
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        where = links.get("next", "")
        assert urlsplit(where).path in ("/v1/me/access-log", "")
    assert len(set(seen)) == 3


async def test_P13_an_empty_log_is_an_empty_bundle(
    client: httpx.AsyncClient, odd: str, citizen: Any, valid: Any
) -> None:
    bundle = valid(await client.get("/v1/me/access-log", auth=citizen(odd), headers=FHIR))
    assert "entry" not in bundle


async def test_P13_a_suppliers_question_is_by_its_organisation(
    client: httpx.AsyncClient, publish: Any, odd: str, citizen: Any, valid: Any, supplier: Any
) -> None:
    tool_id = await publish()
    await client.post(f"/v1/tools/{tool_id}/prescribers", json={"patient": {"nationalId": odd}}, auth=supplier())
    bundle = valid(await client.get("/v1/me/access-log", auth=citizen(odd), headers=FHIR))
    [event] = [entry["resource"] for entry in bundle["entry"]]
    assert event["agent"][0]["who"] == {
        "reference": "#organisation",
        "type": "Organization",
        "display": "Stille Vann",
    }
    assert event["contained"][0]["identifier"][0]["value"] == "299900304"


async def test_P13_what_was_refused_has_its_code(
    client: httpx.AsyncClient, odd: str, citizen: Any, valid: Any, database: Any, reference: Any
) -> None:
    async with database.driver() as connection:
        await connection.execute(
            "INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation,"
            " client_id, outcome) VALUES ($1, now(), gen_random_uuid(), 'prescribing-refused', '9144889',"
            " 'A <b> & C', 'LE', '299900452', 'ehr', 'already-prescribed')",
            reference(odd),
        )
    bundle = valid(await client.get("/v1/me/access-log", auth=citizen(odd), headers=FHIR))
    [event] = [entry["resource"] for entry in bundle["entry"]]
    assert (event["outcome"], event["outcomeDesc"]) == ("4", "already-prescribed")
    assert "A &lt;b&gt; &amp; C (lege)" in event["text"]["div"]
