"""The person register: who lives, who is protected by a confidential address, and who a child's parents are."""

import time
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from consent_api.errors import PersonRegisterUnavailable
from shared.correlation import outgoing_headers

_LARGEST_QUESTION: Final = 1000


class RegisteredPerson(BaseModel):
    """`parents` are those with parental responsibility, `children` those one has it for."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)

    national_id: str
    name: str
    birth_date: date
    status: Literal["resident", "deceased", "emigrated"]
    confidential_address: bool
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    persons: list[RegisteredPerson]


_ANSWER = TypeAdapter(_Answer)


class PersonRegister:
    """After a failure it is left alone for `pause` seconds: whoever can do without does not wait for it meanwhile."""

    def __init__(self, http: httpx.AsyncClient, url: str, *, timeout: float, pause: float) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/persons/lookup"
        self._timeout = timeout
        self._pause = pause
        self._away_until = float("-inf")

    async def look_up(self, numbers: Sequence[str]) -> list[RegisteredPerson]:
        """Those whom the register knows. Raises PersonRegisterUnavailable."""
        if time.monotonic() < self._away_until:
            raise PersonRegisterUnavailable()
        try:
            parts = range(0, len(numbers), _LARGEST_QUESTION)
            answers = [await self._ask(numbers[start : start + _LARGEST_QUESTION]) for start in parts]
        except (httpx.HTTPError, ValidationError) as error:
            self._away_until = time.monotonic() + self._pause
            raise PersonRegisterUnavailable() from error
        return [person for persons in answers for person in persons]

    async def _ask(self, numbers: Sequence[str]) -> list[RegisteredPerson]:
        response = await self._http.post(
            self._url, json={"nationalIds": list(numbers)}, timeout=self._timeout, headers=outgoing_headers()
        )
        response.raise_for_status()
        return _ANSWER.validate_json(response.content).persons
