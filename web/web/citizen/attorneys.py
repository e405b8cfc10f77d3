"""Powers of attorney: given, received, and given anew. The holder's number travels in the body alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Problem, Refused
from web.citizen.attorney_texts import ATTORNEYS
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.failing import failure
from web.layout.forms import Form
from web.layout.visits import Sent, SignedInVisit, Visitor
from web.texts import COMMON

_PATH: Final = "/v1/me/representations"
_MOST: Final = 100
AREAS: Final = ("health-care", "youth", "research", "administration")
_FIELDS: Final = {"nationalId": "nummer", "name": "navn", "areas": "omrader", "validFrom": "fra", "validTo": "til"}

router = APIRouter()
Typed = Mapping[str, str]


def area_field(area: str) -> str:
    return f"omrade-{area}"


@router.get("/fullmakter")
async def show(visit: Visitor, gjort: Literal["", "gitt", "avsluttet"] = "") -> Response:
    typed = visit.typed("/fullmakter")
    return await _show(visit, done=gjort, typed=typed, given_back=bool(typed))


async def _show(
    visit: SignedInVisit,
    *,
    done: str = "",
    typed: Typed | None = None,
    given_back: bool = False,
    errors: Mapping[str, str] | None = None,
    alert: Alert | None = None,
    key: str | None = None,
    status: int = 200,
) -> Response:
    items: list[dict[str, Any]] | None = None
    try:
        items = (await visit.api("consent").get(_PATH, limit=_MOST))["items"]
    except Refused as refused:
        if not is_told(refused):
            raise
        alert, status = alert_of(visit, refused.problem), refused.problem.status
    values = {
        "t": ATTORNEYS.of(visit.language),
        "s": SHARED.of(visit.language),
        "items": items,
        "areas": AREAS,
        "typed": typed or {},
        "given_back": given_back,
        "errors": errors or {},
        "alert": alert,
        "done": done,
        "key": key or str(uuid4()),
    }
    return visit.page("attorneys.html", status=status, **values)


@router.post("/fullmakter")
async def give(visit: Visitor, form: Sent) -> Response:
    typed = {name: value for name, value in form.items() if name not in ("nummer", "nokkel")}
    if errors := _missing(visit, form):
        return await _show(visit, typed=typed, errors=errors, status=422)
    key = form.text("nokkel") or str(uuid4())
    try:
        await visit.api("consent").post(_PATH, _body(form), key=key)
    except Refused as refused:
        if not is_told(refused):
            raise
        errors, alert = _told(visit, refused.problem)
        return await _show(visit, typed=typed, errors=errors, alert=alert, status=refused.problem.status)
    except Away as away:  # the form keeps its key: sent again, it happens once
        alert = Alert(away.problem.detail if away.problem else COMMON.of(visit.language).away_text)
        return await _show(visit, typed=typed, alert=alert, key=key, status=503)
    await visit.forget_typed("/fullmakter")
    return visit.go("/fullmakter?gjort=gitt")


def _missing(visit: SignedInVisit, form: Form) -> dict[str, str]:
    t = ATTORNEYS.of(visit.language)
    errors = {name: t.missing for name in ("navn", "nummer", "til") if not form.text(name)}
    if not _areas(form):
        errors["omrader"] = t.areas_missing
    for name in ("fra", "til"):
        if form.text(name) and not _is_day(form.text(name)):
            errors[name] = t.date_wrong
    return errors


def _areas(form: Form) -> list[str]:
    return [area for area in AREAS if form.text(area_field(area))]


def _body(form: Form) -> dict[str, Any]:
    holder = {"nationalId": "".join(form.text("nummer").split()), "name": form.text("navn")}
    begins = {"validFrom": form.text("fra")} if form.text("fra") else {}
    return {"holder": holder, "areas": _areas(form), **begins, "validTo": form.text("til")}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _told(visit: SignedInVisit, problem: Problem) -> tuple[dict[str, str], Alert | None]:
    """Each at its field; what is at none of them above the form."""
    if problem.code == "period-invalid":
        return {"til": problem.detail}, None
    found = {_FIELDS.get(pointer.split("/")[-1], ""): words for pointer, words in problem.errors().items()}
    above = found.pop("", "")
    if found and not above:
        return found, None
    return found, Alert(above, None, problem.status) if above else alert_of(visit, problem)


@router.get("/fullmakter/{power_id}/avslutt")
async def ask_to_end(visit: Visitor, power_id: UUID) -> Response:
    items = (await visit.api("consent").get(_PATH, limit=_MOST))["items"]
    power = next((it for it in items if it["id"] == str(power_id)), None)
    if power is None:
        words = COMMON.of(visit.language)
        return failure(visit.request, 404, words.not_found_title, words.not_found_text)
    t, s = ATTORNEYS.of(visit.language), SHARED.of(visit.language)
    return visit.page("attorney_end.html", t=t, s=s, power=power)


@router.post("/fullmakter/{power_id}/avslutt")
async def end(visit: Visitor, form: Sent, power_id: UUID) -> Response:
    try:
        await visit.api("consent").delete(f"{_PATH}/{power_id}")
    except Refused as refused:
        if not is_told(refused):
            raise
        return await _show(visit, alert=alert_of(visit, refused.problem), status=refused.problem.status)
    return visit.go("/fullmakter?gjort=avsluttet")
