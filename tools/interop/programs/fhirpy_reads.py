"""fhirpy: a record system reads its organisation's Tasks."""

import asyncio
from itertools import islice
from typing import Any
from uuid import uuid4

from fhirpy import AsyncFHIRClient, SyncFHIRClient
from fhirpy.base.exceptions import ResourceNotFound
from proof import Proof
from steps import by_client, by_design, expect, need, step, told

BASE = told("PRESCRIPTION_URL") + "/fhir"
client = SyncFHIRClient(BASE, requests_config={"auth": Proof(), "timeout": 30})
lenient = SyncFHIRClient(
    BASE, extra_headers={"Prefer": "handling=lenient"}, requests_config={"auth": Proof(), "timeout": 30}
)
anyone = SyncFHIRClient(BASE, requests_config={"timeout": 30})


def collected(search) -> list[str]:
    found = [task.id for task in islice(search, 200)]
    expect(
        len(found) == len(set(found)) >= int(told("TASKS")), f"{len(found)} Tasks, {len(set(found))} of them different"
    )
    return found


async def collected_together() -> None:
    """The asynchronous client is on aiohttp, whose sessions take what sets headers as `middlewares`."""
    proof = Proof()

    async def prove(request: Any, send: Any) -> Any:
        request.headers.update(proof.headers(request.method, str(request.url)))
        return await send(request)

    client = AsyncFHIRClient(BASE, aiohttp_config={"middlewares": (prove,)})
    found = [task.id async for task in client.resources("Task").limit(2)]
    expect(len(set(found)) == len(found) >= int(told("TASKS")), f"{len(found)} Tasks, {len(set(found))} different")


def missing(task_id: str) -> None:
    try:
        client.get("Task", task_id)
    except ResourceNotFound as error:
        expect("OperationOutcome" in str(error), error)
    else:
        raise AssertionError("it was answered")


def metadata() -> None:
    statement = anyone.execute("metadata", "get")
    expect(statement["fhirVersion"] == "4.0.1", statement)


def refreshed() -> None:
    task = client.reference("Task", need(ids)[0]).to_resource()
    changed = task["meta"]["lastUpdated"]
    again = task.refresh()
    expect(again["meta"]["lastUpdated"] == changed, again)


def noted() -> None:
    notes = client.resources("DocumentReference").sort("date").limit(2)
    found = notes.fetch_all()
    expect(len(found) >= int(told("TASKS")), found)
    note = client.reference("DocumentReference", found[0]["id"]).to_resource()
    expect(note["content"][0]["attachment"]["contentType"].startswith("text/plain"), note)


def by_patient_form() -> None:
    number = f"urn:oid:2.16.578.1.12.4.1.4.1|{told('PATIENT')}"
    found = client.execute("Task/_search", "post", {"patient.identifier": number})
    expect(found["entry"], found)


tasks = client.resources("Task")
step("reads the CapabilityStatement without login", metadata)
ids = step("searches Tasks and pages through all, two on a page", lambda: collected(tasks.limit(2)))
step(
    "pages with `_format`, `_pretty` and `_count=1000`, as HAPI's and Medplum's clients ask",
    lambda: collected(tasks.search(_format="json", _pretty="false").limit(1000)),
)
step("reads a Task", lambda: expect(client.get("Task", need(ids)[0])["resourceType"] == "Task"))
step("meets a missing Task as `ResourceNotFound`", lambda: missing(str(uuid4())))
step("meets an ill-formed id as `ResourceNotFound`", lambda: missing("abc"))
step(
    "searches by status and date",
    lambda: expect(tasks.search(status="ready", authored_on__ge="2020-01-01").limit(1).fetch()),
)
step("takes the first", lambda: expect(tasks.first()))
step(
    "includes nothing it has not asked for (`_elements`)",
    lambda: expect(tasks.elements("status").limit(1).fetch()[0]["status"]),
)
step(
    "refreshes a Task",
    refreshed,
    by_client(
        r"'versionId'",
        "`refresh` takes for granted `meta.versionId`, which is optional (R4, 2.26.3.4): read anew instead.",
    ),
)
step("finds notes for the record and reads one", noted)
step(
    "counts (`_count=0&_totalMethod=count`)",
    lambda: expect(tasks.count() >= int(told("TASKS"))),
    by_client(
        r"Parameterne som finnes|_totalMethod",
        "`_totalMethod` is one product's (Aidbox), and what we do not know is refused: let it be passed over, as next.",
    ),
)
step(
    "counts, with `Prefer: handling=lenient`",
    lambda: expect(lenient.resources("Task").count() >= int(told("TASKS"))),
)
step("pages through all without waiting for each (`AsyncFHIRClient`)", lambda: asyncio.run(collected_together()))
step(
    "searches by patient by POST",
    by_patient_form,
    by_client(
        r"media-type|415|unsupported",
        "`execute` posts JSON only, and FHIR's `_search` takes a form (R4, 3.1.1.3.2): post the form with `requests`.",
    ),
)
step(
    "searches by patient in the address",
    lambda: tasks.search(**{"patient.identifier": told("PATIENT")}).fetch(),
    by_design(
        r"patient-search-by-post",
        "A national identity number must not be in an address: use `POST /fhir/Task/_search`.",
    ),
)
