"""One tool: Les mer, Åpne verktøy, Legg til, Slett."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Problem, Refused
from web.citizen.codes import codes_of
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.citizen.tool_texts import TOOLS
from web.layout.failing import failure
from web.layout.visits import Sent, SignedInVisit, Visitor

_PAGE: Final = 200
_MOST: Final = 10  # pages

router = APIRouter()
Document = Mapping[str, Any]


@router.get("/verktoy/{tool_id}")
async def show(visit: Visitor, tool_id: UUID, gjort: Literal["", "lagt-til"] = "") -> Response:
    return await _show(visit, tool_id, done=gjort)


async def _show(visit: SignedInVisit, tool_id: UUID, *, alert: Alert | None = None, done: str = "") -> Response:
    """Mine, or one of all; where neither says anything of it, why."""
    (mine, problem), described, codes = await asyncio.gather(
        _mine(visit, tool_id), _described(visit, tool_id), codes_of(visit)
    )
    if mine is None and described is None:
        return await _not_there(visit, problem)
    values = {"mine": mine, "described": described, "codes": codes, "done": done, "alert": alert, "key": str(uuid4())}
    words: dict[str, Any] = {"t": TOOLS.of(visit.language), "s": SHARED.of(visit.language)}
    return visit.page("tool.html", status=alert.status if alert else 200, tool_id=str(tool_id), **words, **values)


async def _not_there(visit: SignedInVisit, problem: Problem | None) -> Response:
    words: dict[str, Any] = {"t": TOOLS.of(visit.language), "s": SHARED.of(visit.language)}
    if problem is None or problem.status == 404:
        return failure(visit.request, 404, words["t"].not_found_title, words["t"].not_found_text)
    return visit.page("refused.html", status=problem.status, alert=alert_of(visit, problem), **words)


async def _mine(visit: SignedInVisit, tool_id: UUID) -> tuple[Document | None, Problem | None]:
    try:
        return await visit.api("helsetilbud").get(f"/v1/me/tools/{tool_id}"), None
    except Refused as refused:
        if refused.problem.status == 404 or is_told(refused):
            return None, refused.problem
        raise


async def _described(visit: SignedInVisit, tool_id: UUID) -> Document | None:
    """As all tools list it. None for one that is not open to this person."""
    cursor: str | None = None
    try:
        for _ in range(_MOST):
            answer = await visit.api("helsetilbud").get("/v1/me/available-tools", limit=_PAGE, cursor=cursor)
            found: Document | None = next((it for it in answer["items"] if it["toolId"] == str(tool_id)), None)
            if found or not (cursor := answer.get("nextCursor")):
                return found
    except Refused as refused:
        if not is_told(refused):
            raise
    return None


@router.post("/verktoy/{tool_id}/apne")
async def open_it(visit: Visitor, form: Sent, tool_id: UUID) -> Response:
    """A form may lead to ourselves only: a page of ours leads on to the supplier."""
    try:
        opened = await visit.api("helsetilbud").post(f"/v1/me/tools/{tool_id}/open", key=_key(form.text("nokkel")))
    except Refused as refused:
        return await _refused(visit, tool_id, refused)
    except Away as away:
        if away.problem is None:
            raise
        return await _show(visit, tool_id, alert=Alert(away.problem.detail, None, 503))
    answer = visit.page("opening.html", t=TOOLS.of(visit.language), onward=opened["url"])
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"  # what leads on is good once
    return answer


async def _refused(visit: SignedInVisit, tool_id: UUID, refused: Refused) -> Response:
    if not is_told(refused):
        raise refused
    return await _show(visit, tool_id, alert=alert_of(visit, refused.problem))


@router.post("/verktoy/{tool_id}/legg-til")
async def add(visit: Visitor, form: Sent, tool_id: UUID) -> Response:
    try:
        await visit.api("helsetilbud").post("/v1/me/tools", {"toolId": str(tool_id)}, key=_key(form.text("nokkel")))
    except Refused as refused:
        if refused.code != "tool-already-in-my-tools":  # what was wanted is so
            return await _refused(visit, tool_id, refused)
    return visit.go(f"/verktoy/{tool_id}?gjort=lagt-til")


@router.get("/verktoy/{tool_id}/slett")
async def ask_to_delete(visit: Visitor, tool_id: UUID) -> Response:
    """What it means is told before, not after."""
    (mine, problem), described = await asyncio.gather(_mine(visit, tool_id), _described(visit, tool_id))
    if mine is None:
        return await _not_there(visit, problem)
    words: dict[str, Any] = {"t": TOOLS.of(visit.language), "s": SHARED.of(visit.language)}
    comes_back = described is not None and not described["prescriptionRequired"]
    return visit.page("delete.html", tool=mine, comes_back=comes_back, alert=None, **words)


@router.post("/verktoy/{tool_id}/slett")
async def delete(visit: Visitor, form: Sent, tool_id: UUID) -> Response:
    try:
        await visit.api("helsetilbud").delete(f"/v1/me/tools/{tool_id}")
    except Refused as refused:
        if refused.problem.status != 404:
            return await _refused(visit, tool_id, refused)
    return visit.go("/verktoy?fane=mine&gjort=slettet")


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())
