"""The authorization-code flow of OpenID Connect, by Authlib (RFC 6749, 7636 and 9207; OpenID Connect Core).

Authlib decides what a request and an answer must be, and asks what only we know. Its questions are synchronous: it runs
within `AsyncSession.run_sync`, one server for each request.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey
from sqlalchemy import Row
from sqlalchemy.orm import Session

from helsetilbud_api.citizen.signing_in import statements
from helsetilbud_api.citizen.signing_in.clients import AUTHENTICATION, LaunchClient
from helsetilbud_api.citizen.signing_in.issuer import ALGORITHM, LaunchIssuer
from helsetilbud_api.citizen.signing_in.requests import ProtocolRequest
from shared.schemas import rfc3339

CODE_LIFE: Final = timedelta(seconds=60)
TOKEN_LIFE: Final = timedelta(minutes=5)
LEVEL: Final = "4"  # security level of whoever opens a tool, which is all that is known of their login


@dataclass
class Answer:
    """`location` is that of a redirect."""

    status: int
    body: Any
    location: str | None


@dataclass(frozen=True)
class SignedIn:
    """Whom a code stands for; its methods are those that Authlib asks a code."""

    row: Row[Any]
    parameters: Mapping[str, str] = field(init=False)
    code_challenge_method: str = "S256"

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", self.row.parameters)

    @property
    def code_challenge(self) -> str:
        return self.parameters["code_challenge"]

    def get_redirect_uri(self) -> str:
        return self.parameters["redirect_uri"]

    def get_scope(self) -> str:
        return self.parameters["scope"]

    def get_nonce(self) -> str:
        return self.parameters["nonce"]

    def get_acr(self) -> str:
        return LEVEL

    def get_auth_time(self) -> None:
        """Not known: a launch is no login."""

    def get_amr(self) -> None:
        """Not known."""


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def claims_of(row: Row[Any]) -> dict[str, Any]:
    """Who has come, by the names of POST /v1/launches/redeem."""
    return {
        "sub": str(row.subject),
        "toolId": str(row.tool_id),
        "actingPerson": {"subject": str(row.acting_subject), "relation": row.relation},
        "launchedAt": rfc3339(row.launched_at),
    }


class Issuing(IssuerParameter):
    """RFC 9207: the answer says whose it is."""

    def __init__(self, server: "Server") -> None:
        self.url = server.issuer.url
        self(server)

    def get_issuer(self) -> str:
        return self.url


class ProofKeyForCodes(CodeChallenge):
    """PKCE, and never in the clear."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


class IdTokens(OpenIDCode):
    """The ID token of an answer."""

    def __init__(self, server: "Server") -> None:
        super().__init__(require_nonce=True)
        self.server = server

    def exists_nonce(self, _nonce: str, _request: ProtocolRequest) -> bool:
        """A request is pushed by the client itself and good once, so a nonce is the client's own matter."""
        return False

    def resolve_client_private_key(self, _client: LaunchClient) -> RSAKey:
        return next(iter(self.server.issuer.keys.values()))

    def get_encode_header(self, _client: LaunchClient) -> dict[str, str]:
        return {"alg": ALGORITHM, "kid": next(iter(self.server.issuer.keys)), "typ": "JWT"}

    def get_compatible_claims(self, request: ProtocolRequest) -> dict[str, Any]:
        """Authlib's own say that the citizen logged in right now."""
        now = int(self.server.now.timestamp())
        lifetime = int(TOKEN_LIFE.total_seconds())
        return {"iss": self.server.issuer.url, "aud": request.client.client_id, "iat": now, "exp": now + lifetime}

    def generate_user_info(self, user: SignedIn, _scope: str) -> dict[str, Any]:
        return claims_of(user.row)


class CodeGrant(AuthorizationCodeGrant):
    """Codes as digests, each used by one statement."""

    TOKEN_ENDPOINT_AUTH_METHODS = (AUTHENTICATION,)

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        self.server.session.execute(statements.KEEP_CODE, {"code": digest_of(code), "digest": request.user})

    def query_authorization_code(self, code: str, client: LaunchClient) -> SignedIn | None:
        """It is used from here on, also when something else about the request turns out to be wrong."""
        asked = {"code": digest_of(code), "client_id": client.client_id, "now": self.server.now}
        row = self.server.session.execute(statements.REDEEM, asked).first()
        if row is None:
            self.server.session.execute(statements.REVOKE, asked)
            return None
        if row.proof_key not in (None, self.server.proof_key):
            raise InvalidGrantError("the code is bound to another DPoP key")
        return SignedIn(row)

    def delete_authorization_code(self, authorization_code: SignedIn) -> None:
        """It stays for as long as its being used again must be noticed."""

    def authenticate_user(self, authorization_code: SignedIn) -> SignedIn:
        return authorization_code


class Server(AuthorizationServer):
    """For one request of a client that is known already. `proof_key` is the thumbprint of its DPoP proof's key."""

    def __init__(
        self,
        issuer: LaunchIssuer,
        client: LaunchClient,
        now: datetime,
        *,
        session: Session | None = None,
        proof_key: str | None = None,
    ) -> None:
        super().__init__()
        self.issuer, self.client, self.now = issuer, client, now
        self.session, self.proof_key = session, proof_key
        self.register_grant(CodeGrant, [ProofKeyForCodes(required=True), IdTokens(self)])
        self.register_token_generator("default", self.new_token)
        self.register_extension(Issuing)

    def query_client(self, client_id: str) -> LaunchClient | None:
        return self.client if client_id == self.client.client_id else None

    def authenticate_client(
        self, request: ProtocolRequest, _methods: tuple[str, ...], _endpoint: str = "token"
    ) -> LaunchClient:
        request.auth_method = AUTHENTICATION
        return self.client

    def new_token(self, **asked: Any) -> dict[str, Any]:
        return {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "DPoP" if self.proof_key else "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": asked["scope"],
        }

    def save_token(self, token: dict[str, Any], request: ProtocolRequest) -> None:
        kept = {
            "token": digest_of(token["access_token"]),
            "key": self.proof_key,
            "until": self.now + TOKEN_LIFE,
            "digest": request.authorization_code.row.request_digest,
        }
        assert self.session is not None  # noqa: S101 - a token request always has one
        self.session.execute(statements.KEEP_TOKEN, kept)

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        return Answer(status, body, dict(headers).get("Location"))

    def send_signal(self, *_about: Any, **_more: Any) -> None:
        """Nobody listens."""
