"""For which organisation the practitioner works now."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.layout.visits import Sent, SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.desk import Organisation
from web.practitioner.pages import page
from web.practitioner.texts import ORGANISATIONS

_SHORTEST = 2

router = APIRouter()


@router.get("/virksomhet")
async def show(visit: Visitor, q: str = "") -> Response:
    t, q = ORGANISATIONS.of(visit.language), q.strip()[:100]
    short = bool(q) and len(q) < _SHORTEST
    found = await _find(visit, q) if q and not short else None
    errors = {"q": t.too_short} if short else {}
    desk, own = await desks.look(visit), await _own(visit)
    return page(visit, desk, "organisations.html", t=t, q=q, found=found, errors=errors, own=own)


async def _own(visit: SignedInVisit) -> list[dict[str, Any]]:
    """Those that the practitioner acts for."""
    return []


async def _find(visit: SignedInVisit, q: str) -> dict[str, Any]:
    found: dict[str, Any] = await visit.api("prescription").get("/v1/organisations", q=q)
    return found


@router.post("/virksomhet")
async def choose(visit: Visitor, form: Sent) -> Response:
    number = form.text("virksomhet")
    if not number:
        return visit.go(await desks.work_for(visit, None))
    found = await _find(visit, number)
    one = next((it for it in found["items"] if it["organisationNumber"] == number), None)
    if one is None:
        return visit.go("/virksomhet")
    return visit.go(await desks.work_for(visit, Organisation(number, one["name"])))
