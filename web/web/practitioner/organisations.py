"""For which organisation the practitioner works now: their tokens say so, and are asked for anew when it changes."""

import json
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from web.layout.visits import Sent, SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.desk import Organisation
from web.practitioner.numbers import without_numbers
from web.practitioner.pages import page
from web.practitioner.texts import ORGANISATIONS
from web.signing_in import SignInRefused

_SHORTEST: Final = 2
_LONGEST: Final = 100

router = APIRouter()


@router.get("/virksomhet")
async def show(visit: Visitor, q: str = "") -> Response:
    return await _show(visit, without_numbers(q)[:_LONGEST])


async def _show(visit: SignedInVisit, q: str = "", alert: str = "", status: int = 200) -> Response:
    t = ORGANISATIONS.of(visit.language)
    short = bool(q) and len(q) < _SHORTEST
    found = await _find(visit, q) if q and not short else None
    errors = {"q": t.too_short} if short else {}
    own = (await visit.api("prescription").get("/v1/organisations/mine"))["items"]
    values = {"t": t, "q": q, "own": own, "found": found, "errors": errors, "alert": alert}
    return page(visit, await desks.look(visit), "organisations.html", status=status, **values)


async def _find(visit: SignedInVisit, q: str) -> dict[str, Any]:
    found: dict[str, Any] = await visit.api("prescription").get("/v1/organisations", q=q)
    return found


@router.post("/virksomhet")
async def choose(visit: Visitor, form: Sent) -> Response:
    number = form.text("virksomhet")
    if not number:
        return visit.go(await desks.work_for(visit, None))
    found = (await _find(visit, number))["items"]
    one = next((it for it in found if it["organisationNumber"] == number), None)
    if one is None:
        return await _show(visit, status=422)
    try:
        await visit.authorize(_details(one))
    except SignInRefused:
        words = ORGANISATIONS.of(visit.language).not_yours.format(name=one["name"])
        return await _show(visit, alert=words, status=403)
    return visit.go(await desks.work_for(visit, Organisation(number, one["name"])))


def _details(organisation: dict[str, Any]) -> str:
    """As HelseID has it for clients of many organisations."""
    parent, number = organisation.get("parent"), organisation["organisationNumber"]
    value = f"NO:ORGNR:{parent['organisationNumber']}:{number}" if parent else f"NO:ORGNR:{number}:"
    identifier = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": value}
    role = {"organization": {"identifier": identifier}}
    return json.dumps([{"type": "helseid_authorization", "practitioner_role": role}])
