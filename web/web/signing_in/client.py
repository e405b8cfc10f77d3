"""Our side of OpenID Connect."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import time
from typing import Annotated, Any, Final

import httpx
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from web.session.models import Person, Represented, Token, Tokens
from web.signing_in.discovery import Issuer
from web.signing_in.errors import IssuerAway, SignInRefused
from web.signing_in.id_tokens import names_a_number, verified
from web.signing_in.proofs import ASSERTION_TYPE, assertion, new_key, proof, s256

_TRIES: Final = 2  # the second with the nonce that the first was told


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what is kept here until it is back. `kept` can be JSON."""

    url: str
    state: str
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: Person
    tokens: Tokens
    sign_out_hint: str | None


class _TokenAnswer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$")]
    token_type: Annotated[str, Field(pattern=r"(?i)^(dpop|bearer)$")]
    expires_in: Annotated[float, Field(gt=0)] = 60.0
    refresh_token: str | None = None
    id_token: str | None = None


class OpenIdClient:
    """`redirect_uri` is where the browser comes back to. The first of `audiences` is the one that signing in itself
    gives a token for.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        issuer: Issuer,
        client_id: str,
        key_file: Path,
        *,
        redirect_uri: str,
        scope: str,
        audiences: Sequence[str],
    ) -> None:
        self.issuer, self.client_id = issuer, client_id
        self._http, self._key_file = http, key_file
        self._redirect_uri, self._scope, self._audiences = redirect_uri, scope, tuple(audiences)
        self._key: ECKey | RSAKey | None = None
        self._algorithm = ""
        self._nonce: str | None = None

    async def begin(self, **more: str) -> Started:
        """Pushes the request. `more` are parameters of this issuer's own. Raises IssuerAway, SignInRefused."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        key = new_key()
        answer = await self._post(
            (await self.issuer.metadata()).pushed_authorization_request_endpoint,
            key,
            {
                "response_type": "code",
                "redirect_uri": self._redirect_uri,
                "scope": self._scope,
                "resource": list(self._audiences),
                "state": state,
                "nonce": nonce,
                "code_challenge": s256(verifier),
                "code_challenge_method": "S256",
                **more,
            },
        )
        request_uri = answer.get("request_uri")
        if not isinstance(request_uri, str):
            raise IssuerAway
        authorize = httpx.URL((await self.issuer.metadata()).authorization_endpoint)
        url = authorize.copy_merge_params({"client_id": self.client_id, "request_uri": request_uri})
        return Started(str(url), state, {"nonce": nonce, "verifier": verifier, "key": key})

    async def finish(self, code: str, kept: dict[str, Any]) -> SignedIn:
        """The code for tokens; who it is. Raises IssuerAway, SignInRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": kept["verifier"],
            "resource": self._audiences[0],
        }
        answer = await self._fetch(kept["key"], form)
        if answer.id_token is None:
            raise SignInRefused("id-token-missing")
        claims = await verified(answer.id_token, self.issuer, self.client_id, kept["nonce"])
        person = Person(claims["sub"], str(claims.get("name") or ""), _acting_for(claims))
        tokens = Tokens(kept["key"], answer.refresh_token, {self._audiences[0]: _token(answer)})
        return SignedIn(person, tokens, None if names_a_number(claims) else answer.id_token)

    async def renew(self, tokens: Tokens, audience: str) -> Tokens:
        """With a good token for the audience. Raises IssuerAway; SignInRefused when the session is over there."""
        if tokens.refresh is None:
            raise SignInRefused("no-refresh-token")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "resource": audience}
        form |= {"authorization_details": tokens.details} if tokens.details else {}
        answer = await self._fetch(tokens.proof_key, form)
        access = {**tokens.access, audience: _token(answer)}
        return replace(tokens, refresh=answer.refresh_token or tokens.refresh, access=access)

    async def sign_out_url(self, hint: str | None, back: str) -> str:
        """Where the browser ends its session at the issuer (RP-Initiated Logout 1.0). Raises IssuerAway."""
        endpoint = (await self.issuer.metadata()).end_session_endpoint
        if endpoint is None:
            return back
        who = {"id_token_hint": hint} if hint else {"client_id": self.client_id}
        return str(httpx.URL(endpoint).copy_merge_params({**who, "post_logout_redirect_uri": back}))

    async def _fetch(self, key: dict[str, str], form: dict[str, Any]) -> _TokenAnswer:
        answer = await self._post((await self.issuer.metadata()).token_endpoint, key, form)
        try:
            return _TokenAnswer.model_validate(answer)
        except ValidationError as error:
            raise IssuerAway from error

    async def _post(self, url: str, key: dict[str, str], form: dict[str, Any]) -> dict[str, Any]:
        """An assertion is good once: each try has its own."""
        for _ in range(_TRIES):
            answer = await self._post_once(url, key, form)
            self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
            document = _document(answer)
            if document.get("error") != "use_dpop_nonce":
                break
        if answer.is_success:
            return document
        if answer.is_client_error and isinstance(document.get("error"), str):
            raise SignInRefused(document["error"])
        raise IssuerAway

    async def _post_once(self, url: str, key: dict[str, str], form: dict[str, Any]) -> httpx.Response:
        own, algorithm = self._own_key()
        who = {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.client_id, self.issuer.url, own, algorithm),
        }
        try:
            return await self._http.post(
                url, data=form | who, headers={"DPoP": proof(key, "POST", url, nonce=self._nonce)}
            )
        except httpx.HTTPError as error:
            raise IssuerAway from error

    def _own_key(self) -> tuple[ECKey | RSAKey, str]:
        """Read when first needed: the file may come after us."""
        if self._key is None:
            document = json.loads(self._key_file.read_text("utf-8"))
            key = JWKRegistry.import_key(document)
            if not isinstance(key, ECKey | RSAKey):
                raise TypeError("The client's key is neither RSA nor EC")
            self._key = key
            self._algorithm = document.get("alg") or ("ES256" if isinstance(key, ECKey) else "RS256")
        return self._key, self._algorithm


def _acting_for(claims: dict[str, Any]) -> Represented | None:
    """As the citizens' issuer says it. Unreadable is refused: not to know is not to be oneself."""
    if (document := claims.get("acting_for")) is None:
        return None
    try:
        return Represented(str(document["sub"]), str(document["name"]), str(document["relation"]))
    except (KeyError, TypeError) as error:
        raise SignInRefused("id-token-acting-for") from error


def _token(answer: _TokenAnswer) -> Token:
    kind = "DPoP" if answer.token_type.lower() == "dpop" else "Bearer"
    return Token(answer.access_token, kind, time() + answer.expires_in)


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
