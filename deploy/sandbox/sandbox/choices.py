"""What the invented citizens have chosen, put in by consent-api's public API with tokens of their own.

A parent with full consent chooses for a child under 16, as they would have to.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import httpx

from sandbox.population.models import CitizenRecord, PowerOfAttorney
from sandbox.population.population import Population
from sandbox.services import SERVICES
from sandbox.wiring import Wiring

_CONSENT = next(s for s in SERVICES if s.name == "consent-api")
_DECIDES_FROM: Final = 16


@dataclass(frozen=True, slots=True)
class Choices:
    """`make` adds what is missing; doing it again changes nothing."""

    http: httpx.AsyncClient
    wiring: Wiring
    population: Population
    today: date

    async def make(self) -> None:
        """The grown-up first: who acts for somebody must have consented. The dead have chosen nothing."""
        living = [it for it in self.population.citizens.values() if it.status != "deceased"]
        grown_up = [it for it in living if self._decides(it)]
        await self._all(self._consent(it, it.national_id) for it in grown_up)
        children = [(it, parent) for it in living if not self._decides(it) and (parent := self._acting_parent(it))]
        await self._all(self._consent(child, parent) for child, parent in children)
        await self._all(self._own_access(it.national_id) for it in self.population.relations.own_access)
        await self._all(self._reservation(it.national_id, it.kind) for it in self.population.relations.reservations)
        powers = self.population.relations.powers_of_attorney
        await self._all(self._power(it) for it in powers if it.valid_to >= self.today)

    @staticmethod
    async def _all(choosing: Any) -> None:
        await asyncio.gather(*choosing)

    def _decides(self, citizen: CitizenRecord) -> bool:
        born = citizen.birth_date
        age = self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))
        return age >= _DECIDES_FROM

    def _acting_parent(self, child: CitizenRecord) -> str | None:
        """A parent who can act for the child, by its own rules."""
        parents = map(self.population.person, self.population.parents_of(child.national_id))
        able = (it for it in parents if it and it.consent == "full" and not it.confidential_address)
        return next((it.national_id for it in able), None)

    async def _consent(self, citizen: CitizenRecord, actor: str) -> None:
        """Those who never answered have no consent to put in."""
        if citizen.consent:
            represented = None if actor == citizen.national_id else citizen.national_id
            await self._put("/v1/me/consent", {"level": citizen.consent}, actor, represented)

    async def _own_access(self, national_id: str) -> None:
        child = self.population.citizens[national_id]
        if parent := self._acting_parent(child):
            await self._put("/v1/me/own-access", {"granted": True}, parent, national_id)

    async def _reservation(self, national_id: str, kind: str) -> None:
        await self._put(f"/v1/me/reservations/{kind}", {"reserved": True}, national_id)

    async def _power(self, power: PowerOfAttorney) -> None:
        body = {
            "holder": {"nationalId": power.holder, "name": self.population.name_of(power.holder)},
            "areas": list(power.scopes),
            "validTo": power.valid_to.isoformat(),
        }
        headers = await self._headers(power.giver)
        url = self.wiring.address(_CONSENT) + "/v1/me/representations"
        answer = await self.http.post(url, json=body, headers=headers)
        if answer.status_code != httpx.codes.CONFLICT:  # they have one already
            answer.raise_for_status()

    async def _put(self, path: str, body: dict[str, Any], actor: str, represented: str | None = None) -> None:
        url = self.wiring.address(_CONSENT) + path
        headers = await self._headers(actor, represented)
        now = await self.http.get(url, headers=headers)
        now.raise_for_status()
        if any(now.json().get(name) != value for name, value in body.items()):
            answer = await self.http.put(url, json=body, headers=headers | {"If-Match": now.headers["ETag"]})
            answer.raise_for_status()

    async def _headers(self, actor: str, represented: str | None = None) -> dict[str, str]:
        token = await citizen_token(self.http, self.wiring.sandbox_url, actor, _CONSENT.audience, represented)
        return {"Authorization": f"Bearer {token}"}


async def citizen_token(
    http: httpx.AsyncClient, sandbox_url: str, national_id: str, audience: str, represents: str | None = None
) -> str:
    """For somebody who acts for a child or for whoever has given them power of attorney, name that person too."""
    person = {"pid": national_id} | ({"represents": represents} if represents else {})
    wanted = {"kind": "citizen", "audience": audience, "userClaimsParameters": person}
    answer = await http.post(f"{sandbox_url}/test-token", json=wanted)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token
