"""What clients of others say of the form of an answer, and add to every address."""

from datetime import date
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate

READ = "nhn:verktoyformidler/read"


@pytest.mark.parametrize(
    "query", ["_count=0", "_summary=count", "_summary=count&_count=5", "_total=accurate&_count=1", "_total=estimate"]
)
async def test_how_many_there_are_is_counted_for_who_asks(
    client: httpx.AsyncClient, practitioner: Any, three: Any, query: str
) -> None:
    await three()
    page = (await client.get(f"/fhir/Task?{query}", auth=practitioner(READ))).json()
    assert page["total"] == 3
    shown = {"_total=accurate&_count=1": 1, "_total=estimate": 3}.get(query, 0)
    assert len(page.get("entry", [])) == shown
    assert "total" not in (await client.get("/fhir/Task", auth=practitioner(READ))).json()


async def test_what_clients_add_to_every_address_does_not_end_paging(
    client: httpx.AsyncClient, practitioner: Any, three: Any
) -> None:
    """HAPI's client adds a format, Medplum's how many it wants."""
    await three()
    page = (await client.get("/fhir/Task?_count=2&_format=json&_pretty=false", auth=practitioner(READ))).json()
    [following] = [link["url"] for link in page["link"] if link["relation"] == "next"]
    more = await client.get(f"{following}&_format=json&_pretty=false&_count=1000", auth=practitioner(READ))
    assert more.status_code == 200
    assert len(more.json()["entry"]) == 1


async def test_who_asks_for_leniency_gets_what_is_known(
    client: httpx.AsyncClient, practitioner: Any, three: Any, refused: Any
) -> None:
    await three()
    query, lenient = "/fhir/Task?owner=x&_totalMethod=count&_count=2", {"Prefer": "handling=lenient"}
    assert refused(await client.get(query, auth=practitioner(READ)), 422) == "invalid-input"
    strict = {"Prefer": "handling=strict"}
    assert refused(await client.get(query, auth=practitioner(READ), headers=strict), 422) == "invalid-input"
    page = (await client.get(query, auth=practitioner(READ), headers=lenient)).json()
    [own] = [link["url"] for link in page["link"] if link["relation"] == "self"]
    assert own == "https://prescription.test/fhir/Task?_count=2"
    by_patient = await client.get("/fhir/Task?patient.identifier=x|1", auth=practitioner(READ), headers=lenient)
    assert refused(by_patient, 422) == "patient-search-by-post"


async def test_leniency_goes_on_with_what_was_asked_for(
    client: httpx.AsyncClient, practitioner: Any, three: Any, prescribe: Any, publish: Any, odd: str, world: Any
) -> None:
    """The link to the next page of a patient's leads to that patient's, and of some states to those."""
    made = {p["prescriptionId"] for p in await three()}
    another = world.live(generate(date(1977, 7, 7), 0))
    others = (await prescribe(another, await publish(sequence=9))).json()["prescriptionId"]
    lenient = {"Prefer": "handling=lenient"}
    form = {"patient.identifier": f"urn:oid:2.16.578.1.12.4.1.4.1|{odd}", "_count": "2", "owner": "x"}
    page = (await client.post("/fhir/Task/_search", data=form, auth=practitioner(READ), headers=lenient)).json()
    found = [entry["resource"]["id"] for entry in page["entry"]]
    [following] = [link["url"] for link in page["link"] if link["relation"] == "next"]
    more = f"{following}&_count=1000&_summary=false&_total=none"
    page = (await client.get(more, auth=practitioner(READ), headers=lenient)).json()
    found += [entry["resource"]["id"] for entry in page["entry"]]
    assert (set(found), len(found)) == (made, 3)
    assert others not in found


@pytest.mark.parametrize(
    ("asked", "status", "form"),
    [
        ("json", 200, "application/fhir+json"),
        ("text/json", 200, "application/json"),
        ("application/json;charset=utf-8", 200, "application/json"),
        ("application/fhir%2Bjson", 200, "application/fhir+json"),
        ("xml", 406, ""),
        ("application/fhir%2Bxml", 406, ""),
    ],
)
@pytest.mark.parametrize("path", ["/fhir/Task", "/fhir/metadata"])
async def test_format_overrides_accept(
    client: httpx.AsyncClient, practitioner: Any, path: str, asked: str, status: int, form: str
) -> None:
    headers = {"Accept": "text/html"}
    answer = await client.get(f"{path}?_format={asked}", auth=practitioner(READ), headers=headers)
    assert answer.status_code == status
    assert status == 406 or answer.headers["Content-Type"].startswith(form)


async def test_format_in_a_form_counts_as_in_an_address(
    client: httpx.AsyncClient, practitioner: Any, three: Any
) -> None:
    await three()
    for asked, status, kind in (("text/json", 200, "application/json"), ("xml", 406, "")):
        answer = await client.post("/fhir/Task/_search", data={"_format": asked}, auth=practitioner(READ))
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith(kind)


async def test_no_version_is_claimed_where_none_can_be_read(
    client: httpx.AsyncClient, practitioner: Any, three: Any
) -> None:
    [first, *_] = await three()
    told = (await client.get("/fhir/metadata")).json()["rest"][0]["resource"]
    assert {resource["type"]: resource["versioning"] for resource in told} == {
        "Task": "no-version",
        "DocumentReference": "no-version",
    }
    read = await client.get(f"/fhir/Task/{first['prescriptionId']}", auth=practitioner(READ))
    assert "versionId" not in read.json()["meta"]
