"""What was sent to one, and what was not."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from web.calling import Refused
from web.citizen.notice_texts import MESSAGES
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Visitor

_PAGE = 30

router = APIRouter()


@router.get("/varsler")
async def show(visit: Visitor, mer: Annotated[str | None, Query(max_length=500)] = None) -> Response:
    answer: dict[str, Any] = {"items": []}
    alert: Alert | None = None
    try:
        answer = await visit.api("notification").get("/v1/me/notifications", limit=_PAGE, cursor=mer)
    except Refused as refused:
        if not is_told(refused):
            raise
        alert = alert_of(visit, refused.problem)
    words = {"t": MESSAGES.of(visit.language), "s": SHARED.of(visit.language)}
    return visit.page("messages.html", status=alert.status if alert else 200, answer=answer, alert=alert, **words)
