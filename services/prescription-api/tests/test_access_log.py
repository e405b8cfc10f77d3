"""The access log as the citizen reads it, and what is in it (P13)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from devkit.testing.national_ids import generate
from prescription_api.accesslog.schemas import AccessLogEntry
from prescription_api.accesslog.texts import ACTIONS
from shared.db import Database

READ = "nhn:verktoyformidler/read"


@pytest.fixture
def read_log(client: httpx.AsyncClient, citizen: Any) -> Any:
    async def read(number: str, language: str = "nb", query: str = "", **headers: str) -> httpx.Response:
        headers |= {"Accept-Language": language}
        return await client.get(f"/v1/me/access-log{query}", auth=citizen(number), headers=headers)

    return read


async def test_P13_a_search_is_logged_each_time_also_when_nothing_is_found(
    client: httpx.AsyncClient, practitioner: Any, odd: str, read_log: Any
) -> None:
    body = {"patient": {"nationalId": odd}}
    for _ in range(2):
        assert (await client.post("/v1/prescriptions/search", json=body, auth=practitioner(READ))).json()["items"] == []
    entries = (await read_log(odd)).json()["items"]
    assert [entry["action"] for entry in entries] == ["searched", "searched"]
    assert entries[0] == {
        "entryId": entries[0]["entryId"],
        "at": "2026-11-22T08:00:00.000Z",
        "action": "searched",
        "text": "Ragnhild Bergknausen (lege) så etter hvilke digitale helseverktøy virksomheten har sendt deg.",
        "outcome": None,
        "outcomeText": None,
        "name": "Ragnhild Bergknausen",
        "profession": "lege",
        "organisation": "299900452",
        "organisationName": None,
        "clientId": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
        "toolId": None,
        "toolName": None,
        "prescriptionId": None,
    }


@pytest.mark.parametrize(
    ("language", "text", "refusal"),
    [
        ("nb", "Ragnhild (psykolog) prøvde å sende deg verktøyet Søvnstigen.", "Det ble ikke sendt"),
        ("nn", "Ragnhild (psykolog) prøvde å sende deg verktøyet Svevnstigen.", "Det vart ikkje sendt"),
        ("en", "Ragnhild (psychologist) tried to send you the tool Søvnstigen.", "It was not sent"),
    ],
)
async def test_P13_what_was_refused_is_told_in_plain_words(
    publish: Any, odd: str, read_log: Any, add: Any, language: str, text: str, refusal: str
) -> None:
    await add(odd, "prescribing-refused", tool_id=await publish(), profession="PS", outcome="already-prescribed")
    answer = await read_log(odd, language)
    [entry] = answer.json()["items"]
    assert (entry["text"], entry["outcome"]) == (text, "already-prescribed")
    assert entry["outcomeText"].startswith(refusal)
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept, Accept-Language")


@pytest.fixture
def add(database: Database, reference: Any, clock: Any) -> Any:
    """An entry as some part of the service writes it."""

    async def write(number: str, action: str, **values: Any) -> None:
        row = {"citizen": reference(number), "at": clock.now, "entry_id": uuid4(), "action": action}
        row |= {"hpr_number": "9144889", "name": "Ragnhild", "profession": None, "organisation": "299900452"}
        row |= {"client_id": "ehr"} | values
        columns, places = ", ".join(row), ", ".join(f"${n}" for n in range(1, len(row) + 1))
        async with database.driver() as connection:
            sql = f"INSERT INTO access_log ({columns}) VALUES ({places})"  # noqa: S608 - columns of ours
            await connection.execute(sql, *row.values())

    return write


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_P13_every_action_that_the_table_takes_has_its_words(
    publish: Any, odd: str, read_log: Any, add: Any, language: str, database: Database
) -> None:
    async with database.driver() as connection:
        rule = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'access_log_action_check' AND conrelid = 'access_log'::regclass"
        )
    told = AccessLogEntry.model_json_schema()["properties"]["action"]["x-extensible-enum"]
    assert sorted(told) == sorted(ACTIONS)
    assert all(f"'{action}'" in rule for action in ACTIONS)
    assert rule.count("'::text") == len(ACTIONS)
    tool_id = await publish()
    for action in ACTIONS:
        await add(odd, action, tool_id=tool_id)
    texts = [entry["text"] for entry in (await read_log(odd, language)).json()["items"]]
    assert len(set(texts)) == len(ACTIONS)
    assert not any("{" in text or "None" in text for text in texts)


async def test_P13_a_tool_that_the_catalogue_no_longer_names_does_not_spoil_the_sentence(
    odd: str, read_log: Any, add: Any
) -> None:
    await add(odd, "prescribed", tool_id=uuid4())
    [entry] = (await read_log(odd)).json()["items"]
    assert entry["text"] == "Ragnhild (helsepersonell) sendte deg verktøyet (uten kjent navn)."
    assert entry["toolName"] is None


async def test_P13_the_log_is_paged_newest_first_and_nobody_elses(
    odd: str, read_log: Any, add: Any, clock: Any
) -> None:
    other = generate(date(1990, 1, 1), 0)
    await add(other, "looked-up")
    for day in range(5):
        await add(odd, "looked-up", at=clock.now - timedelta(days=100 * day))
    await add(odd, "looked-up")  # at the same moment as another
    seen: list[dict[str, Any]] = []
    query = "?limit=2"
    while query:
        page = (await read_log(odd, query=query)).json()
        seen += page["items"]
        assert len(page["items"]) <= 2
        query = f"?limit=2&cursor={page['nextCursor']}" if page["nextCursor"] else ""
        await add(odd, "looked-up", at=clock.now + timedelta(days=len(seen)))  # what comes later moves nothing
    moments = [entry["at"] for entry in seen]
    assert moments == sorted(moments, reverse=True)
    assert len({entry["entryId"] for entry in seen}) == 6


async def test_P13_the_log_is_not_sent_again_while_nothing_has_happened(odd: str, read_log: Any, add: Any) -> None:
    await add(odd, "looked-up")
    first = await read_log(odd)
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await read_log(odd, **known)).status_code == 304
    assert (await read_log(odd, "nn", **known)).status_code == 200
    assert (await read_log(odd, Accept="application/fhir+json", **known)).status_code == 200
    await add(odd, "looked-up")
    assert (await read_log(odd, **known)).status_code == 200


@pytest.fixture
def as_parent(client: httpx.AsyncClient, world: Any, odd: str) -> Any:
    """Odd reads the log of the child with this number."""
    from devkit.testing.tokens import BearerAuth

    async def read(child: str) -> httpx.Response:
        token = world.helsenorge.citizen_token("nhn:verktoyformidler", pid=odd, represents=child, relation="parent")
        return await client.get("/v1/me/access-log", auth=BearerAuth(token))

    return read


@pytest.mark.rule("P13", "S5")
async def test_P13_whoever_may_act_for_somebody_sees_that_persons_log(
    as_parent: Any, world: Any, odd: str, add: Any
) -> None:
    child = generate(date(2018, 1, 1), 0)
    await add(child, "looked-up")
    await add(odd, "searched")
    world.representations.allow()
    assert [entry["action"] for entry in (await as_parent(child)).json()["items"]] == ["looked-up"]
    await as_parent(child)
    first, again = world.representations.asked
    assert first == again, "asked about on every use"
    assert (first["area"], first["act"], first["youngPersonsOwn"]) == ("health-care", "read", True)


@pytest.mark.rule("P13", "S5")
async def test_P13_nobody_else_does_and_nobody_while_consent_api_is_away(as_parent: Any, world: Any, add: Any) -> None:
    child = generate(date(2018, 1, 1), 0)
    await add(child, "looked-up")
    world.representations.refuse("young-persons-own")
    refused = await as_parent(child)
    assert (refused.status_code, refused.json()["code"]) == (403, "representation-not-allowed")
    world.away.add("consent")
    refused = await as_parent(child)
    assert (refused.status_code, refused.json()["code"]) == (503, "representation-unavailable")


@pytest.mark.parametrize("statement", ["UPDATE access_log SET name = 'Ingen'", "DELETE FROM access_log"])
async def test_P13_the_log_is_only_added_to(odd: str, add: Any, database: Database, statement: str) -> None:
    await add(odd, "looked-up")
    async with database.driver() as connection:
        for relation in ("access_log", await connection.fetchval("SELECT tableoid::regclass::text FROM access_log")):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement.replace("access_log", relation))
        assert await connection.fetchval("SELECT name FROM access_log") == "Ragnhild"


@pytest.mark.parametrize(("query", "status"), [("?limit=0", 422), ("?cursor=x", 400), ("?cursor=W10", 400)])
async def test_bad_questions_about_the_log_are_4xx(odd: str, read_log: Any, query: str, status: int) -> None:
    answer = await read_log(odd, query=query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_the_log_in_another_form_is_406(odd: str, read_log: Any) -> None:
    answer = await read_log(odd, Accept="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
