"""Clients of one's own at the issuer that signs citizens in, so that a supplier tries its own software."""

from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from helsetilbud_api.citizen.signing_in.clients import LaunchClient
from sandbox.context import Here
from shared.errors import NotFound

router = APIRouter(prefix="/launch-clients", tags=["Clients"])


class WantedLaunchClient(BaseModel):
    """The client is of `organisation`, a supplier of the sandbox's. Without `jwks` it has that supplier's key, without
    `tools` all its tools.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"organisation": "299900940", "redirect_uris": ["http://127.0.0.1:3000/callback"]}]
        },
    )

    organisation: str
    redirect_uris: list[str]
    jwks: dict[str, Any] | None = None
    tools: list[str] | None = None


@router.get("", operation_id="listLaunchClients")
async def list_launch_clients(sandbox: Here) -> dict[str, Any]:
    return {"items": [*sandbox.launch_clients.delivered, *sandbox.launch_clients.own]}


@router.post("", operation_id="registerLaunchClient", status_code=201)
async def register_launch_client(wanted: WantedLaunchClient, sandbox: Here) -> dict[str, Any]:
    """Counts from the next request on, until it is removed or the sandbox is back at its first day.

    Of names of RFC 7591. `issuer` is where its client finds the rest; `client_key` is where the private key is to be
    had, where it is one of the sandbox's.
    """
    supplier = sandbox.launch_clients.delivered_for(wanted.organisation)
    if supplier is None:
        raise NotFound
    asked = wanted.model_dump(exclude_none=True)
    _require_sound({**supplier, **asked})
    added = sandbox.launch_clients.add({key: asked.get(key, supplier[key]) for key in _MEMBERS})
    own_key = (
        {} if wanted.jwks else {"client_key": f"{sandbox.settings.public_url}/clients/{supplier['client_id']}/key"}
    )
    return added | {"issuer": sandbox.settings.service_urls["helsetilbud-api"]} | own_key


@router.delete("/{client_id}", operation_id="removeLaunchClient", status_code=204)
async def remove_launch_client(client_id: str, sandbox: Here) -> None:
    """One that was registered here; those of the invented suppliers stay."""
    if not sandbox.launch_clients.remove(client_id):
        raise NotFound


_MEMBERS = ("organisation", "tools", "redirect_uris", "jwks")


def _require_sound(registration: dict[str, Any]) -> None:
    """By the rules of the service that reads it, so that the file is never one that it refuses. Raises
    RequestValidationError.
    """
    try:
        LaunchClient.model_validate(registration)
    except ValidationError as error:
        found = [{**wrong, "loc": ("body", *wrong["loc"])} for wrong in error.errors()]
        raise RequestValidationError(found, body=registration) from None
