"""Pushed authorization requests (RFC 9126): what is asked for, checked before any browser comes."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Form

from sandbox.browser_login.issuers import Issuer
from sandbox.browser_login.models import AuthorizationRequest
from sandbox.browser_login.organisations import chosen_organisation
from sandbox.issuer.clients import Client
from sandbox.issuer.errors import InvalidScope, InvalidTarget, TokenRefused
from sandbox.issuer.scopes import audiences_of
from sandbox.services import AUDIENCES

# what a login itself may ask for, besides the scopes of APIs
IDENTITY_SCOPES: Final = (
    "openid",
    "profile",
    "offline_access",
    "helseid://scopes/identity/pid",
    "helseid://scopes/identity/security_level",
    "helseid://scopes/identity/assurance_level",
    "helseid://scopes/hpr/hpr_number",
)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST: Final = 2_000
# what urlsplit would pass over, and a fragment, which no redirect has (RFC 6749, 3.1.2)
_ADDRESS: Final = re.compile(r"[!-~]+(?<!\?)")


@dataclass(frozen=True, slots=True)
class PushedForm:
    """As it is sent: everything is optional here, because what is missing must be told in OAuth's own words."""

    response_type: Annotated[str, Form()] = ""
    client_id: Annotated[str, Form()] = ""
    client_assertion_type: Annotated[str, Form()] = ""
    client_assertion: Annotated[str, Form()] = ""
    redirect_uri: Annotated[str, Form()] = ""
    scope: Annotated[str, Form()] = ""
    state: Annotated[str, Form()] = ""
    nonce: Annotated[str, Form()] = ""
    code_challenge: Annotated[str, Form()] = ""
    code_challenge_method: Annotated[str, Form()] = ""
    prompt: Annotated[str, Form()] = ""
    id_token_hint: Annotated[str, Form()] = ""
    authorization_details: Annotated[str, Form()] = ""
    request_uri: Annotated[str, Form()] = ""
    resource: Annotated[tuple[str, ...], Form()] = ()


def checked(form: PushedForm, client: Client, issuer: Issuer, only_subject: str | None) -> AuthorizationRequest:
    """Raises TokenRefused: to the client itself, because nobody has been sent anywhere yet."""
    if form.request_uri:
        raise TokenRefused("request_uri is not pushed (RFC 9126, 2.1)")
    if form.response_type != "code":
        raise TokenRefused("response_type must be code")
    if not is_registered(form.redirect_uri, client.redirect_uris):
        raise TokenRefused("redirect_uri is none of the client's")
    if form.code_challenge_method != "S256" or not _CHALLENGE.fullmatch(form.code_challenge):
        raise TokenRefused("PKCE is required: code_challenge of 43 letters, code_challenge_method S256")
    if max(map(len, (form.state, form.nonce))) > _LONGEST:
        raise TokenRefused(f"state and nonce have at most {_LONGEST} letters")
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=form.redirect_uri,
        scopes=(scopes := _scopes(form.scope.split(), client)),
        resources=_resources(form.resource, scopes, issuer),
        challenge=form.code_challenge,
        state=form.state,
        nonce=form.nonce,
        prompt=form.prompt,
        organisation=chosen_organisation(form.authorization_details),
        only_subject=only_subject,
    )


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Letter for letter; of an address on the machine itself, the port is the client's to choose (RFC 8252, 7.3)."""
    if not _ADDRESS.fullmatch(uri):
        return False
    return any(uri == own or (_on_loopback(own) and _without_port(uri) == _without_port(own)) for own in registered)


def _on_loopback(uri: str) -> bool:
    host = urlsplit(uri).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _without_port(uri: str) -> tuple[str | None, ...] | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    if parts.username or parts.password or {"#", "\\"} & set(uri):
        return None
    return (parts.scheme, parts.hostname, parts.path, parts.query)


def _scopes(wanted: list[str], client: Client) -> tuple[str, ...]:
    if "openid" not in wanted:
        raise InvalidScope("scope must hold openid")
    allowed = {*IDENTITY_SCOPES, *client.user_scopes}
    if refused := [scope for scope in wanted if scope not in allowed]:
        raise InvalidScope(f"{client.client_id} does not have {', '.join(refused)}")
    return tuple(dict.fromkeys(wanted))


def _resources(wanted: tuple[str, ...], scopes: tuple[str, ...], issuer: Issuer) -> tuple[str, ...]:
    """Audiences of the tokens to come: those named, else those that the scopes point to, or all for a citizen."""
    of_apis = [scope for scope in scopes if scope not in IDENTITY_SCOPES]
    implied = AUDIENCES if issuer.kind == "citizen" else tuple(sorted(audiences_of(of_apis)))
    if unknown := [name for name in wanted if name not in AUDIENCES]:
        raise InvalidTarget(f"Not an audience here: {', '.join(unknown)}")
    return tuple(dict.fromkeys(wanted)) or implied
