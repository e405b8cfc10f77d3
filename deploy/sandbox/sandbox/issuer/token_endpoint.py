"""`POST /connect/token`: client_credentials, and the grants of a login, with private_key_jwt and DPoP."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Response

from sandbox.browser_login.grants import GRANTS, GrantForm
from sandbox.browser_login.routes import login_answer
from sandbox.context import Here, Now, Sandbox
from sandbox.faults import Mode, Target, faulty
from sandbox.issuer.assertion import ASSERTION_TYPE, authenticate
from sandbox.issuer.claims import LIFETIME
from sandbox.issuer.clients import Client
from sandbox.issuer.errors import InvalidClient, InvalidProof, InvalidScope, TokenRefused, UnsupportedGrantType
from sandbox.issuer.proof import require_nonce, thumbprint_of_proof
from sandbox.issuer.scopes import audiences_of
from sandbox.issuer.tokens import client_token_claims, sign_access_token

TOKEN_PATH = "/connect/token"  # noqa: S105 - a path

router = APIRouter(tags=["Issuer"], dependencies=[Depends(faulty(Target.ISSUER, wrong_body=False))])


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Everything is optional here, because what is missing must be told in OAuth's own words."""

    grant_type: Annotated[str, Form()] = ""
    client_assertion_type: Annotated[str, Form()] = ""
    client_assertion: Annotated[str, Form()] = ""
    client_id: Annotated[str, Form()] = ""
    scope: Annotated[str, Form()] = ""


_GRANTS = ("client_credentials", *GRANTS)


@router.post(TOKEN_PATH, operation_id="fetchToken")
async def fetch_token(
    form: Annotated[TokenRequest, Depends()],
    login: Annotated[GrantForm, Depends()],
    sandbox: Here,
    now: Now,
    response: Response,
    dpop: Annotated[str, Header()] = "",
) -> dict[str, Any]:
    """Errors are OAuth's: `{"error", "error_description"}` with status 400."""
    client = _authenticated(form, sandbox, now.timestamp())
    thumbprint = _proven_key(dpop, client, sandbox, now.timestamp())
    response.headers["Cache-Control"] = "no-store"
    if form.grant_type in GRANTS:
        return login_answer(form.grant_type, login, client, thumbprint, sandbox, now)
    audience, scopes = _granted(form.scope.split(), client)
    return _answer(sandbox, client_token_claims(sandbox.settings.issuer, client, audience, scopes, thumbprint, now))


def _authenticated(form: TokenRequest, sandbox: Sandbox, now: float) -> Client:
    if not form.grant_type:
        raise TokenRefused("grant_type is missing; send a form (application/x-www-form-urlencoded)")
    if form.grant_type not in _GRANTS:
        raise UnsupportedGrantType(f"Only {', '.join(_GRANTS)}; without a browser a person's comes from /test-token")
    if form.client_assertion_type != ASSERTION_TYPE or not form.client_assertion:
        raise InvalidClient(f"Only private_key_jwt: client_assertion_type must be {ASSERTION_TYPE}")
    audiences = frozenset({sandbox.settings.issuer, *_endpoints(sandbox)})
    client = authenticate(form.client_assertion, sandbox.all_clients(), audiences, sandbox.used_assertions, now)
    if form.client_id not in ("", client.client_id):
        raise InvalidClient("client_id is another than the assertion's")
    return client


def _proven_key(proof: str, client: Client, sandbox: Sandbox, now: float) -> str:
    if not proof:
        raise InvalidProof("The DPoP header is missing")
    thumbprint, nonce = thumbprint_of_proof(proof, _endpoints(sandbox), sandbox.used_proofs, now)
    if client.requires_nonce or sandbox.faults.strikes(Target.ISSUER, Mode.NONCE):
        require_nonce(nonce, sandbox.nonces, now)
    return thumbprint


def _endpoints(sandbox: Sandbox) -> frozenset[str]:
    """As the services see it, and as a caller outside the containers' network does."""
    return frozenset({sandbox.settings.issuer + TOKEN_PATH, sandbox.settings.public_url + TOKEN_PATH})


def _granted(wanted: list[str], client: Client) -> tuple[str, list[str]]:
    """Audience and scopes: those asked for, or all of the client's. Raises InvalidScope."""
    scopes = list(dict.fromkeys(wanted)) or list(client.scopes)
    if refused := [scope for scope in scopes if scope not in client.scopes]:
        raise InvalidScope(f"{client.client_id} does not have {', '.join(refused)} without a person logged in")
    audiences = audiences_of(scopes)
    if len(audiences) != 1:
        raise InvalidScope("Ask for scopes of exactly one audience at a time")
    return audiences.pop(), scopes


def _answer(sandbox: Sandbox, claims: dict[str, Any]) -> dict[str, Any]:
    scope = " ".join(claims["scope"])
    if sandbox.faults.strikes(Target.ISSUER, Mode.SCOPE_AS_STRING):
        claims = claims | {"scope": scope}
    wrong = sandbox.faults.strikes(Target.ISSUER, Mode.WRONG)
    key = sandbox.keys.stranger if wrong else sandbox.keys.helseid
    token = sign_access_token(claims, key, kid=sandbox.keys.helseid.thumbprint)
    return {"access_token": token, "token_type": "DPoP", "expires_in": LIFETIME, "scope": scope}
