"""The person register: whether somebody has this number, their name, whether they live (P3)."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from prescription_api.clients.batching import Batcher
from prescription_api.errors import PatientDeceased, PatientUnknown, PersonRegisterUnavailable
from shared.asking import OutsideSystem, answer_by
from shared.caching import ShortCache
from shared.correlation import outgoing_headers
from shared.nationalid import NationalId


class Person(BaseModel):
    """`confidential_address` is passed over here: it concerns representation, not prescribing."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, strict=True, hide_input_in_errors=True
    )

    national_id: str
    name: str
    birth_date: date
    status: Literal["resident", "deceased", "emigrated"]


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    persons: list[Person]


_ANSWER = TypeAdapter(_Answer)


class PersonRegisterClient:
    """Keyed by citizen reference where it keeps anything, for a minute and only in memory (I1)."""

    def __init__(self, http: httpx.AsyncClient, url: str, *, timeout: float, cache_seconds: float) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/persons/lookup"
        self._timeout = timeout
        self._cache: ShortCache[str, Person] = ShortCache(cache_seconds)
        self._batcher: Batcher[str, Person] = Batcher(self._ask_all)
        self.system = OutsideSystem(timeout=timeout)

    async def find_living(self, national_id: NationalId, reference: str, until: float) -> Person:
        """Raises PatientUnknown, PatientDeceased, or PersonRegisterUnavailable when there is no answer by `until`."""
        person = self._cache.get(reference)
        if person is None:
            asked = self._batcher.ask(national_id.reveal())
            person = await answer_by(until, asked, PersonRegisterUnavailable)
            if person is None:
                raise PatientUnknown()
            self._cache.put(reference, person)
        if person.status == "deceased":
            raise PatientDeceased()
        return person

    async def _ask_all(self, national_ids: list[str]) -> Mapping[str, Person]:
        return await self.system.ask(lambda: self._ask(national_ids))

    async def _ask(self, national_ids: list[str]) -> Mapping[str, Person]:
        response = await self._http.post(
            self._url, json={"nationalIds": national_ids}, timeout=self._timeout, headers=outgoing_headers()
        )
        response.raise_for_status()
        return {person.national_id: person for person in _ANSWER.validate_json(response.content).persons}
