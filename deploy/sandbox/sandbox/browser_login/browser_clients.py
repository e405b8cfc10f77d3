"""Clients of one's own that log people in, so that one tries one's own software in the real flow."""

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from sandbox.browser_login.issuers import Issuer
from sandbox.context import Here
from sandbox.issuer import scopes
from sandbox.issuer.clients import Client, PublicKey
from shared.errors import NotFound

router = APIRouter(prefix="/browser-clients", tags=["Clients"])

_MOST = 1_000
_GRANTABLE = (
    scopes.PRESCRIBE,
    scopes.READ_PRESCRIPTIONS,
    scopes.READ_CATALOG,
    scopes.EDIT_OFFERING,
    scopes.ADMINISTER_CATALOG,
    scopes.APPROVE_CAMPAIGNS,
    scopes.SEND_CAMPAIGNS,
    scopes.OPERATE,
)
Address = Annotated[str, Field(pattern=r"^https?://[^\s#@\\]+$", max_length=500)]


class WantedBrowserClient(BaseModel):
    """`jwk` is the public key that the client signs its assertions with. `scopes` count at HelseID only; without any
    they are all that a person may have.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "issuer": "helseid",
                    "name": "Journalsystemet Fjellbekk, utvikling",
                    "redirect_uris": ["http://127.0.0.1:3000/callback"],
                    "jwk": {"kty": "EC", "crv": "P-256", "x": "...", "y": "..."},
                }
            ]
        },
    )

    issuer: Literal["helseid", "citizen"]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    redirect_uris: Annotated[list[Address], Field(min_length=1, max_length=10)]
    post_logout_redirect_uris: Annotated[list[Address], Field(max_length=10)] = Field(default_factory=list)
    jwk: dict[str, Any]
    scopes: list[Literal[_GRANTABLE]] | None = None  # type: ignore[valid-type]


@router.post("", operation_id="registerBrowserClient", status_code=201)
async def register_browser_client(wanted: WantedBrowserClient, sandbox: Here) -> dict[str, Any]:
    """Counts from the next request on, until the sandbox is restarted or back at its first day."""
    try:
        key = PublicKey(wanted.jwk)
    except ValueError as error:
        wrong = {"type": "value_error", "loc": ("body", "jwk"), "msg": str(error)}
        raise RequestValidationError([wrong], body=wanted.model_dump()) from None
    if len(sandbox.browser_clients) >= _MOST:
        sandbox.browser_clients.pop(next(iter(sandbox.browser_clients)))
    at_helseid = wanted.issuer == "helseid"
    client = Client(
        client_id=f"browser-{uuid4()}",
        name=wanted.name,
        kind="browser",
        key=key,
        user_scopes=tuple(wanted.scopes if wanted.scopes is not None else _GRANTABLE) if at_helseid else (),
        requires_nonce=at_helseid,
        logs_in_at=wanted.issuer,
        redirect_uris=tuple(wanted.redirect_uris),
        logout_uris=tuple(wanted.post_logout_redirect_uris),
    )
    sandbox.browser_clients[client.client_id] = client
    return client.document() | {"issuer": Issuer.of(wanted.issuer, sandbox).url}


@router.delete("/{client_id}", operation_id="removeBrowserClient", status_code=204)
async def remove_browser_client(client_id: str, sandbox: Here) -> None:
    """One that was registered here."""
    if sandbox.browser_clients.pop(client_id, None) is None:
        raise NotFound
