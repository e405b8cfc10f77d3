"""HTTP only: the endpoints of the issuer that signs citizens in at suppliers (OpenID Connect)."""

from typing import Annotated, Any, Final

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from fastapi import APIRouter, Depends, Query, Request, Response, Security
from fastapi.responses import JSONResponse, RedirectResponse

from helsetilbud_api.citizen.signing_in import service
from helsetilbud_api.citizen.signing_in.assertion import authenticate
from helsetilbud_api.citizen.signing_in.documentation import (
    AUTHORIZATION_FORM,
    AUTHORIZED,
    KEYS,
    METADATA,
    PAGE,
    PUSH_FORM,
    PUSHED,
    REDEEMED,
    TOKEN_FORM,
)
from helsetilbud_api.citizen.signing_in.errors import PROOF_INVALID, UNCACHED, SignInNotOffered
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.citizen.signing_in.metadata import (
    AUTHORIZATION_PATH,
    KEYS_PATH,
    METADATA_PATH,
    PUSH_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
    audiences_of,
    metadata_of,
)
from helsetilbud_api.citizen.signing_in.pages import sign_in_over
from helsetilbud_api.citizen.signing_in.requests import FORM, LARGEST_FORM, form_of
from helsetilbud_api.citizen.signing_in.schemas import SignedInCitizen
from helsetilbud_api.citizen.signing_in.service import Asking, Caller
from helsetilbud_api.citizen.signing_in.tokens import TOKEN_REFUSALS, Shown, ShownToken, citizen_of
from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from helsetilbud_api.clients.permissions import Permissions
from shared.app import Now
from shared.auth import Authenticator, ProofCheckUnavailable, Refusal
from shared.db import CurrentDatabase, Session
from shared.errors import Unavailable, problems
from shared.http import BodyTooLarge, Intake, UnsupportedMediaType
from shared.language import best_language

_TAG: Final = "Sign-in"
_FORMS: Final = problems(
    *(SignInNotOffered, BodyTooLarge, UnsupportedMediaType),
    *(ProofCheckUnavailable, ConsentServiceUnavailable, Unavailable),
)
_ASKING: Final = problems(SignInNotOffered, ConsentServiceUnavailable, Unavailable)
_ASKING[503]["content"] |= PAGE
_OFFERED: Final = problems(SignInNotOffered, Unavailable)
_CACHED: Final = {"Cache-Control": "public, max-age=3600"}

INTAKES: Final = [
    Intake("POST", path, frozenset({FORM}), LARGEST_FORM)
    for path in (PUSH_PATH, TOKEN_PATH, USERINFO_PATH, AUTHORIZATION_PATH)
]
router = APIRouter(tags=[_TAG])


async def _issuer(request: Request) -> LaunchIssuer:
    issuer: LaunchIssuer | None = request.app.state.launch_issuer
    if issuer is None:
        raise SignInNotOffered()
    return issuer


Issuer = Annotated[LaunchIssuer, Depends(_issuer)]


async def _form(request: Request, _issuer: Issuer) -> dict[str, str]:
    return await form_of(request)


Form = Annotated[dict[str, str], Depends(_form)]


async def _caller(request: Request, issuer: Issuer, form: Form, now: Now) -> Caller:
    if "client_assertion" in form and ("client_secret" in form or "authorization" in request.headers):
        raise InvalidRequestError("a client shows who it is in one way")  # RFC 6749, section 2.3
    auth: Authenticator = request.app.state.auth
    client = await authenticate(issuer, form, audiences_of(issuer), auth.replays, now)
    return Caller(client, await _proven_key(request, issuer) if "dpop" in request.headers else None)


async def _proven_key(request: Request, issuer: LaunchIssuer) -> str:
    """Of a proof as section 5 of RFC 9449 has it. Raises Authlib's OAuth2Error, or ProofCheckUnavailable."""
    auth: Authenticator = request.app.state.auth
    try:
        return await auth.check_proof(request, None, None, issuer.url)
    except Refusal as error:
        raise OAuth2Error((error.detail or error.title)["en"], error=PROOF_INVALID) from None


Client = Annotated[Caller, Depends(_caller)]


async def _asking(database: CurrentDatabase, permissions: Permissions) -> Asking:
    return Asking(database, permissions)


CurrentAsking = Annotated[Asking, Depends(_asking)]


@router.get(METADATA_PATH, summary="Read what the issuer says of itself", responses=METADATA | _OFFERED)
async def get_issuer_metadata(issuer: Issuer) -> JSONResponse:
    """OpenID Connect Discovery: everything that a client has to know besides its own registration."""
    return JSONResponse(metadata_of(issuer), headers=_CACHED)


@router.get(KEYS_PATH, summary="Read the issuer's keys", responses=KEYS | _OFFERED)
async def get_issuer_keys(issuer: Issuer) -> JSONResponse:
    """The keys that ID tokens are signed with, now or soon (RFC 7517)."""
    return JSONResponse(issuer.key_set, headers=_CACHED)


@router.post(
    PUSH_PATH,
    summary="Push an authorization request",
    status_code=201,
    responses=PUSHED | _FORMS,
    openapi_extra=PUSH_FORM,
)
async def push_authorization_request(
    issuer: Issuer, form: Form, caller: Client, session: Session, asking: CurrentAsking, now: Now
) -> JSONResponse:
    """For a supplier's client, when a citizen has come with a launch code (RFC 9126). The code is used, and names the
    citizen: there is no other login. The browser goes on to the authorization endpoint with `client_id` and the
    `request_uri` of the answer, which is good once, for 60 seconds. With a DPoP proof the code is bound to its key.
    """
    return JSONResponse(await service.push(session, asking, issuer, caller, form, now), 201, UNCACHED)


@router.get(
    AUTHORIZATION_PATH,
    summary="Authorize a pushed request",
    status_code=303,
    response_class=RedirectResponse,
    responses=AUTHORIZED | _ASKING,
)
async def authorize_request(
    issuer: Issuer,
    request: Request,
    session: Session,
    asking: CurrentAsking,
    now: Now,
    client_id: Annotated[str, Query(max_length=100, description="Of the client that pushed it")] = "",
    request_uri: Annotated[str, Query(max_length=200, description="As it was answered")] = "",
) -> Response:
    """For the citizen's browser, which is sent back to the client at once, with a code: who it is has been said by the
    launch. A tool that has been stopped or deleted since, or is hidden, is `access_denied`. HEAD uses nothing. While
    something needed is away a browser meets a page, and can load the address again.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if len(names) > len(set(names)):  # RFC 6749, section 3.1
        return _over(request)
    return _sent_on(request, await service.authorize(session, asking, issuer, client_id, request_uri, now))


@router.post(
    AUTHORIZATION_PATH,
    summary="Authorize a pushed request, sent as a form",
    status_code=303,
    response_class=RedirectResponse,
    responses=AUTHORIZED | _FORMS,
    openapi_extra=AUTHORIZATION_FORM,
)
async def authorize_posted_request(
    issuer: Issuer, form: Form, request: Request, session: Session, asking: CurrentAsking, now: Now
) -> Response:
    """As by an address; for a client that has the browser send a form (OpenID Connect Core, section 3.1.2.1)."""
    client_id, request_uri = form.get("client_id", ""), form.get("request_uri", "")
    return _sent_on(request, await service.authorize(session, asking, issuer, client_id, request_uri, now))


async def look_at_authorization(_issuer: Issuer) -> Response:
    """What follows links before people do uses no request by it, and learns nothing of it (RFC 9110, 9.2.1)."""
    return Response(headers=UNCACHED)


router.add_api_route(AUTHORIZATION_PATH, look_at_authorization, methods=["HEAD"], include_in_schema=False)


def _sent_on(request: Request, address: str | None) -> Response:
    if address is None:
        return _over(request)
    return RedirectResponse(address, 303, {**UNCACHED, "Referrer-Policy": "no-referrer"})


def _over(request: Request) -> Response:
    return sign_in_over(best_language(request.headers.get("accept-language")))


@router.post(TOKEN_PATH, summary="Redeem a code", responses=REDEEMED | _FORMS, openapi_extra=TOKEN_FORM)
async def redeem_code(
    issuer: Issuer, form: Form, caller: Client, session: Session, asking: CurrentAsking, now: Now
) -> JSONResponse:
    """For the client that pushed the request: an ID token that says who has come, and an access token for the userinfo
    endpoint. A code is good once, for 60 seconds; one that is used again takes back what was given for it. With a DPoP
    proof the token is bound to its key.
    """
    answer = await service.redeem(session, asking, issuer, caller, form, now)
    return JSONResponse(answer.body, answer.status, UNCACHED)


@router.get(
    USERINFO_PATH,
    summary="Read who has come",
    response_model=SignedInCitizen,
    responses=problems(*TOKEN_REFUSALS, SignInNotOffered, ConsentServiceUnavailable, Unavailable),
)
async def get_signed_in_citizen(
    issuer: Issuer, shown: Annotated[Shown, Security(ShownToken())], request: Request, now: Now
) -> dict[str, Any]:
    """The claims of the ID token, and who has prescribed the tool to the citizen (P11). As long as the tool may be
    started: not after it was stopped or deleted, or consent was withdrawn.
    """
    return await citizen_of(request, issuer, shown, now)


# OpenID Connect Core, 5.3.1: GET and POST; one of them is enough to tell of
router.add_api_route(USERINFO_PATH, get_signed_in_citizen, methods=["POST"], include_in_schema=False)
