"""Who has looked: the access logs of all services in one, the newest first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from web.calling import Away, Refused
from web.citizen.notice_texts import LOGS
from web.citizen.refusals import alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.dates import local
from web.layout.visits import SignedInVisit, Visitor

_PATH: Final = "/v1/me/access-log"
_SOURCES: Final = ("prescription", "consent", "helsetilbud", "notification")
_PAGE: Final = 30
_OVER: Final = "slutt"

router = APIRouter()
Cursor = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True, slots=True)
class Entry:
    source: str
    at: str
    text: str
    who: str
    more: Sequence[str]
    refused: bool

    @property
    def moment(self) -> datetime:
        return local(self.at)


@dataclass(frozen=True, slots=True)
class Page:
    """Of one service. `problem` is why there is none; `following` the cursor of the next, None at the end."""

    entries: Sequence[Entry]
    following: str | None
    problem: str = ""


@router.get("/innsyn")
async def show(
    visit: Visitor,
    prescription: Cursor = "",
    consent: Cursor = "",
    helsetilbud: Cursor = "",
    notification: Cursor = "",
    eldre: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Each service goes on from a cursor of its own. `eldre` is what the page before has shown down to."""
    cursors = {
        "prescription": prescription,
        "consent": consent,
        "helsetilbud": helsetilbud,
        "notification": notification,
    }
    found = await asyncio.gather(*(_page(visit, source, cursors[source]) for source in _SOURCES))
    pages = dict(zip(_SOURCES, found, strict=True))
    horizon = _horizon(pages)
    shown = _between(pages, horizon, _moment(eldre))
    values: dict[str, Any] = {
        "entries": sorted(shown, key=lambda it: it.moment, reverse=True),
        "problems": {source: page.problem for source, page in pages.items() if page.problem},
        "older": _address(pages, cursors, horizon) if horizon else None,
        "is_first": not eldre,
    }
    return visit.page("access_logs.html", t=LOGS.of(visit.language), s=SHARED.of(visit.language), **values)


async def _page(visit: SignedInVisit, source: str, cursor: str) -> Page:
    if cursor == _OVER:
        return Page((), None)
    try:
        answer = await visit.api(source).get(_PATH, limit=_PAGE, cursor=cursor)
    except Refused as refused:
        if not is_told(refused):
            raise
        return Page((), None, alert_of(visit, refused.problem).text)
    except Away:
        return Page((), None, LOGS.of(visit.language).away)
    return Page([_entry(source, it) for it in answer["items"]], answer.get("nextCursor"))


def _entry(source: str, it: Mapping[str, Any]) -> Entry:
    """What each service tells, under the same names."""
    place = it.get("officeName") or it.get("organisationName") or it.get("organisation")
    who = ", ".join(part for part in (it.get("name"), it.get("profession"), place) if part)
    more = [str(it[name]) for name in ("toolName", "outcomeText", "reason", "sourceSystem") if it.get(name)]
    return Entry(source, it["at"], it["text"], who, more, it.get("allowed") is False)


def _horizon(pages: Mapping[str, Page]) -> datetime | None:
    """Older than this, somebody's entries are not here yet; None when all are."""
    ends = [page.entries[-1].moment for page in pages.values() if page.following and page.entries]
    return max(ends, default=None)


def _between(pages: Mapping[str, Page], horizon: datetime | None, before: datetime | None) -> list[Entry]:
    every = [entry for page in pages.values() for entry in page.entries]
    kept = [entry for entry in every if horizon is None or entry.moment >= horizon]
    return [entry for entry in kept if before is None or entry.moment < before]


def _address(pages: Mapping[str, Page], cursors: Mapping[str, str], horizon: datetime) -> str:
    """A service whose page has not all been shown gives the same page again; the others give the next."""
    onward = {}
    for source, page in pages.items():
        is_shown = all(entry.moment >= horizon for entry in page.entries)
        onward[source] = (page.following or _OVER) if is_shown else cursors[source]
    return "/innsyn?" + urlencode({**onward, "eldre": horizon.isoformat()})


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
