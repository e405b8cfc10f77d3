"""openapi-python-client: a client from every contract, and a prescription by it."""

import importlib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from generating import APIS, SCRATCH, begin, contract, package_of, run
from proof import Proof
from steps import by_client, expect, need, step, told

CONFIG = str(Path(told("OPENAPI")) / "python-client.yaml")
ODD = "add_campaign_recipients"


class Proven(httpx.Auth):
    """`httpx_args={"auth": ...}` is where the client lets one set headers for each request."""

    def __init__(self, proof: Proof) -> None:
        self._proof = proof

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers.update(self._proof.headers(request.method, str(request.url)))
        yield request


def generate() -> bool:
    for api in APIS:
        to = str(SCRATCH / f"{package_of(api)}_client")
        run(
            "openapi-python-client",
            "generate",
            "--path",
            contract(api),
            "--config",
            CONFIG,
            "--meta",
            "none",
            "--fail-on-warning",
            "--output-path",
            to,
        )
    return True


def without_settings() -> None:
    for api in APIS:
        to = str(SCRATCH / "without" / package_of(api))
        run(
            "openapi-python-client",
            "generate",
            "--path",
            contract(api),
            "--meta",
            "none",
            "--fail-on-warning",
            "--output-path",
            to,
        )


def types() -> bool:
    """All but the one operation of the next step."""
    run("mypy", "--strict", "--exclude", ODD, "--exclude", "without", ".")
    return need(made)


def odd_one() -> None:
    run("mypy", "--strict", f"notification_service_client/api/campaigns/{ODD}.py")


def client(proof: Proof) -> Any:
    package: Any = importlib.import_module("prescription_api_client")
    return package.AuthenticatedClient(
        told("PRESCRIPTION_URL"), token=proof.token, prefix="DPoP", httpx_args={"auth": Proven(proof)}
    )


def prescribe() -> None:
    api, models = "prescription_api_client.api", importlib.import_module("prescription_api_client.models")
    calls: Any = [
        importlib.import_module(f"{api}.{name}")
        for name in ("tools.list_prescribable_tools", "prescriptions.prescribe")
    ]
    caller = client(Proof())
    page = calls[0].sync(client=caller, limit=100)
    expect(isinstance(page, models.PrescribableToolPage) and page.items, page)
    wanted = models.Prescribing(patient=models.Patient(national_id=told("PATIENT")), tool_id=UUID(told("TOOL")))
    prescription = calls[1].sync(client=caller, body=wanted, idempotency_key=str(uuid4()))
    expect(isinstance(prescription, models.Prescription), prescription)
    again = calls[1].sync(client=caller, body=wanted)
    expect(isinstance(again, models.Problem) and again.code == "already-prescribed", again)


def picture() -> None:
    """The media type that it sends with a PNG, which an operation that takes two kinds of picture must be told."""
    calls: Any = importlib.import_module("catalog_api_client.api.images.put_tool_image")
    file: Any = importlib.import_module("catalog_api_client.types").File
    request = calls._get_kwargs(tool_id=uuid4(), body=file(payload=b"\x89PNG\r\n\x1a\n", mime_type="image/png"))
    expect(request["headers"]["Content-Type"] == "image/png", request["headers"])


begin()
made = step("generates from all five contracts, without a warning (openapi/python-client.yaml)", generate)
step(
    "generates without a warning as it is",
    without_settings,
    by_client(
        r"Unsupported content",
        "It leaves out pictures and lists of recipients unless told to take them as they are (python-client.yaml).",
    ),
)
step("what it generates passes mypy in strict mode", types)
step(
    "types the list of a campaign's recipients, CSV or NDJSON",
    odd_one,
    by_client(
        r"has no attribute \"payload\"|\"Unset\" is not defined",
        "It knows bodies of text as files only: send `POST /v1/campaigns/{campaignId}/recipients` with httpx.",
    ),
)
step("lists tools, prescribes one, and knows the refusal of a second by its type", prescribe)
step(
    "sends a PNG as `image/png` where SVG is taken too",
    picture,
    by_client(
        r"image/svg",
        "It sends what may be of two media types as the last of them, whatever the file says: send a PNG with httpx.",
    ),
)
