"""Tokens for a login: by its code, or by its refresh token."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Form

from sandbox.browser_login.issuers import Issuer
from sandbox.browser_login.models import Session
from sandbox.browser_login.organisations import chosen_organisation
from sandbox.browser_login.people import is_of, organisation_claims, person_claims
from sandbox.browser_login.requests import IDENTITY_SCOPES
from sandbox.context import Sandbox
from sandbox.issuer.claims import LIFETIME, bound_to, client_claims, registered_claims, subject_of
from sandbox.issuer.clients import Client
from sandbox.issuer.errors import InvalidGrant, InvalidTarget
from sandbox.issuer.scopes import OPERATE, audiences_of
from sandbox.issuer.tokens import sign_access_token
from sandbox.keys import signed

GRANTS: Final = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class GrantForm:
    """What the two grants have besides what every token request has."""

    code: Annotated[str, Form()] = ""
    redirect_uri: Annotated[str, Form()] = ""
    code_verifier: Annotated[str, Form()] = ""
    refresh_token: Annotated[str, Form()] = ""
    authorization_details: Annotated[str, Form()] = ""
    resource: Annotated[tuple[str, ...], Form()] = ()


def granted(grant: str, form: GrantForm, client: Client, issuer: Issuer, sandbox: Sandbox, now: datetime) -> Session:
    """The login that the code or the refresh token is of. Raises InvalidGrant, InvalidTarget."""
    logins = sandbox.logins
    if grant == "authorization_code":
        session = logins.take(form.code, now.timestamp())
        if session is not None:
            _check_code(session, form)
    else:
        session = logins.refreshed(form.refresh_token, now.timestamp())
    if session is None or session.issuer != issuer.kind or session.request.client_id != client.client_id:
        raise InvalidGrant("Not a code or refresh token of this client's that is good now")
    if organisation := chosen_organisation(form.authorization_details):
        if not is_of(session, organisation, sandbox.population):
            raise InvalidGrant("The person does not work for that organisation")
        session.organisation = organisation
    return session


def s256(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _check_code(session: Session, form: GrantForm) -> None:
    if form.redirect_uri != session.request.redirect_uri:
        raise InvalidGrant("redirect_uri is another than that of the request")
    made = s256(form.code_verifier)
    if not 43 <= len(form.code_verifier) <= 128 or not hmac.compare_digest(made, session.request.challenge):
        raise InvalidGrant("code_verifier is not that of the challenge")


def answer(
    session: Session, form: GrantForm, client: Client, issuer: Issuer, sandbox: Sandbox, key: str | None, now: datetime
) -> dict[str, Any]:
    """`key` is the thumbprint of the proof's key, where tokens are bound to one."""
    audience, scopes = _audience(session, form.resource)
    claims = _claims(session, audience, scopes, client, issuer, sandbox, now) | (bound_to(key) if key else {})
    token = sign_access_token(claims, issuer.key)
    sandbox.logins.remember_access(token, session, now.timestamp() + LIFETIME)
    document = {
        "access_token": token,
        "token_type": "DPoP" if key else "Bearer",
        "expires_in": LIFETIME,
        "scope": " ".join((*_identity(session), *scopes)),
        "refresh_token": sandbox.logins.refresh_token(session),
    }
    return document | {"id_token": id_token(session, token, issuer, sandbox, now)}


def _audience(session: Session, wanted: tuple[str, ...]) -> tuple[str | list[str], list[str]]:
    """One token for one audience, and its scopes. A citizen's without a `resource` is for all that was asked for."""
    asked = session.request
    if len(wanted) > 1 or not set(wanted) <= set(asked.resources):
        raise InvalidTarget("resource is one of those that the login was asked for")
    if not wanted and session.issuer == "citizen":
        return list(asked.resources), []
    audience = next(iter([*wanted, *asked.resources]), "")
    of_apis = [scope for scope in asked.scopes if scope not in IDENTITY_SCOPES]
    return audience, [scope for scope in of_apis if scope == OPERATE or audiences_of([scope]) == {audience}]


def _claims(
    session: Session,
    audience: str | list[str],
    scopes: list[str],
    client: Client,
    issuer: Issuer,
    sandbox: Sandbox,
    now: datetime,
) -> dict[str, Any]:
    base = {
        **registered_claims(issuer.url, audience, now),
        "sub": subject_of(session.pid),
        "sid": session.sid,
        **person_claims(session, sandbox.population),
    }
    if issuer.kind == "citizen":
        return {**base, "client_id": client.client_id}
    return {**base, "scope": scopes, **client_claims(client), **organisation_claims(session, sandbox.population)}


def id_token(session: Session, access_token: str, issuer: Issuer, sandbox: Sandbox, now: datetime) -> str:
    """OpenID Connect Core, 2 and 3.1.3.6: who logged in, for the client."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims = {
        **registered_claims(issuer.url, session.request.client_id, now),
        "sub": subject_of(session.pid),
        "auth_time": int(session.began),
        "sid": session.sid,
        "amr": ["sandbox"],
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        **({"nonce": session.request.nonce} if session.request.nonce else {}),
        **identity_claims(session, sandbox),
    }
    return signed({"typ": "JWT", "kid": issuer.key.thumbprint}, claims, issuer.key)


def identity_claims(session: Session, sandbox: Sandbox) -> dict[str, Any]:
    """By the identity scopes that were asked for: the number only when it was."""
    known = person_claims(session, sandbox.population)
    short = {name.rsplit("/", 1)[-1]: (name, value) for name, value in known.items() if name != "name"}
    asked = {scope.rsplit("/", 1)[-1] for scope in session.request.scopes if scope.startswith("helseid://")}
    found = {name: value for part, (name, value) in short.items() if part in asked}
    name = sandbox.population.name_of(session.pid)
    if "profile" not in session.request.scopes:
        return found
    return found | ({"name": name} if name else {}) | _acting_for(session, sandbox)


def _acting_for(session: Session, sandbox: Sandbox) -> dict[str, Any]:
    """For whom a citizen is logged in, so that a page can say so: the access token alone has the number."""
    if session.represents is None:
        return {}
    relation = person_claims(session, sandbox.population)["relation"]
    named = {"sub": subject_of(session.represents), "name": sandbox.population.name_of(session.represents)}
    return {"acting_for": named | {"relation": relation}}


def _identity(session: Session) -> list[str]:
    return [scope for scope in session.request.scopes if scope in IDENTITY_SCOPES]
