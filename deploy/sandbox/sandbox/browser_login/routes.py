"""The endpoints of a login, at both issuers."""

import secrets
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response
from fastapi.responses import RedirectResponse

from sandbox.browser_login import people
from sandbox.browser_login.grants import GRANTS, GrantForm, answer, granted, identity_claims, s256
from sandbox.browser_login.issuers import (
    AUTHORIZE_PATH,
    END_SESSION_PATH,
    PAR_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
    Issuer,
)
from sandbox.browser_login.logins import PUSHED_FOR
from sandbox.browser_login.models import AuthorizationRequest, Kind, Session
from sandbox.browser_login.requests import PushedForm, checked, is_registered
from sandbox.context import Here, Now, Sandbox
from sandbox.faults import Target, faulty
from sandbox.issuer.assertion import ASSERTION_TYPE, authenticate
from sandbox.issuer.claims import subject_of
from sandbox.issuer.clients import Client
from sandbox.issuer.errors import InvalidClient, InvalidToken, TokenRefused, UnsupportedGrantType
from sandbox.issuer.proof import thumbprint_of_proof
from sandbox.keys import imported
from sandbox.pages.rendering import page
from shared.auth import signed

_REASONS = {
    "unknown": "Forespørselen finnes ikke, eller den er for gammel. Start innloggingen på nytt der du kom fra.",
    "not-pushed": "Denne utstederen tar bare imot forespørsler som er sendt på forhånd (PAR).",
    "person": "Velg en av personene på siden.",
}


def login_router(kind: Kind) -> APIRouter:
    """The same at both issuers; the citizens' stands under `/citizen`."""
    prefix = "/citizen" if kind == "citizen" else ""
    router = APIRouter(prefix=prefix, tags=["Login"], dependencies=[Depends(faulty(Target.ISSUER, wrong_body=False))])

    async def issuer_here(sandbox: Here) -> Issuer:
        return Issuer.of(kind, sandbox)

    At = Annotated[Issuer, Depends(issuer_here)]

    @router.post(PAR_PATH, operation_id=f"push{kind.title()}Request", status_code=201)
    async def push_request(
        form: Annotated[PushedForm, Depends()], issuer: At, sandbox: Here, now: Now, response: Response
    ) -> dict[str, Any]:
        """RFC 9126. Errors are OAuth's: `{"error", "error_description"}` with status 400."""
        client = _authenticated(form, PAR_PATH, issuer, sandbox, now.timestamp())
        only = _subject_of_hint(form.id_token_hint, client, issuer)
        uri = sandbox.logins.push(kind, checked(form, client, issuer, only), now.timestamp())
        response.headers["Cache-Control"] = "no-store"
        return {"request_uri": uri, "expires_in": PUSHED_FOR}

    @router.get(AUTHORIZE_PATH, include_in_schema=False)
    async def choose_person(
        issuer: At,
        sandbox: Here,
        now: Now,
        client_id: Annotated[str, Query()] = "",
        request_uri: Annotated[str, Query()] = "",
    ) -> Response:
        asked = _asked(client_id, request_uri, issuer, sandbox, now.timestamp())
        if asked is None:
            return _refusal("unknown" if request_uri else "not-pushed")
        if asked.prompt == "none":
            sandbox.logins.answered(request_uri)
            return _back(asked, issuer, error="login_required")
        return _page(asked, request_uri, issuer, sandbox)

    @router.post(AUTHORIZE_PATH, include_in_schema=False)
    async def log_in(
        issuer: At,
        sandbox: Here,
        now: Now,
        client_id: Annotated[str, Form()] = "",
        request_uri: Annotated[str, Form()] = "",
        person: Annotated[str, Form()] = "",
        represents: Annotated[str, Form()] = "",
        organisation: Annotated[str, Form()] = "",
        cancel: Annotated[str, Form()] = "",
    ) -> Response:
        """A form, not a query: who it is ends in no address."""
        asked = _asked(client_id, request_uri, issuer, sandbox, now.timestamp())
        if asked is None:
            return _refusal("unknown")
        if cancel:
            sandbox.logins.answered(request_uri)
            return _back(asked, issuer, error="access_denied", error_description="The person changed their mind")
        chosen = _choice(asked, person, represents, organisation, issuer, sandbox)
        if chosen is None:
            return _refusal("person")
        sandbox.logins.answered(request_uri)
        session = replace(chosen, began=now.timestamp())
        return _back(asked, issuer, code=sandbox.logins.begin(session, now.timestamp()))

    if kind == "citizen":

        @router.post(TOKEN_PATH, operation_id="fetchCitizenToken")
        async def fetch_citizen_token(
            asked: Annotated[LoginTokenForm, Depends()],
            form: Annotated[GrantForm, Depends()],
            issuer: At,
            sandbox: Here,
            now: Now,
            response: Response,
        ) -> dict[str, Any]:
            """By code or refresh token. The token is Bearer, as Helsenorge's is."""
            if asked.grant_type not in GRANTS:
                raise UnsupportedGrantType(f"Only {' and '.join(GRANTS)}")
            client = _authenticated(asked, TOKEN_PATH, issuer, sandbox, now.timestamp())
            session = granted(asked.grant_type, form, client, issuer, sandbox, now)
            response.headers["Cache-Control"] = "no-store"
            return answer(session, form, client, issuer, sandbox, None, now)

    @router.post(USERINFO_PATH, operation_id=f"post{kind.title()}UserInfo")
    @router.get(USERINFO_PATH, operation_id=f"get{kind.title()}UserInfo")
    async def get_user_info(
        request: Request,
        issuer: At,
        sandbox: Here,
        now: Now,
        authorization: Annotated[str, Header()] = "",
        dpop: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """OpenID Connect Core, 5.3: what the identity scopes give."""
        scheme, _, token = authorization.partition(" ")
        session = sandbox.logins.by_access_token(token, now.timestamp())
        if session is None or session.issuer != kind or scheme.lower() != ("dpop" if issuer.binds_tokens else "bearer"):
            raise InvalidToken("Not an access token of a login here")
        if issuer.binds_tokens:
            _check_binding(dpop, token, request.method, issuer, sandbox, now.timestamp())
        return {"sub": subject_of(session.pid), **identity_claims(session, sandbox)}

    @router.api_route(END_SESSION_PATH, methods=["GET", "POST"], include_in_schema=False)
    async def end_session(request: Request, issuer: At, sandbox: Here) -> Response:
        """OpenID Connect RP-Initiated Logout."""
        asked = request.query_params if request.method == "GET" else await request.form()
        values = {name: str(asked.get(name) or "") for name in ("id_token_hint", "client_id", *_BACK)}
        claims = _hinted(values["id_token_hint"], issuer)
        client = issuer.clients.get(str(claims.get("aud") or values["client_id"]))
        sandbox.logins.end(str(claims.get("sid", "")))
        back = values["post_logout_redirect_uri"]
        if client is None or not is_registered(back, client.logout_uris):
            return _private(page("logged_out.html"))
        return RedirectResponse(_with(back, {"state": values["state"]}), 303)

    return router


_BACK = ("post_logout_redirect_uri", "state")


class LoginTokenForm:
    """What every token request has."""

    def __init__(
        self,
        grant_type: Annotated[str, Form()] = "",
        client_id: Annotated[str, Form()] = "",
        client_assertion_type: Annotated[str, Form()] = "",
        client_assertion: Annotated[str, Form()] = "",
    ) -> None:
        self.grant_type, self.client_id = grant_type, client_id
        self.client_assertion_type, self.client_assertion = client_assertion_type, client_assertion


def login_answer(
    grant: str, form: GrantForm, client: Client, thumbprint: str, sandbox: Sandbox, now: Any
) -> dict[str, Any]:
    """HelseID's side of the token endpoint, after client and proof have been checked there."""
    issuer = Issuer.of("helseid", sandbox)
    session = granted(grant, form, client, issuer, sandbox, now)
    return answer(session, form, client, issuer, sandbox, thumbprint, now)


def _authenticated(
    form: PushedForm | LoginTokenForm, path: str, issuer: Issuer, sandbox: Sandbox, now: float
) -> Client:
    if form.client_assertion_type != ASSERTION_TYPE or not form.client_assertion:
        raise InvalidClient(f"Only private_key_jwt: client_assertion_type must be {ASSERTION_TYPE}")
    audiences = frozenset({issuer.url}) | issuer.addresses(path)
    client = authenticate(form.client_assertion, issuer.clients, audiences, sandbox.used_assertions, now)
    if form.client_id not in ("", client.client_id):
        raise InvalidClient("client_id is another than the assertion's")
    return client


def _asked(client_id: str, uri: str, issuer: Issuer, sandbox: Sandbox, now: float) -> AuthorizationRequest | None:
    found = sandbox.logins.pushed(issuer.kind, uri, now)
    return found if found and found.client_id == client_id else None


def _page(asked: AuthorizationRequest, request_uri: str, issuer: Issuer, sandbox: Sandbox) -> Response:
    client = issuer.clients[asked.client_id]
    shown = people.people(issuer.kind, client, sandbox.population, asked.only_subject)
    values = {"people": shown, "client": client, "request_uri": request_uri, "chosen": asked.organisation}
    return _private(page("authorize.html", action=urlsplit(issuer.public_url).path + AUTHORIZE_PATH, **values))


def _choice(
    asked: AuthorizationRequest, handle: str, represents: str, organisation: str, issuer: Issuer, sandbox: Sandbox
) -> Session | None:
    client = issuer.clients[asked.client_id]
    everybody = people.people(issuer.kind, client, sandbox.population, asked.only_subject)
    person = next((it for it in everybody if it.handle == handle), None)
    other = next((it for it in person.represents if it.handle == represents), None) if person else None
    if person is None or (represents and other is None):
        return None
    places = {it.organisation_number for it in person.organisations}
    wanted = organisation or asked.organisation
    return Session(
        sid=secrets.token_urlsafe(16),
        issuer=issuer.kind,
        request=asked,
        pid=person.pid,
        represents=other.pid if other else None,
        organisation=wanted if wanted in places else None,
        began=0.0,
    )


def _back(asked: AuthorizationRequest, issuer: Issuer, **values: str) -> Response:
    """To the client, which learns the issuer (RFC 9207). 303, so that no browser sends the form on."""
    answer = RedirectResponse(_with(asked.redirect_uri, {**values, "state": asked.state, "iss": issuer.url}), 303)
    answer.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return answer


def _with(uri: str, values: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return uri + (("&" if urlsplit(uri).query else "?") + query if query else "")


def _refusal(reason: str) -> Response:
    """Never to an address that nobody has vouched for (RFC 6749, 4.1.2.1)."""
    shown = _private(page("login_refused.html", reason=_REASONS[reason]))
    shown.status_code = 400
    return shown


def _private(shown: Response) -> Response:
    shown.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"})
    return shown


def _subject_of_hint(hint: str, client: Client, issuer: Issuer) -> str | None:
    if not hint:
        return None
    claims = _hinted(hint, issuer)
    if claims.get("aud") != client.client_id:
        raise TokenRefused("id_token_hint is not an ID token of this client's")
    return str(claims.get("sub"))


def _hinted(hint: str, issuer: Issuer) -> dict[str, Any]:
    """Claims of an ID token of ours, old ones too; nothing for any other."""
    try:
        signature = signed.read(hint)
        claims = signed.claims(signature)
    except signed.Unreadable:
        return {}
    ours = signed.is_signed_by(signature, imported(issuer.key.public_jwk), issuer.key.algorithm)
    return claims if ours and claims.get("iss") == issuer.url else {}


def _check_binding(proof: str, token: str, method: str, issuer: Issuer, sandbox: Sandbox, now: float) -> None:
    thumbprint, _ = thumbprint_of_proof(proof, issuer.addresses(USERINFO_PATH), sandbox.used_proofs, now, method)
    if signed.claims(signed.read(proof)).get("ath") != s256(token):
        raise InvalidToken("The proof's ath is not the token's (RFC 9449, 7.1)")
    if signed.claims(signed.read(token)).get("cnf") != {"jkt": thumbprint}:
        raise InvalidToken("The proof is by another key than the token's")
