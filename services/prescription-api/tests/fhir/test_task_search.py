"""Searching among an organisation's Tasks."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from devkit.testing.national_ids import generate
from shared.db import Database

READ = "nhn:verktoyformidler/read"
OTHER_OFFICE = "299900525"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
TOOL = "https://helseverktoy.example/fhir/sid/tool"


@pytest.fixture
def search(client: httpx.AsyncClient, practitioner: Any, valid: Any) -> Any:
    """The ids that a search finds, in order; every answer is checked."""

    async def ids(query: str = "", *, organisation: str = "299900452", form: dict[str, str] | None = None) -> list[str]:
        auth = practitioner(READ, organisation=organisation)
        if form is None:
            answer = await client.get(f"/fhir/Task{query}", auth=auth)
        else:
            answer = await client.post(f"/fhir/Task/_search{query}", data=form, auth=auth)
        assert answer.status_code == 200, answer.text
        bundle = valid(answer)
        assert bundle["type"] == "searchset"
        assert all(e["fullUrl"].endswith(f"/fhir/Task/{e['resource']['id']}") for e in bundle.get("entry", []))
        return [entry["resource"]["id"] for entry in bundle.get("entry", [])]

    return ids


async def test_the_organisations_own_newest_first(
    search: Any, three: Any, prescribe: Any, publish: Any, odd: str, practitioner: Any
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    other = await prescribe(odd, await publish(sequence=9), auth=practitioner(organisation=OTHER_OFFICE))
    assert await search() == made[::-1]
    assert await search("?_sort=authored-on") == made
    assert await search(organisation=OTHER_OFFICE) == [other.json()["prescriptionId"]]
    assert await search(organisation="299900592") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=ready", {0, 1}),
        ("status=in-progress", {2}),
        ("status=ready,in-progress", {0, 1, 2}),
        ("status=http://hl7.org/fhir/task-status|ready", {0, 1}),
        ("status=ready&status=in-progress", set()),
        ("status=completed,cancelled,draft", set()),
        ("business-status=opened", {2}),
        ("business-status=active,expired", {0, 1}),
        ("authored-on=2026-11-22", {0}),
        ("authored-on=eq2026-11-22T08:00Z", {0}),
        ("authored-on=2026-11-22T08:00:00Z", {0}),
        ("authored-on=2026-11-22T09:00:00.000%2B01:00", {0}),
        ("authored-on=ne2026-11-22", {1, 2}),
        ("authored-on=gt2026-11-22", {1, 2}),
        ("authored-on=sa2026-11-22T08:00:00Z", {1, 2}),
        ("authored-on=ge2026-11-22&authored-on=lt2026-11-24", {0, 1}),
        ("authored-on=le2026-11-23", {0, 1}),
        ("authored-on=eb2026-11-23", {0}),
        ("authored-on=2026", {0, 1, 2}),
        ("authored-on=2026-12", set()),
        ("authored-on=lt2026-11", set()),
        ("_lastUpdated=ge2026-11-24", {2}),
        ("modified=lt2026-11-24", {0, 1}),
        ("_count=200", {0, 1, 2}),
        ("_count=100000", {0, 1, 2}),
        ("_format=json", {0, 1, 2}),
        ("_format=json&_pretty=false&_count=1000", {0, 1, 2}),
        ("_format=application/fhir%2Bjson;fhirVersion=4.0&status=ready", {0, 1}),
        ("_summary=false&_total=none&_elements=status,code", {0, 1, 2}),
        ("status=http://hl7.org/fhir/task-status|", {0, 1, 2}),
        ("status=|ready", set()),
        ("status=urn:other|ready", set()),
        ("status=urn:other|ready,in-progress", {2}),
        ("_id=1", set()),
        ("identifier=urn:ietf:rfc:3986|1", set()),
        ("identifier=urn:other|1", set()),
        ("code=urn:other|0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11", set()),
    ],
)
async def test_what_can_be_asked_for(search: Any, three: Any, database: Database, query: str, found: set[int]) -> None:
    made = [p["prescriptionId"] for p in await three()]
    async with database.driver() as connection:
        await connection.execute(
            "UPDATE prescription SET state = 'opened', opened_at = prescribed_at WHERE prescription_id = $1", made[2]
        )
    assert set(await search(f"?{query}")) == {made[n] for n in found}


async def test_by_the_ids_of_prescriptions_and_tools(search: Any, three: Any) -> None:
    first, second, third = await three()
    ids = [p["prescriptionId"] for p in (first, second, third)]
    assert await search(f"?_id={ids[0]}") == [ids[0]]
    assert set(await search(f"?_id={ids[0]},{ids[2]}")) == {ids[0], ids[2]}
    assert await search(f"?identifier=urn:ietf:rfc:3986|urn:uuid:{ids[1]}") == [ids[1]]
    assert await search(f"?identifier=urn:uuid:{ids[1]}&_id={ids[0]}") == []
    assert await search(f"?code={TOOL}|{second['toolId']}") == [ids[1]]
    assert await search(f"?code={second['toolId']}") == [ids[1]]
    assert await search(f"?focus:identifier={TOOL}|{third['toolId']}") == [ids[2]]


@pytest.mark.parametrize(
    "query",
    [
        "status=banana",
        "status=",
        "status=ready,",
        "business-status=ready",
        "authored-on=yesterday",
        "authored-on=2026-13-01",
        "authored-on=2026-02-30",
        "authored-on=0000",
        "_sort=status",
        "_count=-1",
        "_summary=text",
        "_total=some",
        "_totalMethod=count",
        "_count=many",
        "_count=²",
        "owner=x",
        "_include=Task:focus",
        "status:not=ready",
        "focus=Device/1",
        f"_id={','.join(['0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11'] * 51)}",
        "&".join([f"_id={','.join(['0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11'] * 40)}"] * 6),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_and_not_passed_over(
    client: httpx.AsyncClient, practitioner: Any, refused: Any, query: str
) -> None:
    answer = await client.get(f"/fhir/Task?{query}", auth=practitioner(READ))
    assert refused(answer, 422) == "invalid-input"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Verdien kan ikke brukes for denne parameteren."),
        ("nn", "Verdien kan ikkje brukast for denne parameteren."),
        ("en", "The value is not one of this parameter's."),
    ],
)
async def test_what_is_wrong_with_a_search_is_told_in_the_language_asked_for(
    client: httpx.AsyncClient, practitioner: Any, language: str, words: str
) -> None:
    answer = await client.get("/fhir/Task?_sort=status", auth=practitioner(READ), headers={"Accept-Language": language})
    assert [issue["diagnostics"] for issue in answer.json()["issue"]] == [f"/query/_sort: {words}"]


@pytest.mark.parametrize(
    ("query", "form", "pointer"),
    [
        ("", {"_sort": "status"}, "/body/_sort"),
        ("?_sort=status", {"_count": "2"}, "/query/_sort"),
        ("", {"owner": "x"}, "/body"),
        ("?owner=x", {"_count": "2"}, "/query"),
        ("", {"patient:identifier": "urn:other|1"}, "/body/patient:identifier"),
    ],
)
async def test_what_is_wrong_with_a_form_is_in_the_body(
    client: httpx.AsyncClient, practitioner: Any, query: str, form: dict[str, str], pointer: str
) -> None:
    answer = await client.post(f"/fhir/Task/_search{query}", data=form, auth=practitioner(READ))
    assert [issue["diagnostics"].partition(": ")[0] for issue in answer.json()["issue"]] == [pointer]


@pytest.mark.parametrize("name", ["patient.identifier", "patient:identifier", "patient", "subject", "patient._id"])
async def test_P3_a_patient_is_not_asked_for_in_an_address(
    client: httpx.AsyncClient, practitioner: Any, refused: Any, odd: str, name: str
) -> None:
    """And the address's number is not repeated in the answer."""
    for method, where in (("GET", "/fhir/Task"), ("POST", "/fhir/Task/_search")):
        url = f"{where}?{name}={FNR}%7C{odd}"
        answer = await client.request(method, url, data={"status": "ready"} if method == "POST" else None,
                                      auth=practitioner(READ))  # fmt: skip
        assert refused(answer, 422) == "patient-search-by-post"
        assert odd not in answer.text


async def test_I1_a_parameter_that_is_a_number_is_not_repeated(
    client: httpx.AsyncClient, practitioner: Any, odd: str, refused: Any
) -> None:
    answer = await client.get(f"/fhir/Task?{odd}=1", auth=practitioner(READ))
    assert refused(answer, 422) == "invalid-input"
    assert odd not in answer.text


@pytest.mark.parametrize("name", ["patient.identifier", "patient:identifier"])
async def test_P3_a_patient_is_asked_for_in_a_form(
    search: Any, three: Any, odd: str, world: Any, prescribe: Any, publish: Any, name: str
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    other = world.live(generate(date(1977, 7, 7), 0))
    await prescribe(other, await publish(sequence=9))
    assert await search(form={name: f"{FNR}|{odd}"}) == made[::-1]
    assert await search(form={name: f"{FNR}|{odd}", "authored-on": "2026-11-23"}) == [made[1]]
    assert await search("?authored-on=2026-11-23", form={name: f"{FNR}|{odd}"}) == [made[1]]
    assert await search(form={name: f"{FNR}|{odd}"}, organisation=OTHER_OFFICE) == []
    assert len(await search(form={"status": "ready"})) == 4
    assert len(await search(form={})) == 4


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("{number}", "invalid-input"),
        ("urn:oid:2.16.578.1.12.4.1.4.4|{number}", "invalid-input"),
        (FNR + "|1234", "national-id-malformed"),
        (FNR + "|30896112144", "national-id-check-digits"),
    ],
)
async def test_P3_a_patient_needs_a_system_and_a_number(
    client: httpx.AsyncClient, practitioner: Any, refused: Any, odd: str, value: str, code: str
) -> None:
    form = {"patient.identifier": value.format(number=odd)}
    answer = await client.post("/fhir/Task/_search", data=form, auth=practitioner(READ))
    assert refused(answer, 422) == code
    assert odd not in answer.text


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported-media-type"),
        (b"status", "application/x-www-form-urlencoded", 400, "malformed-request"),
        (b"status=%ff", "application/x-www-form-urlencoded", 400, "malformed-request"),
        (b"\xff=1", "application/x-www-form-urlencoded", 400, "malformed-request"),
        (b"status=%00", "application/x-www-form-urlencoded", 400, "malformed-request"),
        (b"&".join([b"status=ready"] * 61), "application/x-www-form-urlencoded", 400, "malformed-request"),
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413, "body-too-large"),
    ],
)
async def test_a_form_that_is_none_is_refused(
    client: httpx.AsyncClient, practitioner: Any, refused: Any, body: bytes, media_type: str, status: int, code: str
) -> None:
    headers = {"Content-Type": media_type}
    answer = await client.post("/fhir/Task/_search", content=body, headers=headers, auth=practitioner(READ))
    assert refused(answer, status) == code


async def test_only_the_search_takes_forms(client: httpx.AsyncClient, practitioner: Any) -> None:
    answer = await client.post("/v1/prescriptions/search", data={"a": "b"}, auth=practitioner(READ))
    assert answer.status_code == 415


async def follow(client: httpx.AsyncClient, first: httpx.Response, practitioner: Any, valid: Any) -> list[list[str]]:
    """The ids of each page."""
    pages, answer = [], first
    while True:
        bundle = valid(answer)
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        if "next" not in links:
            return pages
        answer = await client.get(links["next"], auth=practitioner(READ))
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("sort", ["-authored-on", "authored-on", "_lastUpdated", "-_lastUpdated"])
async def test_the_next_page_is_behind_its_link(
    client: httpx.AsyncClient, practitioner: Any, valid: Any, three: Any, sort: str, database: Database
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    async with database.driver() as connection:
        await connection.execute(
            "UPDATE prescription SET prescribed_at = now(), changed_at = now() WHERE prescription_id <> $1", made[0]
        )
    first = await client.get(f"/fhir/Task?_count=1&_sort={sort}&status=ready", auth=practitioner(READ))
    pages = await follow(client, first, practitioner, valid)
    assert [len(page) for page in pages] == [1, 1, 1]
    seen = [page[0] for page in pages]
    assert set(seen) == set(made)
    together = valid(await client.get(f"/fhir/Task?_sort={sort}", auth=practitioner(READ)))
    assert seen == [entry["resource"]["id"] for entry in together["entry"]]


async def test_pages_are_stable_while_more_is_prescribed(
    client: httpx.AsyncClient, practitioner: Any, valid: Any, three: Any, prescribe: Any, publish: Any, odd: str
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    first = await client.get("/fhir/Task?_count=2", auth=practitioner(READ))
    await prescribe(odd, await publish(sequence=9))
    assert await follow(client, first, practitioner, valid) == [made[:0:-1], made[:1]]


async def test_I1_the_links_of_a_search_by_form_hold_nothing_of_the_patient(
    client: httpx.AsyncClient,
    practitioner: Any,
    valid: Any,
    three: Any,
    odd: str,
    reference: Any,
    rows: Any,
    refused: Any,
    prescribe: Any,
    publish: Any,
    world: Any,
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    await prescribe(world.live(generate(date(1977, 7, 7), 0)), await publish(sequence=9))
    form = {"patient.identifier": f"{FNR}|{odd}", "_count": "2"}
    first = await client.post("/fhir/Task/_search", data=form, auth=practitioner(READ))
    assert await follow(client, first, practitioner, valid) == [made[:0:-1], made[:1]]
    links = {link["relation"]: link["url"] for link in first.json()["link"]}
    assert links["self"].startswith("https://prescription.test/fhir/Task?_count=2&-patient=")
    again = await client.get(links["self"], auth=practitioner(READ))
    assert [entry["resource"]["id"] for entry in again.json()["entry"]] == made[:0:-1]
    assert {link["relation"]: link["url"] for link in again.json()["link"]} == links
    assert odd not in first.text
    assert reference(odd) not in first.text
    # each page of it is a search for the patient
    assert [row["action"] for row in await rows("access_log") if row["action"] != "prescribed"] == ["searched"] * 3
    stolen = await client.get(links["next"], auth=practitioner(READ, organisation=OTHER_OFFICE))
    assert refused(stolen, 400) == "cursor-invalid"
    stolen = await client.get(links["self"], auth=practitioner(READ, organisation=OTHER_OFFICE))
    assert refused(stolen, 422) == "invalid-input"


async def test_a_cursor_is_ours_and_stands_alone(
    client: httpx.AsyncClient, practitioner: Any, three: Any, refused: Any
) -> None:
    await three()
    page = (await client.get("/fhir/Task?_count=1", auth=practitioner(READ))).json()
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    cursor = parse_qs(urlsplit(following).query)["_cursor"][0]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for forged in (changed, cursor[:-8], "x", "", "é"):
        answer = await client.get("/fhir/Task", params={"_cursor": forged}, auth=practitioner(READ))
        assert refused(answer, 400) == "cursor-invalid"
    answer = await client.get(f"/fhir/Task?_cursor={cursor}&status=completed", auth=practitioner(READ))
    assert refused(answer, 422) == "invalid-input"


async def test_an_unchanged_page_is_not_sent_again(client: httpx.AsyncClient, practitioner: Any, three: Any) -> None:
    await three()
    first = await client.get("/fhir/Task?_count=1", auth=practitioner(READ))
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await client.get("/fhir/Task?_count=1", auth=practitioner(READ), headers=known)).status_code == 304
    assert (await client.get("/fhir/Task?_count=2", auth=practitioner(READ), headers=known)).status_code == 200


async def test_P13_a_search_for_a_patient_is_in_the_patients_log_also_when_nothing_is_found(
    search: Any, odd: str, rows: Any, reference: Any, clock: Any
) -> None:
    for _ in range(2):
        assert await search(form={"patient.identifier": f"{FNR}|{odd}"}) == []
    entries = await rows("access_log")
    assert [(e["action"], e["citizen"]) for e in entries] == [("searched", reference(odd))] * 2


async def test_P13_a_list_is_in_the_logs_of_those_in_it_once_a_day(
    search: Any, three: Any, odd: str, rows: Any, prescribe: Any, publish: Any, world: Any, clock: Any
) -> None:
    made = [p["prescriptionId"] for p in await three()]
    other = world.live(generate(date(1977, 7, 7), 0))
    unseen = (await prescribe(other, await publish(sequence=9), deadline="2027-01-01T00:00:00Z")).json()
    for _ in range(2):
        await search("?_count=2&_sort=authored-on")
    read = {str(row["prescription_id"]) for row in await rows("access_log") if row["action"] == "read"}
    assert read == set(made[:2])
    await search()
    read_now = [str(row["prescription_id"]) for row in await rows("access_log") if row["action"] == "read"]
    assert sorted(read_now) == sorted([*made, unseen["prescriptionId"]])
