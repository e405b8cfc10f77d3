"""What one has said no to."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Refused
from web.citizen.conflicts import CONFLICT, Difference
from web.citizen.consent_texts import RESERVATIONS
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Sent, SignedInVisit, Visitor

router = APIRouter()
Kind = Literal["research-contact", "survey-contact", "campaign-contact"]


@router.get("/reservasjoner")
async def show(visit: Visitor, gjort: Literal["", "lagret"] = "") -> Response:
    return await _show(visit, done=gjort)


async def _show(
    visit: SignedInVisit, *, done: str = "", alert: Alert | None = None, conflict: tuple[Kind, bool] | None = None
) -> Response:
    t, s = RESERVATIONS.of(visit.language), SHARED.of(visit.language)
    items: list[dict[str, Any]] = []
    try:
        items = await _items(visit)
    except Refused as refused:
        if not is_told(refused):
            raise
        alert = alert or alert_of(visit, refused.problem)
    said = {True: t.reserved, False: t.open}
    differences = [
        Difference(it["name"], said[it["reserved"]], said[conflict[1]])
        for it in items
        if conflict and it["kind"] == conflict[0]
    ]
    status = 412 if conflict else alert.status if alert else 200
    values = {"items": items, "alert": alert, "done": done, "differences": differences}
    return visit.page("reservations.html", status=status, t=t, s=s, **values)


async def _items(visit: SignedInVisit) -> list[dict[str, Any]]:
    """As the service orders them, each with the ETag that a change of it is of."""
    api = visit.api("consent")
    listed = (await api.get("/v1/me/reservations"))["items"]
    answers = await asyncio.gather(*(api.ask("GET", f"/v1/me/reservations/{it['kind']}") for it in listed))
    return [{**answer.body, "etag": answer.etag} for answer in answers]


@router.post("/reservasjoner/{kind}")
async def change(visit: Visitor, form: Sent, kind: Kind) -> Response:
    reserved = form.text("nei") == "1"
    try:
        path = f"/v1/me/reservations/{kind}"
        await visit.api("consent").put(path, {"reserved": reserved}, etag=form.text("utgave"))
    except Refused as refused:
        if refused.code == CONFLICT:
            return await _show(visit, conflict=(kind, reserved))
        if not is_told(refused):
            raise
        return await _show(visit, alert=alert_of(visit, refused.problem))
    return visit.go("/reservasjoner?gjort=lagret")
