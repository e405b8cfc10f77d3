"""Acting for somebody else, verified on every use (S5): a token lives for minutes, and what it says may have ended.

A part of authentication, as asking the issuer for its keys is. Who may do what is decided by the service that is asked
(`POST /v1/representations/verify` of consent-api), and is in the log of both people before it answers.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self

import httpx
from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.auth import callers
from shared.auth.authenticator import Authenticator
from shared.auth.callers import Citizen
from shared.auth.claims import Persons, Relation
from shared.auth.client import HelseIdClient
from shared.auth.dependencies import CitizenCaller
from shared.auth.representation_errors import (
    OwnAccessMissing,
    RepresentationNotAllowed,
    RepresentationUnavailable,
    TooYoung,
)
from shared.errors import DomainError
from shared.norway import age_on, day_in_norway
from shared.settings import CallingServiceSettings

SCOPE: Final = "nhn:samtykke/representation"
TIMEOUT: Final = 1.5  # seconds, for the whole question
# from this age nobody is asked about those who act for themselves; whether the younger may is for who is asked to say
GROWN_UP: Final = 18

Area = Literal["health-care", "youth", "research", "administration"]
Act = Literal["read", "change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a route lets somebody do. `personal` is what everyone does themselves unless they cannot, and
    `young_persons_own` what parents of young people have no part in.
    """

    area: Area
    act: Act
    personal: bool = False
    young_persons_own: bool = False


class Permission(BaseModel):
    """`reason` is a code; `narrowed` means that contents are fewer, because they are a young person's. `valid_until` is
    when it ends or changes by itself, None when no such moment is known.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)

    allowed: bool
    reason: str | None
    narrowed: bool
    valid_until: Annotated[AwareDatetime | None, Field(alias="validUntil")]


class RepresentationCheck:
    """One per app, at `app.state.representation`."""

    def __init__(self, url: str, helseid: HelseIdClient, *, timeout: float = TIMEOUT) -> None:
        self._url = f"{url.rstrip('/')}/v1/representations/verify"
        self._helseid = helseid
        self._timeout = timeout

    @classmethod
    def from_settings(cls, settings: CallingServiceSettings, http: httpx.AsyncClient, consent_url: str) -> Self:
        return cls(consent_url, HelseIdClient.from_settings(settings, http, timeout=TIMEOUT))

    async def verify(self, persons: Persons, relation: Relation | None, purpose: Purpose) -> Permission:
        """May they act for whom they represent, or alone when that is nobody? The answer is for this request only.

        Raises RepresentationUnavailable without a whole answer: nothing is assumed.
        """
        question = _question(persons, relation, purpose)
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._ask(question)
                response.raise_for_status()
                return Permission.model_validate_json(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise RepresentationUnavailable() from error

    async def _ask(self, question: dict[str, Any]) -> httpx.Response:
        try:
            return await self._helseid.post(self._url, SCOPE, question)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return await self._helseid.post(self._url, SCOPE, question)


def _question(persons: Persons, relation: Relation | None, purpose: Purpose) -> dict[str, Any]:
    represented = persons.represented and {"nationalId": persons.represented.reveal()}
    return {
        "actor": {"nationalId": persons.actor.reveal()},
        "represented": represented,
        "relation": relation,
        "area": purpose.area,
        "act": purpose.act,
        "personal": purpose.personal,
        "youngPersonsOwn": purpose.young_persons_own,
    }


class ActingCaller(CitizenCaller):
    """Lets in citizens for themselves, and those who may act for a citizen in this, asked anew on each request.

    Raises RepresentationNotAllowed, TooYoung, OwnAccessMissing or RepresentationUnavailable.
    """

    def __init__(self, level: str, purpose: Purpose) -> None:
        super().__init__(level)
        self._purpose = purpose

    async def __call__(self, request: Request) -> Citizen:
        caller = await super().__call__(request)
        if caller.represents is None and _is_grown_up(caller.birth_date, request.app.state.clock()):
            return caller
        authenticator: Authenticator = request.app.state.auth
        check: RepresentationCheck = request.app.state.representation
        permission = await check.verify(await authenticator.persons(request), caller.relation, self._purpose)
        if not permission.allowed:
            raise _refusal(permission.reason or "no-relation")
        until = permission.valid_until
        return replace(caller, narrowed=permission.narrowed, permitted_until=until.timestamp() if until else None)


def acting(
    area: Area, act: Act, *, level: str = callers.HIGH, personal: bool = False, young_persons_own: bool = False
) -> ActingCaller:
    """A citizen, or somebody who may act for one: `Security(acting("health-care", "read"))`."""
    purpose = Purpose(area=area, act=act, personal=personal, young_persons_own=young_persons_own)
    return ActingCaller(level, purpose)


def _is_grown_up(born: date, now: datetime) -> bool:
    return age_on(day_in_norway(now), born) >= GROWN_UP


def _refusal(reason: str) -> DomainError:
    if reason == "too-young":
        return TooYoung()
    return OwnAccessMissing() if reason == "own-access-missing" else RepresentationNotAllowed(reason)
