"""The level of consent: what it is, what each means, and how it has changed."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Answer, Refused
from web.citizen.conflicts import CONFLICT, Difference
from web.citizen.consent_texts import CONSENT, Consent
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Sent, SignedInVisit, Visitor

_PATH: Final = "/v1/me/consent"
LEVELS: Final = ("none", "basis", "full")

router = APIRouter()


@router.get("/samtykke")
async def show(visit: Visitor, gjort: Literal["", "lagret"] = "") -> Response:
    return await _show(visit, done=gjort, chosen=visit.typed("/samtykke").get("niva", ""))


async def _show(
    visit: SignedInVisit,
    *,
    chosen: str = "",
    done: str = "",
    alert: Alert | None = None,
    error: str = "",
    is_conflict: bool = False,
    etag: str | None = None,
) -> Response:
    """`etag` is what was chosen on top of: a form that is shown again keeps it, until a conflict has been told."""
    words = {"t": CONSENT.of(visit.language), "s": SHARED.of(visit.language)}
    try:
        found, history = await asyncio.gather(
            visit.api("consent").ask("GET", _PATH), visit.api("consent").get(f"{_PATH}/history", limit=50)
        )
    except Refused as refused:
        if not is_told(refused):
            raise
        return visit.page(
            "refused.html", status=refused.problem.status, alert=alert_of(visit, refused.problem), **words
        )
    values: dict[str, Any] = {
        "found": found,
        "etag": etag or found.etag,
        "history": history["items"],
        "chosen": chosen or found.body["level"],
        "differences": _differences(words["t"], found, chosen) if is_conflict else (),  # type: ignore[arg-type]
        "errors": {"niva": error} if error else {},
        "levels": LEVELS,
    }
    status = 412 if is_conflict else 422 if error else alert.status if alert else 200
    return visit.page("consent.html", status=status, alert=alert, done=done, **words, **values)


def _differences(t: Consent, found: Answer, chosen: str) -> Sequence[Difference]:
    return [Difference("", getattr(t, found.body["level"]), getattr(t, chosen))]


@router.post("/samtykke")
async def change(visit: Visitor, form: Sent) -> Response:
    level = form.text("niva")
    if level not in LEVELS:
        return await _show(visit, error=CONSENT.of(visit.language).choose)
    try:
        await visit.api("consent").put(_PATH, {"level": level}, etag=form.text("utgave"))
    except Refused as refused:
        if not is_told(refused) and refused.code != CONFLICT:
            raise
        if refused.code == CONFLICT:
            return await _show(visit, chosen=level, is_conflict=True)
        return await _show(visit, chosen=level, alert=alert_of(visit, refused.problem), etag=form.text("utgave"))
    await visit.forget_typed("/samtykke")
    return visit.go("/samtykke?gjort=lagret")
