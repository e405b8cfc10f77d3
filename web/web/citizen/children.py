"""One's children: what a parent sees and when it ends, and a young person's own access."""

from typing import Any, Final, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Answer, Refused
from web.citizen.conflicts import CONFLICT, Difference
from web.citizen.consent_texts import CHILDREN
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Sent, SignedInVisit, Visitor

_PATH: Final = "/v1/me/own-access"

router = APIRouter()


@router.get("/barn")
async def show(visit: Visitor, gjort: Literal["", "lagret"] = "") -> Response:
    return await _show(visit, done=gjort)


async def _show(
    visit: SignedInVisit, *, done: str = "", alert: Alert | None = None, wanted: bool | None = None
) -> Response:
    """`wanted` is what was chosen while somebody else changed it."""
    t, acting_for = CHILDREN.of(visit.language), visit.session.person.acting_for
    found: Answer | None = None
    try:
        found = await visit.api("consent").ask("GET", _PATH)
    except Refused as refused:
        if not is_told(refused):
            raise
        if acting_for:  # to somebody who acts for themselves it says nothing of their children
            alert = alert or alert_of(visit, refused.problem)
    differences = (
        [_difference(t, found, wanted, acting_for.name)] if found and wanted is not None and acting_for else []
    )
    status = 412 if differences else alert.status if alert else 200
    values: dict[str, Any] = {"found": found, "alert": alert, "done": done, "differences": differences}
    is_parent = bool(acting_for and acting_for.relation == "parent")
    return visit.page("children.html", status=status, t=t, s=SHARED.of(visit.language), is_parent=is_parent, **values)


def _difference(t: Any, found: Answer, wanted: bool, name: str) -> Difference:
    said = {True: t.granted.format(name=name), False: t.not_granted.format(name=name)}
    return Difference("", said[found.body["granted"]], said[wanted])


@router.post("/barn")
async def change(visit: Visitor, form: Sent) -> Response:
    granted = form.text("tilgang") == "1"
    try:
        await visit.api("consent").put(_PATH, {"granted": granted}, etag=form.text("utgave"))
    except Refused as refused:
        if refused.code == CONFLICT:
            return await _show(visit, wanted=granted)
        if not is_told(refused):
            raise
        return await _show(visit, alert=alert_of(visit, refused.problem))
    return visit.go("/barn?gjort=lagret")
