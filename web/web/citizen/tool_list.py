"""Mine verktøy and Alle verktøy."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from web.calling import Refused
from web.citizen.codes import codes_of
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.citizen.tool_texts import TOOLS
from web.layout.visits import SignedInVisit, Visitor

_PAGE: Final = 50
_PATHS: Final = {"mine": "/v1/me/tools", "alle": "/v1/me/available-tools"}

router = APIRouter()
Choice = Annotated[str, Query(max_length=100)]
Done = Literal["", "slettet", "lagt-til"]


@router.get("/verktoy")
async def show(
    visit: Visitor,
    fane: Literal["mine", "alle"] = "mine",
    q: Choice = "",
    purpose: Choice = "",
    subjectArea: Choice = "",
    targetGroup: Choice = "",
    language: Choice = "",
    mer: Annotated[str | None, Query(max_length=500)] = None,
    gjort: Done = "",
) -> Response:
    chosen = {"purpose": purpose, "subjectArea": subjectArea, "targetGroup": targetGroup, "language": language}
    found, codes = await asyncio.gather(_find(visit, fane, q.strip(), mer, chosen), codes_of(visit))
    answer, alert = found
    values: dict[str, Any] = {
        "t": TOOLS.of(visit.language),
        "s": SHARED.of(visit.language),
        "tab": fane,
        "q": q,
        "chosen": chosen,
        "codes": codes,
        "answer": answer,
        "alert": alert,
        "done": gjort,
        "filtered": bool(q or any(chosen.values())),
    }
    return visit.page("tools.html", status=alert.status if alert else 200, **values)


async def _find(
    visit: SignedInVisit, tab: str, q: str, cursor: str | None, chosen: dict[str, str]
) -> tuple[dict[str, Any], Alert | None]:
    """What there is, or why not."""
    try:
        answer = await visit.api("helsetilbud").get(_PATHS[tab], q=q, limit=_PAGE, cursor=cursor, **chosen)
    except Refused as refused:
        if not is_told(refused):
            raise
        return {"items": [], "hidden": None}, alert_of(visit, refused.problem)
    return answer, None
