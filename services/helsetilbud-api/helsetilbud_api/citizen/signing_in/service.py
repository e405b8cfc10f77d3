"""The steps of a sign-in: pushed by the supplier's client, authorized in the citizen's browser, redeemed by it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
    UnsupportedGrantTypeError,
)
from authlib.oidc.core.errors import LoginRequiredError
from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from helsetilbud_api.citizen.errors import LaunchNotFound
from helsetilbud_api.citizen.launching.permission import is_permitted
from helsetilbud_api.citizen.launching.service import prescribers_of, require_permitted, use_code
from helsetilbud_api.citizen.signing_in import statements
from helsetilbud_api.citizen.signing_in.clients import SCOPE, LaunchClient
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.citizen.signing_in.requests import ProtocolRequest
from helsetilbud_api.citizen.signing_in.server import CODE_LIFE, Answer, Server, claims_of, digest_of
from helsetilbud_api.clients.permissions import PermissionClient
from shared.db import Database
from shared.nationalid import is_national_id

REQUEST_LIFE: Final = timedelta(seconds=60)
REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:"
GRANT: Final = "authorization_code"
# of an authorization request, what is kept
_KEPT: Final = (
    "client_id",
    "response_type",
    "redirect_uri",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
_LONGEST: Final = 2_000
_SHA256: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{11}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that has shown who it is; `proof_key` is the thumbprint of the key that it has proven too (DPoP)."""

    client: LaunchClient
    proof_key: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to ask consent-api whether a step may be taken, before it is; see `launching.permission`."""

    database: Database
    permissions: PermissionClient

    async def is_permitted(self, statement: TextClause, values: Mapping[str, Any]) -> bool | None:
        """None when the statement finds nobody. Raises ConsentServiceUnavailable."""
        async with self.database.reader() as connection:
            row = (await connection.execute(statement, values)).first()
        return None if row is None else await is_permitted(self.permissions, row)


async def push(
    session: AsyncSession,
    asking: Asking,
    issuer: LaunchIssuer,
    caller: Caller,
    sent: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """RFC 9126. The launch code that names the citizen is used here. Raises Authlib's OAuth2Error, or
    ConsentServiceUnavailable, as the other steps do.
    """
    parameters = _checked(issuer, caller, sent, now)
    key = sent.get("dpop_jkt", caller.proof_key)
    if caller.proof_key not in (None, key):
        raise InvalidRequestError("dpop_jkt is not the key of the DPoP proof")
    launch = await _launch(session, asking, caller.client, sent, now)
    handle = secrets.token_urlsafe(32)
    pushed = {
        "digest": digest_of(handle),
        "client_id": caller.client.client_id,
        "parameters": parameters,
        "key": key,
        "tool_id": launch.tool_id,
        "citizen": launch.citizen,
        "age": launch.age,
        "actor": launch.actor,
        "subject": launch.subject,
        "acting_subject": launch.acting_subject,
        "relation": launch.relation,
        "launched_at": launch.issued_at,
        "until": now + REQUEST_LIFE,
    }
    await session.execute(statements.PUSH, pushed)
    return {"request_uri": REQUEST_URI + handle, "expires_in": int(REQUEST_LIFE.total_seconds())}


def _checked(issuer: LaunchIssuer, caller: Caller, sent: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What Authlib asks of an authorization request, and what Authlib does not know. Nothing sent is echoed."""
    if "request_uri" in sent or "request" in sent:
        raise OAuth2Error("parameters are sent as they are", error="request_not_supported")
    if sent.get("response_type") != "code" or sent.get("response_mode", "query") != "query":
        raise OAuth2Error("only a code in the query is answered", error="unsupported_response_type")
    if not caller.client.check_redirect_uri(sent.get("redirect_uri", "")):
        raise InvalidRequestError("redirect_uri is not one that is registered")
    if SCOPE not in sent.get("scope", "").split(" "):
        raise OAuth2Error("scope is openid", error="invalid_scope")
    if not _SHA256.fullmatch(sent.get("code_challenge", "")) or sent.get("code_challenge_method") != "S256":
        # Authlib asks for PKCE of public clients alone, takes a method that is not said for its default, and takes a
        # challenge that no verifier has
        raise InvalidRequestError("code_challenge is a SHA-256 in base64url, and code_challenge_method is S256")
    if not _SHA256.fullmatch(sent.get("dpop_jkt", "x" * 43)):
        raise InvalidRequestError("dpop_jkt is a SHA-256 in base64url")
    _check_resource(issuer, sent)
    if any(len(value) > _LONGEST for value in sent.values() if value is not sent.get("client_assertion")):
        raise InvalidRequestError("a parameter is too long")
    if any(_names_somebody(sent.get(name, "")) for name in ("state", "nonce")):
        raise InvalidRequestError("state and nonce are random, and name nobody")
    request = ProtocolRequest("GET", {**sent, "client_id": caller.client.client_id})
    grant = Server(issuer, caller.client, now).get_consent_grant(request, end_user=caller.client)
    if grant.prompt or "max_age" in sent or "id_token_hint" in sent:
        raise LoginRequiredError("nobody can be asked to log in here: the citizen opens the tool on Helsenorge")
    return {name: request.parameters[name] for name in _KEPT if name in request.parameters} | {"scope": SCOPE}


def _check_resource(issuer: LaunchIssuer, sent: Mapping[str, str]) -> None:
    """RFC 8707, section 2: a token is for our userinfo, and must not be taken for one of somebody else's."""
    if sent.get("resource", issuer.url) != issuer.url:
        raise OAuth2Error("resource is the issuer, or left out", error="invalid_target")


def _names_somebody(text: str) -> bool:
    """I1: they are kept. Digits among letters are part of something random, which now and then look like a number."""
    return any(is_national_id(digits) for digits in _DIGITS.findall(text))


async def _launch(
    session: AsyncSession, asking: Asking, client: LaunchClient, sent: Mapping[str, str], now: datetime
) -> Any:
    code = sent.get("login_hint") or sent.get("launch") or ""
    named = code, sorted(client.tools), [client.organisation], now
    try:
        await require_permitted(asking.database, asking.permissions, *named)
        return await use_code(session, *named)
    except LaunchNotFound:
        raise LoginRequiredError("login_hint is unknown, used, too old or not for this client") from None


async def authorize(
    session: AsyncSession, asking: Asking, issuer: LaunchIssuer, client_id: str, request_uri: str, now: datetime
) -> str | None:
    """Where the browser goes now: back to the client, with a code or with an error. None when it is not known where."""
    client = issuer.clients.get(client_id)
    handle = request_uri.removeprefix(REQUEST_URI)
    if client is None or handle == request_uri:
        return None
    asked = {"digest": digest_of(handle), "client_id": client_id, "now": now}
    permitted = await asking.is_permitted(statements.WHOSE_REQUEST, asked)
    row = (await session.execute(statements.AUTHORIZE, asked | {"until": now + CODE_LIFE})).first()
    if row is None:
        return None
    user = row.request_digest if row.startable and permitted else None

    def answer(connected: Session) -> Answer:
        server = Server(issuer, client, now, session=connected)
        request = ProtocolRequest("GET", row.parameters)
        grant = server.get_authorization_grant(request)
        answered: Answer = server.create_authorization_response(request, grant_user=user, grant=grant)
        return answered

    return (await session.run_sync(answer)).location


async def redeem(
    session: AsyncSession,
    asking: Asking,
    issuer: LaunchIssuer,
    caller: Caller,
    sent: Mapping[str, str],
    now: datetime,
) -> Answer:
    """The ID token and the access token for a code; a refusal too is an answer, so that the code's use is kept."""
    if sent.get("grant_type") != GRANT:
        raise UnsupportedGrantTypeError(GRANT)
    _check_resource(issuer, sent)
    asked = {"code": digest_of(sent.get("code", "")), "client_id": caller.client.client_id, "now": now}
    if await asking.is_permitted(statements.WHOSE_CODE, asked) is False:
        raise InvalidGrantError("the tool may not be started any longer")

    def answer(connected: Session) -> Answer:
        server = Server(issuer, caller.client, now, session=connected, proof_key=caller.proof_key)
        answered: Answer = server.create_token_response(ProtocolRequest("POST", sent))
        return answered

    return await session.run_sync(answer)


async def signed_in(database: Database, token_digest: bytes, now: datetime) -> Row[Any] | None:
    """Who has come, by this token, and the key that it is bound to. None for one that is unknown, has ended, was taken
    back, or is of a tool that may not be started any longer.
    """
    async with database.reader() as connection:
        return (await connection.execute(statements.SIGNED_IN, {"token": token_digest, "now": now})).first()


def userinfo_of(row: Row[Any]) -> dict[str, Any]:
    """As the ID token has it, with who prescribed (P11)."""
    return claims_of(row) | {"prescribers": prescribers_of(row)}
