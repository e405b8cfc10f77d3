"""What has been sent: the receipt with its note for the record, the list, and taking back."""

from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Refused
from web.layout.visits import Sent, SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.offering import LIVE, prescriptions
from web.practitioner.pages import page
from web.practitioner.sending_texts import SENDING, SENT

_CATEGORIES: Final = ("sent-by-mistake", "replaced", "no-longer-needed", "other")

router = APIRouter()


@router.get("/sendte")
async def list_sent(visit: Visitor) -> Response:
    desk = await desks.look(visit)
    if desk.patient is None:
        await desks.wait_at(visit, "/sendte")
        return visit.go("/")
    items = await prescriptions(visit, desk.patient)
    return page(visit, desk, "sent_list.html", t=SENT.of(visit.language), items=items)


@router.get("/sendt/{prescription_id}")
async def show(visit: Visitor, prescription_id: UUID) -> Response:
    typed = visit.typed(_path(prescription_id))
    return await _show(visit, prescription_id, reason=typed.get("grunn", ""), category=typed.get("hvorfor", ""))


def _path(prescription_id: UUID) -> str:
    return f"/sendt/{prescription_id}"


async def _show(
    visit: SignedInVisit,
    prescription_id: UUID,
    *,
    reason: str = "",
    category: str = "",
    key: str | None = None,
    error: str = "",
    alert: str = "",
    status: int = 200,
) -> Response:
    desk = await desks.look(visit)
    found = await visit.api("prescription").get(f"/v1/prescriptions/{prescription_id}")
    ours = desk.patient is not None and str(prescription_id) in desk.patient.sent
    values: dict[str, Any] = {
        "t": SENT.of(visit.language),
        "it": found,
        "patient_name": desk.patient.name if desk.patient and ours else "",
        "is_live": found["state"] in LIVE,
        "reason": reason,
        "category": category or _CATEGORIES[0],
        "key": key or str(uuid4()),
        "errors": {"grunn": error} if error else {},
        "alert": alert,
    }
    return page(visit, desk, "sent.html", status=status, **values)


@router.post("/sendt/{prescription_id}")
async def revoke(visit: Visitor, form: Sent, prescription_id: UUID) -> Response:
    reason, category, key = form.text("grunn"), form.text("hvorfor"), form.text("nokkel")
    category = category if category in _CATEGORIES else "other"
    t = SENT.of(visit.language)
    if not reason:
        return await _show(visit, prescription_id, category=category, error=t.revoke_reason_missing, status=422)
    body = {"reason": reason, "category": category}
    try:
        path = f"/v1/prescriptions/{prescription_id}/revoke"
        await visit.api("prescription").post(path, body, key=key or str(uuid4()))
    except Refused as refused:
        if refused.problem.status == 404:
            raise
        problem = refused.problem
        words = problem.errors().get("/body/reason", "")
        alert = "" if words else problem.detail
        return await _show(
            visit, prescription_id, reason=reason, category=category, error=words, alert=alert, status=problem.status
        )
    except Away:
        # the form keeps its key: sent again, it happens once
        alert = SENDING.of(visit.language).away
        return await _show(visit, prescription_id, reason=reason, category=category, key=key, alert=alert, status=503)
    await visit.forget_typed(_path(prescription_id))
    return visit.go(_path(prescription_id))
