"""What one's GP's office says now."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Refused
from web.citizen.notice_texts import GP
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Visitor

router = APIRouter()


@router.get("/fastlegen")
async def show(visit: Visitor) -> Response:
    panel: dict[str, Any] | None = None
    alert: Alert | None = None
    try:
        panel = await visit.api("helsetilbud").get("/v1/me/gp-panel")
    except Refused as refused:
        if not is_told(refused):
            raise
        alert = alert_of(visit, refused.problem)
    words = {"t": GP.of(visit.language), "s": SHARED.of(visit.language)}
    return visit.page("gp_panel.html", status=alert.status if alert else 200, panel=panel, alert=alert, **words)
