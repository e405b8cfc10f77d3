"""The register of organisations, by Enhetsregisteret's open API: what an organisation is called, and what it is part of
(P5). A number is that of a main entity or of a unit below one, and nobody knows beforehand of which.

What is known is believed for an hour. It is kept for longer, for when the register is away, and to be named by while it
is asked again.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from prescription_api.errors import OrganisationRegisterUnavailable
from shared.asking import OutsideSystem, answer_by
from shared.caching import ShortCache
from shared.correlation import outgoing_headers
from shared.plain_text import shown_in_one_line

# a unit, the parts of a municipality or a trust that it belongs to, the municipality itself
_STEPS_UP: Final = 5
_UNKNOWN_SECONDS: Final = 60
# at once, to name those of a long list
_MOST_ASKED: Final = 50

_Kind = Literal["underenheter", "enheter"]
# most are units
_KINDS: Final[tuple[_Kind, ...]] = ("underenheter", "enheter")


@dataclass(frozen=True, slots=True)
class Organisation:
    """`form` is the register's code of what it is (KOMM, BEDR, AS, ...), `form_name` the same in words; `parent` the
    number of what it is directly part of.
    """

    number: str
    name: str
    form: str
    form_name: str
    parent: str | None
    closed: bool


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Form(_Part):
    code: str = Field(alias="kode")
    name: str = Field("", alias="beskrivelse")


class _Entry(_Part):
    number: str = Field(alias="organisasjonsnummer", pattern=r"^[0-9]{9}$")
    name: str = Field(alias="navn", min_length=1)
    form: _Form = Field(alias="organisasjonsform")
    parent: str | None = Field(None, alias="overordnetEnhet")
    deleted: date | None = Field(None, alias="slettedato")

    def organisation(self) -> Organisation:
        name = shown_in_one_line(self.name).strip()
        return Organisation(self.number, name, self.form.code, self.form.name, self.parent, self.deleted is not None)


class _Embedded(_Part):
    main: tuple[_Entry, ...] = Field((), alias="enheter")
    units: tuple[_Entry, ...] = Field((), alias="underenheter")


class _PageFacts(_Part):
    total: int = Field(alias="totalElements")


class _Page(_Part):
    """What nothing is found for has no `_embedded`."""

    embedded: _Embedded = Field(_Embedded(), alias="_embedded")
    page: _PageFacts


@dataclass(frozen=True, slots=True)
class _Known:
    """`organisation` is None for a number that the register does not know, or no longer."""

    organisation: Organisation | None


_ENTRY: Final = TypeAdapter(_Entry)
_PAGE: Final = TypeAdapter(_Page)


class OrganisationRegister:
    """`cache_seconds`: how long an answer is believed. `kept_seconds`: how long it counts while there is no newer one.
    `naming_seconds`: how long a name is waited for.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        *,
        timeout: float,
        cache_seconds: float,
        kept_seconds: float,
        naming_seconds: float,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._naming_seconds = naming_seconds
        self._fresh: ShortCache[str, _Known] = ShortCache(cache_seconds)
        self._unknown: ShortCache[str, _Known] = ShortCache(min(cache_seconds, _UNKNOWN_SECONDS))
        self._kept: ShortCache[str, _Known] = ShortCache(max(kept_seconds, cache_seconds))
        self._asking: dict[str, asyncio.Task[_Known]] = {}
        self.system = OutsideSystem(timeout=timeout)

    async def find(self, number: str, until: float) -> Organisation | None:
        """None for a number that the register does not know. Raises OrganisationRegisterUnavailable when there is no
        answer by `until` and none was kept.
        """
        known = self._believed(number)
        if known is None:
            try:
                asked = asyncio.shield(self._ask_once(number))
                known = await answer_by(until, asked, OrganisationRegisterUnavailable)
            except OrganisationRegisterUnavailable:
                known = self._kept.get(number)
                if known is None:
                    raise
        return known.organisation

    async def above(self, number: str, until: float) -> frozenset[str]:
        """Everything that the organisation is part of, by number; nothing for one that is closed.

        Raises OrganisationRegisterUnavailable.
        """
        above: list[str] = []
        at = await self.find(number, until)
        while at and not at.closed and at.parent and at.parent not in above and len(above) < _STEPS_UP:
            above.append(at.parent)
            at = await self.find(at.parent, until)
        return frozenset(above)

    def expect(self, number: str) -> None:
        """It will be named soon: it is asked about, if need be, while the caller does other things."""
        if self._believed(number) is None:
            self._ask_once(number)

    async def names(self, numbers: Iterable[str]) -> dict[str, str]:
        """What they are called, without those that are not known in time. Nothing is waited for while the register is
        away, nor where a name is known that may be old.
        """
        wanted = set(numbers)
        for number in islice((it for it in wanted if self._believed(it) is None), _MOST_ASKED):
            self._ask_once(number)
        missing = [self._asking[number] for number in wanted if number in self._asking and not self._kept.get(number)]
        if missing and self.system.breaker.state == "closed":
            await asyncio.wait(missing, timeout=self._naming_seconds)
        found = {number: self._kept.get(number) for number in wanted}
        return {number: it.organisation.name for number, it in found.items() if it and it.organisation}

    async def name(self, number: str) -> str | None:
        return (await self.names([number])).get(number)

    async def search(self, name: str, limit: int, until: float) -> tuple[list[Organisation], bool]:
        """Main entities first, then units, and whether there are more. Raises OrganisationRegisterUnavailable."""
        asked = self.system.ask(lambda: self._search(name, limit))
        pages = await answer_by(until, asked, OrganisationRegisterUnavailable)
        found = [it.organisation() for page in pages for it in (*page.embedded.main, *page.embedded.units)]
        for organisation in found:
            self._keep(organisation.number, _Known(organisation))
        return found[:limit], sum(page.page.total for page in pages) > limit

    def _believed(self, number: str) -> _Known | None:
        return self._fresh.get(number) or self._unknown.get(number)

    def _keep(self, number: str, known: _Known) -> None:
        (self._fresh if known.organisation else self._unknown).put(number, known)
        self._kept.put(number, known)

    def _ask_once(self, number: str) -> asyncio.Task[_Known]:
        """One question for all who ask at the same time; it goes on when they no longer wait."""
        if (task := self._asking.get(number)) is None:
            task = self._asking[number] = asyncio.create_task(self._learn(number))
            task.add_done_callback(lambda done: self._has_asked(number, done))
        return task

    def _has_asked(self, number: str, task: asyncio.Task[_Known]) -> None:
        self._asking.pop(number, None)
        if not task.cancelled():
            task.exception()  # whoever still waits is told; nobody has to

    async def _learn(self, number: str) -> _Known:
        known = _Known(await self.system.ask(lambda: self._ask(number)))
        self._keep(number, known)
        return known

    async def _ask(self, number: str) -> Organisation | None:
        for kind in _KINDS:
            response = await self._get(f"{kind}/{number}")
            if response.status_code not in (404, 410):
                response.raise_for_status()
                entry = _ENTRY.validate_json(response.content)
                if entry.number != number:
                    raise ValueError("the register answered about another")
                return entry.organisation()
        return None

    async def _search(self, name: str, limit: int) -> list[_Page]:
        pages = []
        for kind in reversed(_KINDS):
            response = await self._get(kind, navn=name, size=limit)
            response.raise_for_status()
            pages.append(_PAGE.validate_json(response.content))
        return pages

    async def _get(self, path: str, **question: str | int) -> httpx.Response:
        return await self._http.get(
            f"{self._url}/{path}", params=question, timeout=self._timeout, headers=outgoing_headers()
        )
