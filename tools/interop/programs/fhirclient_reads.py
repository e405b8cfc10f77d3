"""fhirclient for Python (SMART): a record system reads its organisation's Tasks."""

from itertools import islice
from uuid import uuid4

from fhirclient.client import FHIRClient
from fhirclient.models.task import Task
from fhirclient.server import FHIRNotFoundException
from proof import Proof
from steps import by_design, expect, need, step, told

BASE = told("PRESCRIPTION_URL") + "/fhir"
NUMBER = f"urn:oid:2.16.578.1.12.4.1.4.1|{told('PATIENT')}"
server = FHIRClient(settings={"app_id": "record-system", "api_base": BASE}).server
server.session.auth = Proof()  # a proof for each request of the session


def metadata() -> None:
    statement = server.capabilityStatement
    expect(statement.fhirVersion == "4.0.1", statement.fhirVersion)


def collected(struct: dict[str, str]) -> list[str]:
    found = [task.id for task in islice(Task.where(struct).perform_resources_iter(server), 200)]
    expect(len(found) == len(set(found)) >= int(told("TASKS")), f"{len(found)} Tasks, {len(set(found))} different")
    return found


def missing(task_id: str) -> None:
    try:
        Task.read(task_id, server)
    except FHIRNotFoundException as error:
        expect(error.response.json()["resourceType"] == "OperationOutcome", error.response.text)
    else:
        raise AssertionError("it was answered")


def read() -> None:
    task = Task.read(need(ids)[0], server)
    expect(task.status and task.authoredOn.isostring and task.identifier[0].value, task.as_json())


def by_patient() -> None:
    answer = server.post_as_form(f"{BASE}/Task/_search", {"patient.identifier": NUMBER})
    expect(answer.json()["entry"], answer.text)


def by_model() -> None:
    """A bundle of the client's own model, which checks every element of R4."""
    answer = server.post_as_form(f"{BASE}/Task/_search", {"patient.identifier": NUMBER})
    task = Task(answer.json()["entry"][0]["resource"], strict=True)
    expect(task.businessStatus.coding[0].code, task.as_json())


step("reads the CapabilityStatement", metadata)
ids = step("searches Tasks and pages through all, two on a page", lambda: collected({"_count": "2"}))
step(
    "pages with `_format`, `_pretty` and `_count=1000`, as HAPI's and Medplum's clients ask",
    lambda: collected({"_format": "json", "_pretty": "false", "_count": "1000"}),
)
step("reads a Task into its model of R4", read)
step("meets a missing Task as `FHIRNotFoundException`, with an OperationOutcome", lambda: missing(str(uuid4())))
step("meets an ill-formed id as `FHIRNotFoundException`", lambda: missing("abc"))
step(
    "searches by status and date",
    lambda: collected({"status": {"$or": ["ready", "in-progress"]}, "authored-on": "ge2020-01-01"}),
)
step("searches by patient by POST (`post_as_form`)", by_patient)
step("reads what was found into its model, strictly", by_model)
step(
    "searches by patient in the address",
    lambda: Task.where({"patient.identifier": NUMBER}).perform_resources(server),
    by_design(r"patient-search-by-post", "A national identity number must not be in an address: use `post_as_form`."),
)
