"""Looking up, listing, and what comes back later."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devkit.testing.cursors import cursor_for
from devkit.testing.national_ids import generate
from prescription_api.clients.catalog import tool_feed
from prescription_api.following import follow_tools
from prescription_api.handlers import HANDLERS
from shared.auth.client import HelseIdClient
from shared.db import Database
from shared.metrics import Metrics

READ = "nhn:verktoyformidler/read"


async def test_P3_P13_a_look_up_answers_and_is_logged(
    client: httpx.AsyncClient, practitioner: Any, odd: str, rows: Any, reference: Any, citizen: Any
) -> None:
    answer = await client.post("/v1/patients/lookup", json={"nationalId": odd}, auth=practitioner())
    assert answer.json() == {
        "name": "Odd Åsgård",
        "ageClass": "adult",
        "digitallyActive": True,
        "activeThemselves": True,
        "activeThroughOthers": False,
        "reasons": [],
    }
    [entry] = await rows("access_log")
    assert (entry["citizen"], entry["action"], entry["hpr_number"]) == (reference(odd), "looked-up", "9144889")
    log = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()
    assert log["items"][0]["text"].startswith("Ragnhild Bergknausen (lege) slo deg opp")
    other = await client.get("/v1/me/access-log", auth=citizen(generate(date(1990, 1, 1), 0)))
    assert other.json()["items"] == []


async def test_P13_what_was_prescribed_is_in_the_log_with_the_tools_name(
    client: httpx.AsyncClient, prescribe: Any, publish: Any, odd: str, citizen: Any
) -> None:
    await prescribe(odd, await publish())
    await prescribe(odd, await publish(sequence=2))
    first = (await client.get("/v1/me/access-log?limit=1", auth=citizen(odd))).json()
    assert "Søvnstigen" in first["items"][0]["text"]
    rest = (await client.get(f"/v1/me/access-log?limit=1&cursor={first['nextCursor']}", auth=citizen(odd))).json()
    assert rest["nextCursor"] is None
    assert rest["items"][0]["entryId"] != first["items"][0]["entryId"]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2010, 11, 22), "adult"),
        (date(2010, 11, 23), "youth"),
        (date(2014, 11, 22), "youth"),
        (date(2014, 11, 23), "child"),
    ],
)
async def test_S5_the_age_class_changes_on_the_birthday(
    client: httpx.AsyncClient, practitioner: Any, world: Any, born: date, expected: str
) -> None:
    number = world.live(generate(born, 0))
    answer = await client.post("/v1/patients/lookup", json={"nationalId": number}, auth=practitioner())
    assert answer.json()["ageClass"] == expected


async def test_P4_a_look_up_says_why_somebody_is_not_active(
    client: httpx.AsyncClient, practitioner: Any, world: Any
) -> None:
    number = world.live(generate(date(1960, 1, 1), 0), reasons=("consent-basis-only",))
    found = (await client.post("/v1/patients/lookup", json={"nationalId": number}, auth=practitioner())).json()
    assert found["digitallyActive"] is False
    assert found["reasons"][0]["code"] == "consent-basis-only"


@pytest.mark.rule("P4", "S5")
@pytest.mark.parametrize("through_others", [True, False])
async def test_P4_reasons_come_with_no_alone_and_a_child_reached_through_others_is_told_as_such(
    client: httpx.AsyncClient, practitioner: Any, world: Any, through_others: bool
) -> None:
    number = world.live(generate(date(2020, 1, 1), 0), reasons=("too-young",))
    if through_others:
        world.through_others.add(number)
    found = (await client.post("/v1/patients/lookup", json={"nationalId": number}, auth=practitioner())).json()
    assert (found["digitallyActive"], found["activeThroughOthers"]) == (through_others, through_others)
    assert [reason["code"] for reason in found["reasons"]] == (
        [] if through_others else ["too-young", "no-representative"]
    )


async def test_P2_the_list_says_what_can_be_prescribed_and_why_not(
    client: httpx.AsyncClient, practitioner: Any, publish: Any
) -> None:
    await publish(sequence=1)
    only_psychologists = await publish(sequence=2, requiredAuthorisations=["PS"])
    await publish(sequence=3, prescriberOrganisations=["299900452"])
    answer = await client.get("/v1/prescribable-tools", auth=practitioner(READ))
    by_code = {tuple(r["code"] for r in t["reasons"]): t for t in answer.json()["items"]}
    assert by_code.keys() == {(), ("authorisation-required",), ("organisation-required",)}
    assert by_code[()]["prescribable"] is True
    refused = by_code[("authorisation-required",)]
    assert (refused["toolId"], refused["reasons"][0]["acceptedAuthorisations"]) == (str(only_psychologists), ["PS"])
    chosen = await client.get("/v1/prescribable-tools?organisation=299900452", auth=practitioner(READ))
    assert sum(tool["prescribable"] for tool in chosen.json()["items"]) == 2


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=201", 422),
        ("cursor=x", 400),
        ("cursor=W10", 400),
        # as it was before search
        ("cursor=" + cursor_for("/v1/prescribable-tools", "Søvnstigen", "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"), 400),
        ("kind=other", 422),
        ("national=perhaps", 422),
        ("q=" + "a" * 201, 422),
        ("purpose=fun", 422),
        ("q=%00", 400),
    ],
)
async def test_bad_questions_are_4xx(client: httpx.AsyncClient, practitioner: Any, query: str, status: int) -> None:
    answer = await client.get(f"/v1/prescribable-tools?{query}", auth=practitioner(READ))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_prescription_is_read_by_its_own_organisation_only(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = await prescribe(odd, await publish())
    path = made.headers["Location"]
    own = await client.get(path, auth=practitioner(READ))
    assert own.json() == made.json()
    unchanged = await client.get(path, auth=practitioner(READ), headers={"If-None-Match": own.headers["ETag"]})
    assert unchanged.status_code == 304
    for where in (path, f"{path}/journal-note", f"/v1/prescriptions/{uuid4()}"):
        answer = await client.get(where, auth=practitioner(READ, organisation="299900304"))
        assert (answer.status_code, answer.json()["code"]) == (404, "prescription-not-found")


async def test_P8_the_note_can_be_fetched_as_text(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = await prescribe(odd, await publish())
    note = await client.get(f"{made.headers['Location']}/journal-note", auth=practitioner(READ))
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.text == made.json()["journalNote"]["text"]


async def test_a_search_finds_the_organisations_own(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = [(await prescribe(odd, await publish(sequence=n))).json()["prescriptionId"] for n in (1, 2, 3)]
    body = {"patient": {"nationalId": odd}}
    page = (await client.post("/v1/prescriptions/search?limit=2", json=body, auth=practitioner(READ))).json()
    where = f"/v1/prescriptions/search?limit=2&cursor={page['nextCursor']}"
    rest = (await client.post(where, json=body, auth=practitioner(READ))).json()
    assert sorted(p["prescriptionId"] for p in page["items"] + rest["items"]) == sorted(made)
    of_another = await client.post(
        where, json={"patient": {"nationalId": generate(date(1977, 7, 7), 0)}}, auth=practitioner(READ)
    )
    assert (of_another.status_code, of_another.json()["code"]) == (400, "cursor-invalid")
    other = practitioner(READ, organisation="299900304")
    assert (await client.post("/v1/prescriptions/search", json=body, auth=other)).json()["items"] == []


async def test_K6_the_copy_is_read_from_the_catalogue_without_any_event(
    world: Any, database: Any, clock: Any, prescribe: Any, odd: str, make_tool: Any, settings: Any
) -> None:
    tools = [make_tool(uuid4()) for _ in range(3)]
    world.changes += [
        {
            "sequence": n,
            "change": "published",
            "toolId": str(t.tool_id),
            "tool": t.model_dump(mode="json", by_alias=True),
        }
        for n, t in enumerate(tools, 1)
    ]
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        helseid = HelseIdClient.from_settings(settings, http, timeout=30)
        follower = follow_tools(database, tool_feed("https://catalog.test", helseid), Metrics())
        await follower.read()
        assert (await prescribe(odd, tools[2].tool_id)).status_code == 201
        stop = {"sequence": 4, "change": "stopped", "toolId": str(tools[0].tool_id), "category": "security"}
        world.changes.append(stop)
        await follower.read()
    answer = await prescribe(odd, tools[0].tool_id)
    assert answer.json()["code"] == "tool-stopped"


def test_handlers_have_names_of_their_own() -> None:
    """The inbox knows a handler by its name."""
    names = [handler.__name__ for handlers in HANDLERS.values() for handler in handlers]
    assert len(names) == len(set(names))


async def test_P13_HEAD_is_proven_and_recorded_as_a_reading_of_its_own(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str, rows: Any
) -> None:
    """Its proof is for HEAD (RFC 9449, 4.2); what GET writes in the access log, it writes too."""
    path, ours = (await prescribe(odd, await publish())).headers["Location"], practitioner(READ)
    looked = await client.head(path, auth=ours)
    assert (looked.status_code, looked.content, looked.headers["etag"]) == (200, b"", '"1-nb"')
    assert "read" in [entry["action"] for entry in await rows("access_log")]
    headers = ours.headers("GET", str(client.base_url.join(path)))
    refused = await client.head(path, headers=headers)
    assert (refused.status_code, "invalid_dpop_proof" in refused.headers["www-authenticate"]) == (401, True)
    not_found = await client.head(f"/fhir/Task/{uuid4()}", auth=ours)
    assert (not_found.status_code, not_found.headers["content-type"]) == (404, "application/fhir+json")


async def test_the_entity_tag_of_a_prescription_is_of_its_language(
    client: httpx.AsyncClient, practitioner: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = await prescribe(odd, await publish(), headers={"Accept-Language": "nn"})
    path, seen = made.headers["Location"], {"If-None-Match": made.headers["ETag"]}
    same = await client.get(path, auth=practitioner(READ), headers=seen | {"Accept-Language": "nn"})
    assert same.status_code == 304
    other = await client.get(path, auth=practitioner(READ), headers=seen | {"Accept-Language": "nb"})
    assert (other.status_code, other.json()["toolName"]) == (200, "Søvnstigen")


async def test_P2_a_cursor_is_good_for_its_own_filters(
    client: httpx.AsyncClient, practitioner: Any, publish: Any
) -> None:
    for sequence in (1, 2, 3):
        await publish(sequence=sequence)
    cursor = (await client.get("/v1/prescribable-tools?limit=1", auth=practitioner(READ))).json()["nextCursor"]
    for query, status in (("limit=2", 200), ("kind=integrated", 400), ("q=søvn", 400)):
        answer = await client.get(f"/v1/prescribable-tools?{query}&cursor={cursor}", auth=practitioner(READ))
        assert answer.status_code == status


async def test_P2_a_forged_cursor_is_refused(client: httpx.AsyncClient, practitioner: Any) -> None:
    cursor = cursor_for("/v1/prescribable-tools", 0, 0, "Søvnstigen", "no id")
    answer = await client.get(f"/v1/prescribable-tools?cursor={cursor}", auth=practitioner(READ))
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


async def test_P2_no_connection_is_held_while_the_register_is_asked(
    client: httpx.AsyncClient,
    practitioner: Any,
    world: Any,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[int] = []
    ask = world._hpr

    def asked(request: httpx.Request) -> httpx.Response:
        held.append(database.connections_in_use)
        answer: httpx.Response = ask(request)
        return answer

    monkeypatch.setattr(world, "_hpr", asked)
    assert (await client.get("/v1/prescribable-tools", auth=practitioner(READ))).status_code == 200
    assert held == [0]


async def test_I1_a_problem_does_not_repeat_a_number_that_was_sent_as_a_name(
    client: httpx.AsyncClient, practitioner: Any, odd: str
) -> None:
    answer = await client.post("/v1/patients/lookup", json={odd: 1}, auth=practitioner())
    assert answer.status_code == 422
    assert odd not in answer.text
