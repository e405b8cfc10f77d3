"""From a request's headers to a verified token; the one place where the parts of authentication are put together."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

import httpx
from fastapi import Request

from shared.auth import dpop, signed
from shared.auth.claims import CitizenToken, ClaimReader, HelseIdToken, Persons
from shared.auth.errors import ProofInvalid, ProofMissing, Scheme, SchemeNotAccepted, TokenInvalid, TokenMissing
from shared.auth.keys import IssuerKeys
from shared.auth.replay import ReplayStore
from shared.auth.tokens import AccessTokens
from shared.citizenref import CitizenReferences
from shared.methods import method_sent
from shared.settings import ServiceSettings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Authenticator:
    """Verifies who calls. One per app, at `app.state.auth`; `http` is the app's own and is closed by it.

    HelseID tokens come with DPoP and nothing else, citizens' tokens as Bearer and nothing else. Who was let in is at
    `request.state.token`, for what must know it whatever a route makes of it (`shared.idempotency`).
    """

    def __init__(
        self,
        *,
        issuer: str,
        citizen_issuer: str,
        audience: str,
        http: httpx.AsyncClient,
        references: CitizenReferences,
        replays: ReplayStore,
        allow_synthetic: bool = False,
        public_url: str | None = None,
        clock: Clock = utc_now,
    ) -> None:
        reader = ClaimReader(references, allow_synthetic=allow_synthetic)
        self._keys = {name: IssuerKeys(name, http, clock) for name in (issuer, citizen_issuer)}
        self._helseid = AccessTokens(
            self._keys[issuer], audience=audience, scheme="DPoP", interpret=reader.helseid, clock=clock
        )
        self._citizens = AccessTokens(
            self._keys[citizen_issuer], audience=audience, scheme="Bearer", interpret=reader.citizen, clock=clock
        )
        self._reader = reader
        self.replays = replays
        self._proofs = dpop.Proofs(replays, clock)
        self._public_url = public_url.rstrip("/") if public_url else None

    @classmethod
    def from_settings(
        cls,
        settings: ServiceSettings,
        *,
        http: httpx.AsyncClient,
        references: CitizenReferences,
        replays: ReplayStore,
        clock: Clock = utc_now,
    ) -> Self:
        return cls(
            issuer=settings.issuer,
            citizen_issuer=settings.citizen_issuer,
            audience=settings.audience,
            http=http,
            references=references,
            replays=replays,
            allow_synthetic=settings.allow_synthetic,
            public_url=settings.public_url,
            clock=clock,
        )

    async def helseid(self, request: Request) -> HelseIdToken:
        """Raises a `Refusal`, `IssuerUnavailable` or `ProofCheckUnavailable`."""
        token = credentials(request, "DPoP")
        digest = hashlib.sha256(token.encode()).digest()
        verified = await self._helseid.verify(token, digest)
        await self.check_proof(request, digest, verified.key)
        request.state.token = verified
        return verified

    async def check_proof(
        self, request: Request, token_digest: bytes | None, key: str | None, origin: str | None = None
    ) -> str:
        """The thumbprint of the key that the request's DPoP proof is signed with.

        Without a token and the key that it is bound to, any key's will do: so it is where a token is fetched. `origin`
        is how the caller addresses us, where that is not by our public address.
        Raises `ProofMissing`, `ProofInvalid`, `ProofReplayed` or `ProofCheckUnavailable`.
        """
        expected = dpop.Request(method_sent(request.scope), self._address(request, origin), token_digest, key)
        return await self._proofs.check(_proof(request), expected)

    async def citizen(self, request: Request) -> CitizenToken:
        """Raises a `Refusal` or `IssuerUnavailable`."""
        token = credentials(request, "Bearer")
        verified = await self._citizens.verify(token, hashlib.sha256(token.encode()).digest())
        request.state.token = verified
        return verified

    async def persons(self, request: Request) -> Persons:
        """Who is named in a citizen's token, verified first; what is kept of a token does not hold their numbers.

        Raises as `citizen` does.
        """
        await self.citizen(request)
        return self._reader.persons(signed.claims(signed.read(credentials(request, "Bearer"))))

    async def close(self) -> None:
        """Call it before the HTTP client and the database are closed."""
        await self.replays.close()
        for keys in self._keys.values():
            await keys.close()

    def _address(self, request: Request, origin: str | None) -> str:
        """The request's address as the caller sees it, without query.

        Without `public_url` the Host header is believed, which the sender chooses: set it behind every gateway.
        """
        raw = request.scope.get("raw_path")
        path = raw.partition(b"?")[0].decode("latin-1") if raw else quote(request.scope["path"])
        if known := origin or self._public_url:
            return known + path
        return f"{request.scope['scheme']}://{request.headers.get('host', '')}{path}"


def credentials(request: Request, scheme: Scheme) -> str:
    """The token of the Authorization header. Raises `TokenMissing`, `TokenInvalid` or `SchemeNotAccepted`."""
    found = request.headers.getlist("authorization")
    if not found:
        raise TokenMissing(scheme)
    if len(found) > 1:
        raise TokenInvalid(scheme, "malformed")
    given, _, token = found[0].partition(" ")
    if given.lower() != scheme.lower():
        raise SchemeNotAccepted(scheme)
    return token.strip(" ")


def _proof(request: Request) -> str:
    found = request.headers.getlist("dpop")
    if not found:
        raise ProofMissing("DPoP")
    if len(found) > 1:
        raise ProofInvalid("DPoP", "several")
    return found[0]
