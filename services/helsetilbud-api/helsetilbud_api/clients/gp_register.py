"""The register of GPs: who works at which office, and whose list a citizen is on. Cached, failing closed (H1)."""

from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal, Self, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from helsetilbud_api.clients.errors import GpRegisterUnavailable, OfficeNotFound, PractitionerNotFound
from helsetilbud_api.settings import Settings
from shared.caching import ShortCache
from shared.correlation import outgoing_headers

_ATTEMPTS: Final = 2

M = TypeVar("M", bound=BaseModel)


class _Answer(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )


class OfficePractitioner(_Answer):
    """`gp` has a list of patients at the office; a substitute works on those of others."""

    hpr_number: str
    name: str
    role: Literal["gp", "substitute"]


class Office(_Answer):
    her_id: int
    name: str
    address: str | None = None
    practitioners: Sequence[OfficePractitioner]

    def practitioner(self, hpr_number: str) -> OfficePractitioner | None:
        return next((it for it in self.practitioners if it.hpr_number == hpr_number), None)

    def has_gp(self, hpr_number: str | None) -> bool:
        found = self.practitioner(hpr_number) if hpr_number else None
        return found is not None and found.role == "gp"

    def gp(self, hpr_number: str) -> OfficePractitioner:
        """Raises PractitionerNotFound."""
        found = self.practitioner(hpr_number)
        if found is None or found.role != "gp":
            raise PractitionerNotFound()
        return found


class _Offices(_Answer):
    offices: Sequence[Office]


class ListChange(_Answer):
    """A citizen came onto a GP's list, or off every list: then HPR number and HER-id are None."""

    sequence: int
    national_id: str
    hpr_number: str | None
    her_id: int | None


class ListChanges(_Answer):
    items: Sequence[ListChange]
    next_cursor: str
    more: bool


class GpRegister:
    """Answers are kept for a minute, failures never. A call that gets no proper answer is made once more."""

    def __init__(self, http: httpx.AsyncClient, url: str, *, timeout: float, cache_seconds: float) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._offices: ShortCache[int, Office] = ShortCache(cache_seconds)
        self._offices_of: ShortCache[str, Sequence[Office]] = ShortCache(cache_seconds)

    @classmethod
    def from_settings(cls, settings: Settings, http: httpx.AsyncClient) -> Self:
        return cls(
            http,
            settings.gp_register_url,
            timeout=settings.gp_register_timeout,
            cache_seconds=settings.gp_register_cache_seconds,
        )

    async def find_office(self, her_id: int) -> Office:
        """Raises OfficeNotFound or GpRegisterUnavailable."""
        known = self._offices.get(her_id)
        if known is None:
            known = await self._ask(f"/offices/{her_id}", Office)
            if known is None:
                raise OfficeNotFound()
            self._offices.put(her_id, known)
        return known

    async def offices_of(self, hpr_number: str) -> Sequence[Office]:
        """Where the practitioner works, as a GP or a substitute. Raises GpRegisterUnavailable."""
        known = self._offices_of.get(hpr_number)
        if known is None:
            answer = await self._ask(f"/practitioners/{hpr_number}/offices", _Offices)
            known = answer.offices if answer else ()
            self._offices_of.put(hpr_number, known)
        return known

    async def list_changes_since(self, cursor: str | None) -> AsyncIterator[ListChanges]:
        """Page by page until there are no more. Raises GpRegisterUnavailable."""
        more = True
        while more:
            query = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
            page = await self._ask("/patient-lists/changes", ListChanges, query)
            if page is None:
                raise GpRegisterUnavailable()
            yield page
            cursor, more = page.next_cursor, page.more

    async def _ask(self, path: str, shape: type[M], query: dict[str, str] | None = None) -> M | None:
        """None for what the register does not know."""
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            try:
                response = await self._get(path, query)
                return None if response.status_code == 404 else shape.model_validate_json(response.content)
            except (httpx.HTTPError, ValidationError) as error:
                failure = error
        raise GpRegisterUnavailable() from failure

    async def _get(self, path: str, query: dict[str, str] | None) -> httpx.Response:
        response = await self._http.get(
            self._url + path, params=query, timeout=self._timeout, headers=outgoing_headers()
        )
        if response.status_code != 404:
            response.raise_for_status()
        return response
