"""datamodel-code-generator: models of pydantic from every contract, and a prescription with them over `requests`."""

import importlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from generating import APIS, SCRATCH, begin, contract, package_of, run
from proof import Proof
from steps import expect, need, step, told

API = told("PRESCRIPTION_URL")
# constraints as annotations, which type checkers read too
OPTIONS = [
    "--input-file-type",
    "openapi",
    "--output-model-type",
    "pydantic_v2.BaseModel",
    "--use-annotated",
    "--set-default-enum-member",
    "--snake-case-field",
    "--allow-population-by-field-name",
    "--target-python-version",
    "3.11",
    "--disable-timestamp",
    "--disable-warnings",
]
MODULES = [package_of(api) for api in APIS]


def generate() -> list[str]:
    for api in APIS:
        to = str(SCRATCH / f"{package_of(api)}.py")
        run("datamodel-codegen", "--input", contract(api), "--output", to, *OPTIONS)
    return MODULES


def examples() -> None:
    """Every example of the contracts' schemas fits the model that was made of the schema."""
    tried = 0
    for api in need(made):
        document = json.loads(Path(contract(api.replace("_", "-"))).read_text("utf-8"))
        module = importlib.import_module(api)
        for name, schema in document["components"]["schemas"].items():
            for example in schema.get("examples", []):
                if hasattr(module, name) and hasattr(getattr(module, name), "model_validate"):
                    getattr(module, name).model_validate(example)
                    tried += 1
    expect(tried > 30, tried)


def events() -> None:
    """A message of RabbitMQ is read by the model of its channel."""
    to = str(SCRATCH / "events.py")
    contract_of_events = str(Path(contract("events.asyncapi")))
    run(
        "datamodel-codegen",
        "--input",
        contract_of_events,
        "--output",
        to,
        *OPTIONS[2:],
        "--input-file-type",
        "asyncapi",
    )
    models: Any = importlib.import_module("events")
    delivered = json.loads(Path(told("EVENT")).read_text("utf-8"))
    event = models.PrescriptionToolPrescribedV1Payload.model_validate_json(b64decode(delivered["body"]))
    expect(event.data.prescription_id and event.nhneventid, event)


def prescribe() -> None:
    models: Any = importlib.import_module("prescription_api")
    auth = Proof()
    listed = requests.get(f"{API}/v1/prescribable-tools", params={"limit": 100}, auth=auth, timeout=30)
    tools = models.PagePrescribableTool.model_validate_json(listed.content)
    expect(tools.items[0].tool_id, tools)
    wanted = models.Prescribing(patient=models.Patient(national_id=told("PATIENT")), tool_id=told("TOOL"))
    body = wanted.model_dump_json(by_alias=True, exclude_none=True)
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    answer = requests.post(f"{API}/v1/prescriptions", data=body, headers=headers, auth=auth, timeout=30)
    expect(answer.status_code == 201, answer.text)
    prescription = models.Prescription.model_validate_json(answer.content)
    again = requests.post(
        f"{API}/v1/prescriptions", data=body, headers={"Content-Type": "application/json"}, auth=auth, timeout=30
    )
    problem = models.Problem.model_validate_json(again.content)
    expect(problem.code == "already-prescribed" and problem.prescription_id == prescription.prescription_id, problem)


begin()
made = step("generates models from all five contracts", generate)
step("what it generates imports", lambda: [importlib.import_module(module) for module in need(made)])
step(
    "what it generates passes mypy in strict mode", lambda: run("mypy", "--strict", *(f"{it}.py" for it in need(made)))
)
step("every example in the contracts fits its model", examples)
step("generates models from the contract of events (AsyncAPI), and reads an event by them", events)
step("lists tools, prescribes one, and reads the refusal of a second, by its models", prescribe)
