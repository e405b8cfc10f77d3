"""Callers as parameters of routes, documented in OpenAPI as security schemes.

    Prescriber = Annotated[Practitioner, Security(practitioner("nhn:verktoyformidler/prescribe"))]

Each dependency is one callable without dependencies of its own: chains of them cost more than verifying the token.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from fastapi import Request
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from shared.auth import callers
from shared.auth.authenticator import Authenticator
from shared.auth.callers import Citizen, Machine, Practitioner, Staff
from shared.auth.claims import HelseIdToken
from shared.auth.errors import Refusal, ScopeMissing
from shared.limiting import RateLimits

C = TypeVar("C")
D = TypeVar("D")

HELSEID_SCHEME: Final = HTTPBase.model_validate(
    {
        "scheme": "DPoP",
        "description": (
            "HelseID access token with a DPoP proof (RFC 9449): `Authorization: DPoP <token>` and one `DPoP` header"
            " with a proof for this method, address (`htu`, without query) and token (`ath`). A proof lives 10 seconds"
            " and is used once. Bearer is refused. Tokens and proofs are verified as RFC8725 recommends."
        ),
    }
)
CITIZEN_SCHEME: Final = HTTPBase.model_validate(
    {
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "Helsenorge's access token for a citizen, or for somebody who acts for one. Verified as RFC8725 recommends."
        ),
    }
)


class HelseIdCaller(SecurityBase, Generic[C]):
    """Lets callers in who come through HelseID with the scope, as what `admit` makes of their token."""

    scheme_name = "HelseID"
    model = HELSEID_SCHEME

    def __init__(self, scopes: frozenset[str], admit: Callable[[HelseIdToken], C]) -> None:
        self.scopes = scopes
        self.admit = admit

    async def __call__(self, request: Request) -> C:
        return self.admitted(await _known(request))

    def admitted(self, token: HelseIdToken) -> C:
        if self.scopes.isdisjoint(token.scopes):
            raise ScopeMissing("DPoP", *sorted(self.scopes))
        return self.admit(token)


class AnyHelseIdToken(SecurityBase):
    """Whoever calls, known or not: the token of those who show one, None for the others. No scope is asked for."""

    scheme_name = HelseIdCaller.scheme_name
    model = HELSEID_SCHEME

    async def __call__(self, request: Request) -> HelseIdToken | None:
        if "authorization" not in request.headers:
            return None
        return await _known(request)


class CitizenCaller(SecurityBase):
    """Lets citizens in who are logged in at the security level or above."""

    scheme_name = "Helsenorge"
    model = CITIZEN_SCHEME

    def __init__(self, level: str) -> None:
        self.level = level

    async def __call__(self, request: Request) -> Citizen:
        token = await _authenticator(request).citizen(request)
        _limits(request).citizen_request(token.reference)
        return callers.as_citizen(token, self.level)


def practitioner(scope: str) -> HelseIdCaller[Practitioner]:
    """A person at security level 4 with an HPR number, calling for an organisation (P1)."""
    return HelseIdCaller(frozenset({scope}), callers.as_practitioner)


def machine(scope: str) -> HelseIdCaller[Machine]:
    """A system with nobody logged in."""
    return HelseIdCaller(frozenset({scope}), callers.as_machine)


def staff(scope: str) -> HelseIdCaller[Staff]:
    """A person at security level 4; no HPR number is asked for."""
    return HelseIdCaller(frozenset({scope}), callers.as_staff)


def citizen(level: str = callers.HIGH) -> CitizenCaller:
    """A citizen. Health content needs level 4; pass "3" where less will do."""
    return CitizenCaller(level)


def either(first: HelseIdCaller[C], second: HelseIdCaller[D]) -> HelseIdCaller[C | D]:
    """Whoever one of the two lets in; when both refuse, the second one's reason is given."""

    def admit(token: HelseIdToken) -> C | D:
        try:
            return first.admitted(token)
        except Refusal:
            return second.admitted(token)

    return HelseIdCaller(first.scopes | second.scopes, admit)


async def _known(request: Request) -> HelseIdToken:
    """Who calls, counted. A token without its proof is somebody else's: it uses up nothing."""
    token = await _authenticator(request).helseid(request)
    _limits(request).request(token.client_id)
    return token


def _limits(request: Request) -> RateLimits:
    limits: RateLimits = request.app.state.limits
    return limits


def _authenticator(request: Request) -> Authenticator:
    authenticator: Authenticator = request.app.state.auth
    return authenticator
