"""The clients and their keys, for whoever wants to be one of them. Only a sandbox hands out private keys."""

from typing import Any

from fastapi import APIRouter

from sandbox.context import Here
from sandbox.keys import KeptKey
from shared.errors import NotFound

router = APIRouter(prefix="/clients", tags=["Clients"])


@router.get("", operation_id="listClients")
async def list_clients(sandbox: Here) -> dict[str, Any]:
    return {"items": [client.document() for client in sandbox.all_clients().values()]}


@router.get("/{client_id}/key", operation_id="getClientKey")
async def get_client_key(client_id: str, sandbox: Here) -> dict[str, str]:
    """The private JWK to sign client assertions with."""
    client = sandbox.clients.get(client_id)
    if client is None or not isinstance(client.key, KeptKey):
        raise NotFound
    return client.key.private_document
