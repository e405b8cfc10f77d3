"""The access token of a sign-in, as a supplier's client shows it (RFC 6750, RFC 9449)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from fastapi import Request
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from helsetilbud_api.citizen.launching.permission import is_permitted
from helsetilbud_api.citizen.signing_in import service
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from shared.auth import (
    Authenticator,
    ProofCheckUnavailable,
    ProofInvalid,
    ProofMissing,
    ProofReplayed,
    SchemeNotAccepted,
    TokenInvalid,
    TokenMissing,
    credentials,
)

TOKEN_REFUSALS: Final = (
    TokenMissing,
    SchemeNotAccepted,
    TokenInvalid,
    ProofMissing,
    ProofInvalid,
    ProofReplayed,
    ProofCheckUnavailable,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that nobody has looked at yet, by its SHA-256."""

    scheme: Literal["DPoP", "Bearer"]
    digest: bytes


class ShownToken(SecurityBase):
    """Raises TokenMissing or TokenInvalid."""

    scheme_name = "Launch"
    model = HTTPBase.model_validate(
        {
            "scheme": "bearer",
            "description": (
                "The access token of a sign-in, from the token endpoint. One that was fetched with a DPoP proof is"
                " shown with a proof (`Authorization: DPoP <token>`), any other as Bearer. It is opaque and lives for"
                " five minutes; a code that is used twice takes it back, as RFC6749 recommends."
            ),
        }
    )

    async def __call__(self, request: Request) -> Shown:
        given = request.headers.get("authorization", "").partition(" ")[0].lower()
        scheme: Literal["DPoP", "Bearer"] = "DPoP" if given == "dpop" else "Bearer"
        return Shown(scheme, hashlib.sha256(credentials(request, scheme).encode()).digest())


async def citizen_of(request: Request, issuer: LaunchIssuer, shown: Shown, now: datetime) -> dict[str, Any]:
    """Raises those of TOKEN_REFUSALS, or ConsentServiceUnavailable."""
    found = await service.signed_in(request.app.state.database, shown.digest, now)
    if found is None:
        raise TokenInvalid(shown.scheme)
    if found.proof_key is None and shown.scheme == "DPoP":
        raise SchemeNotAccepted("Bearer")
    if found.proof_key is not None:
        await _check_key(request, issuer, shown, found.proof_key)
    if not await is_permitted(request.app.state.permissions, found):
        raise TokenInvalid(shown.scheme)
    return service.userinfo_of(found)


async def _check_key(request: Request, issuer: LaunchIssuer, shown: Shown, key: str) -> None:
    if shown.scheme != "DPoP":
        raise SchemeNotAccepted("DPoP")
    auth: Authenticator = request.app.state.auth
    await auth.check_proof(request, shown.digest, key, issuer.url)
