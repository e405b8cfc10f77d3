"""The register of health personnel: who holds which valid authorisation (P1, P2). Cached, failing closed."""

from datetime import date

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from prescription_api.errors import HprNotValid, HprUnavailable
from shared.asking import OutsideSystem, answer_by
from shared.caching import ShortCache
from shared.correlation import outgoing_headers


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, strict=True, hide_input_in_errors=True
    )


class Authorisation(_Part):
    profession: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, today: date) -> bool:
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class RegisteredPractitioner(_Part):
    hpr_number: str
    name: str
    valid: bool
    authorisations: tuple[Authorisation, ...]

    def professions(self, today: date) -> frozenset[str]:
        """Codes of 9060 held today. Raises HprNotValid when there are none."""
        held = frozenset(a.profession for a in self.authorisations if a.holds(today))
        if not self.valid or not held:
            raise HprNotValid()
        return held


_ANSWER = TypeAdapter(RegisteredPractitioner)


class HprClient:
    def __init__(self, http: httpx.AsyncClient, url: str, *, timeout: float, cache_seconds: float) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._cache: ShortCache[str, RegisteredPractitioner] = ShortCache(cache_seconds)
        self.system = OutsideSystem(timeout=timeout)

    async def find(self, hpr_number: str, until: float) -> RegisteredPractitioner:
        """Raises HprNotValid for a number the register does not know, HprUnavailable when it does not answer
        properly by `until`.
        """
        known = self._cache.get(hpr_number)
        if known is None:
            known = await answer_by(until, self.system.ask(lambda: self._ask(hpr_number)), HprUnavailable)
            if known is None:
                raise HprNotValid()
            self._cache.put(hpr_number, known)
        return known

    async def _ask(self, hpr_number: str) -> RegisteredPractitioner | None:
        response = await self._http.get(
            f"{self._url}/practitioners/{hpr_number}", timeout=self._timeout, headers=outgoing_headers()
        )
        if response.status_code == 404:
            return None
        response.raise_for_status()
        answer = _ANSWER.validate_json(response.content)
        if answer.hpr_number != hpr_number:
            raise ValueError("the register answered about somebody else")
        return answer
