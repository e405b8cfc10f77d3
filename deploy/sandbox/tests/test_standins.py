"""HPR, person register and SMS gateway, in the shapes that the services are written against."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sandbox.app import create_app
from sandbox.context import Sandbox
from sandbox.settings import SandboxSettings
from sandbox.standins.segments import segments

KEY = {"Authorization": "Bearer sandbox-sms-key"}
SMS = {"to": "+4749990001", "text": "Du har fått noe nytt på Helsenorge.", "reference": "n-1", "urgent": False}


async def send(http: httpx.AsyncClient, key: str, **changes: Any) -> httpx.Response:
    return await http.post("/sms/messages", json=SMS | changes, headers=KEY | {"Idempotency-Key": key})


async def test_hpr_knows_its_practitioners(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    for practitioner in sandbox.population.practitioners.values():
        entry = (await http.get(f"/hpr/practitioners/{practitioner.hpr_number}")).json()
        assert entry.keys() == {"hprNumber", "name", "valid", "authorisations"}
        assert entry["valid"] is practitioner.valid
        assert all(it.keys() == {"profession", "validFrom", "validTo"} for it in entry["authorisations"])


async def test_hpr_does_not_know_others(http: httpx.AsyncClient) -> None:
    response = await http.get("/hpr/practitioners/1")

    assert response.status_code == 404
    assert response.json()["code"] == "not-found"


async def test_the_person_register_leaves_out_whom_it_does_not_know(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    wanted = [*sandbox.population.citizens, "20828506626"]

    persons = (await http.post("/person-register/persons/lookup", json={"nationalIds": wanted})).json()["persons"]

    assert [person["nationalId"] for person in persons] == list(sandbox.population.citizens)
    people = {"parents", "children"}
    assert all(
        person.keys() == {"nationalId", "name", "birthDate", "status", "deceasedAt", "confidentialAddress", *people}
        for person in persons
    )
    assert {person["status"] for person in persons} == {"resident", "deceased", "emigrated"}
    assert all((person["status"] == "deceased") == bool(person["deceasedAt"]) for person in persons)
    assert any(person["confidentialAddress"] for person in persons)


async def test_the_person_register_says_who_is_whose_parent(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    child, parents = "05911585172", {"03828720545", "12928947813"}
    question = {"nationalIds": [child, *parents]}
    persons = (await http.post("/person-register/persons/lookup", json=question)).json()["persons"]

    assert {it["nationalId"]: set(it["parents"]) for it in persons} == {child: parents} | {it: set() for it in parents}


@pytest.mark.parametrize("count", [0, 1001])
async def test_the_person_register_takes_one_to_a_thousand(http: httpx.AsyncClient, count: int) -> None:
    response = await http.post("/person-register/persons/lookup", json={"nationalIds": ["20828506626"] * count})

    assert response.status_code == 422


async def test_a_thousand_persons_are_found_at_once(http: httpx.AsyncClient) -> None:
    made = (await http.post("/people", json={"count": 1000, "seed": 5})).json()["nationalIds"]

    started = time.perf_counter()
    response = await http.post("/person-register/persons/lookup", json={"nationalIds": made})

    assert [person["nationalId"] for person in response.json()["persons"]] == made
    assert time.perf_counter() - started < 10


async def test_the_gp_register_knows_offices_and_who_works_there(http: httpx.AsyncClient) -> None:
    office = (await http.get("/gp-register/offices/9900104")).json()

    assert office == {
        "herId": 9900104,
        "name": "Kvitveisgata fastlegekontor",
        "address": "Kvitveisgata 7, 9998 Skarvøy",
        "practitioners": [
            {"hprNumber": "990000104", "name": "Aslaug Sildrebekk", "role": "gp"},
            {"hprNumber": "990000105", "name": "Mikkel Drivfokk", "role": "substitute"},
        ],
    }
    assert (await http.get("/gp-register/offices/1")).status_code == 404


async def test_the_gp_register_knows_where_a_gp_works(http: httpx.AsyncClient) -> None:
    async def works_at(hpr_number: str) -> list[int]:
        offices = (await http.get(f"/gp-register/practitioners/{hpr_number}/offices")).json()["offices"]
        return [office["herId"] for office in offices]

    assert await works_at("990000101") == [9900101, 9900102]
    assert await works_at("990000107") == []


async def test_the_gp_register_tells_who_is_on_whose_list_page_by_page(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    found: list[dict[str, Any]] = []
    cursor, more = "0", True
    while more:
        answer = await http.get("/gp-register/patient-lists/changes", params={"cursor": cursor, "limit": 10})
        page = answer.json()
        found, cursor, more = found + page["items"], page["nextCursor"], page["more"]

    lists = sandbox.population.relations.general_practitioners
    assert [it["sequence"] for it in found] == list(range(1, len(lists) + 1))
    assert found[0] == {"sequence": 1, "nationalId": "17858401267", "hprNumber": "990000101", "herId": 9900101}
    assert len({it["nationalId"] for it in found}) == len(lists)


async def test_an_sms_is_accepted_and_kept(http: httpx.AsyncClient) -> None:
    response = await send(http, "one")

    [kept] = (await http.get("/messages", params={"to": "+4749990001"})).json()["items"]
    assert response.status_code == 202
    assert response.json() == {"messageId": kept["messageId"], "segments": 1}
    assert {name: kept[name] for name in ("channel", "to", "text", "reference", "urgent", "segments")} == {
        "channel": "sms",
        "to": SMS["to"],
        "text": SMS["text"],
        "reference": "n-1",
        "urgent": False,
        "segments": 1,
    }
    assert kept["receivedAt"].endswith("Z")


async def test_P14_the_same_key_in_parallel_gives_one_message(http: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(*(send(http, "same") for _ in range(50)))

    assert {response.status_code for response in responses} == {202}
    assert len({response.json()["messageId"] for response in responses}) == 1
    assert (await http.get("/messages")).json()["total"] == 1


async def test_the_same_key_with_another_text_is_refused(http: httpx.AsyncClient) -> None:
    await send(http, "same")
    response = await send(http, "same", text="Noe annet")

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency-key-reused"
    assert (await http.get("/messages")).json()["total"] == 1


async def test_keys_messages_and_answers_survive_a_restart(
    fresh_settings: SandboxSettings, connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    answers, keys = [], []
    for _ in range(2):
        app = create_app(fresh_settings)
        async with app.router.lifespan_context(app), connect(app) as http:
            answers.append((await send(http, "over a restart")).json())
            keys.append((await http.get("/jwks")).json())
            messages = (await http.get("/messages")).json()

    assert answers[0] == answers[1]
    assert keys[0] == keys[1]
    assert messages["total"] == 1


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "sandbox-sms-key"}])
async def test_the_gateway_asks_for_its_api_key(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await http.post("/sms/messages", json=SMS, headers=headers | {"Idempotency-Key": "k"})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert (await http.get("/messages")).json()["total"] == 0


@pytest.mark.parametrize(
    "changes",
    [{"to": "49990001"}, {"to": "+47"}, {"text": ""}, {"text": "x" * 1531}, {"text": "\0"}],
)
async def test_an_sms_that_cannot_be_sent_is_refused(http: httpx.AsyncClient, changes: dict[str, str]) -> None:
    response = await send(http, "k", **changes)

    assert response.status_code in (400, 422)
    assert (await http.get("/messages")).json()["total"] == 0


async def test_half_a_character_is_refused(http: httpx.AsyncClient) -> None:
    body = '{"to": "+4749990001", "text": "\\ud83d"}'
    headers = KEY | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    assert (await http.post("/sms/messages", content=body, headers=headers)).status_code in (400, 422)


async def test_messages_in_a_burst_are_all_kept(http: httpx.AsyncClient) -> None:
    """A campaign sends two hundred a second; most of the time here is spent by the client."""
    started = time.perf_counter()
    for burst in range(20):
        await asyncio.gather(*(send(http, f"{burst}-{place}") for place in range(50)))
    elapsed = time.perf_counter() - started

    assert (await http.get("/messages", params={"limit": 1})).json()["total"] == 1000
    assert elapsed < 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("æøåÆØÅ" * 26 + "abcd", 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("č" * 70, 1),
        ("č" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_the_network_does(text: str, expected: int) -> None:
    assert segments(text) == expected


REGISTER = "/organisation-register"


async def test_the_organisation_register_knows_main_entities_and_units_apart(http: httpx.AsyncClient) -> None:
    main = (await http.get(f"{REGISTER}/enheter/299900177")).json()
    unit = (await http.get(f"{REGISTER}/underenheter/299900452")).json()

    links = main.pop("_links")
    assert links["self"]["href"].endswith(f"{REGISTER}/enheter/299900177")
    assert main == {
        "organisasjonsnummer": "299900177",
        "navn": "Solfjell kommune",
        "organisasjonsform": {"kode": "KOMM", "beskrivelse": "Kommune"},
    }
    assert (unit["navn"], unit["overordnetEnhet"]) == ("Solfjell legekontor", "299900177")
    assert unit["organisasjonsform"]["kode"] == "BEDR"
    for other in ("underenheter/299900177", "enheter/299900452", "enheter/299900002"):
        assert (await http.get(f"{REGISTER}/{other}")).status_code == 404


async def test_the_organisation_register_tells_what_is_deleted(http: httpx.AsyncClient) -> None:
    main = await http.get(f"{REGISTER}/enheter/299901858")
    unit = await http.get(f"{REGISTER}/underenheter/299901785")

    assert (main.status_code, main.json()["slettedato"]) == (200, "2019-12-31")
    assert unit.status_code == 410
    for kind, name in (("enheter", "brennlia"), ("underenheter", "legevakt")):
        assert (await http.get(f"{REGISTER}/{kind}", params={"navn": name})).json()["page"]["totalElements"] == 0


async def test_the_organisation_register_is_searched_by_the_words_of_a_name(http: httpx.AsyncClient) -> None:
    async def found(kind: str, **question: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await http.get(f"{REGISTER}/{kind}", params=question)).json()
        return answer

    offices = await found("underenheter", navn="LEGEKONTOR skar")
    first = await found("enheter", navn="kommune", size=1)
    nobody = await found("enheter", navn="legekontor")

    assert [it["organisasjonsnummer"] for it in offices["_embedded"]["underenheter"]] == ["299900525"]
    assert len(first["_embedded"]["enheter"]) == 1
    assert first["page"] == {"size": 1, "totalElements": 2, "totalPages": 2, "number": 0}
    assert "_embedded" not in nobody
    assert (await http.get(f"{REGISTER}/enheter", params={"size": 5000, "page": 2})).status_code == 400
