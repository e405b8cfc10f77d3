"""How one wants to be notified: channels, quiet hours, and where to, which is confirmed with a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Refused
from web.citizen.conflicts import CONFLICT, Difference
from web.citizen.notice_texts import MESSAGES, SETTINGS
from web.citizen.refusals import Alert, alert_of, is_told
from web.citizen.texts import SHARED
from web.layout.visits import Sent, SignedInVisit, Visitor
from web.texts import COMMON

_PATH: Final = "/v1/me/notification-settings"
PAGE: Final = "/varsler/innstillinger"
CATEGORIES: Final = ("tool", "reminder", "research", "survey", "information")
CHANNELS: Final = ("sms", "email")
_LANGUAGES: Final = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
_FIELDS: Final = {"phone": "telefon", "email": "epost", "language": "sprak", "start": "natt-fra", "end": "natt-til"}
_NIGHT: Final = {"natt-fra": "21:00", "natt-til": "08:00"}

router = APIRouter()
Channel = Literal["sms", "email"]
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The page as it is shown: `fields` where something was typed, else what is saved. `etag` is what was typed on top
    of: a form that is shown again keeps it, until a conflict has been told.
    """

    fields: Fields | None = None
    etag: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    alert: Alert | None = None
    done: str = ""
    notice: str = ""
    is_conflict: bool = False
    status: int = 200


@router.get(PAGE)
async def show(visit: Visitor, gjort: Literal["", "lagret", "kode", "bekreftet"] = "") -> Response:
    t, s, typed = SETTINGS.of(visit.language), SHARED.of(visit.language), visit.typed(PAGE)
    done = {"": "", "lagret": s.saved, "kode": t.code_sent, "bekreftet": t.confirmed}[gjort]
    return await _show(visit, Shown(typed or None, done=done, notice=t.given_back if typed else ""))


async def _show(visit: SignedInVisit, form: Shown) -> Response:
    t, s = SETTINGS.of(visit.language), SHARED.of(visit.language)
    try:
        found = await visit.api("notification").ask("GET", _PATH)
    except Refused as refused:
        if not is_told(refused):
            raise
        alert = alert_of(visit, refused.problem)
        return visit.page("refused.html", status=alert.status, alert=alert, s=s)
    saved = fields_of(found.body)
    values: dict[str, Any] = {
        "saved": found.body,
        "etag": found.etag if form.is_conflict else form.etag or found.etag,
        "fields_now": {**_NIGHT, **(saved if form.fields is None else form.fields)},
        "differences": _differences(visit, saved, form.fields or {}) if form.is_conflict else (),
        "categories": CATEGORIES,
        "channels": CHANNELS,
        "languages": _LANGUAGES,
    }
    status = 412 if form.is_conflict else form.status
    return visit.page("settings.html", status=status, t=t, s=s, m=MESSAGES.of(visit.language), form=form, **values)


def fields_of(saved: Mapping[str, Any]) -> dict[str, str]:
    """As the form has them; what is not there is empty."""
    night = saved["quietHours"] or {}
    fields = {"sprak": saved["language"], "telefon": saved["phone"] or "", "epost": saved["email"] or ""}
    fields |= {"natt": "1", "natt-fra": night["start"], "natt-til": night["end"]} if night else {}
    chosen = [(category, channel) for category in CATEGORIES for channel in saved["channels"][category]]
    return fields | {f"{category}-{channel}": "1" for category, channel in chosen}


def _body(fields: Fields) -> dict[str, Any]:
    night = {"start": fields.get("natt-fra", ""), "end": fields.get("natt-til", "")}
    return {
        "language": fields.get("sprak", "nb"),
        "phone": "".join(fields.get("telefon", "").split()) or None,
        "email": fields.get("epost") or None,
        "channels": {it: [channel for channel in CHANNELS if fields.get(f"{it}-{channel}")] for it in CATEGORIES},
        "quietHours": night if fields.get("natt") else None,
    }


def _differences(visit: SignedInVisit, saved: Fields, typed: Fields) -> Sequence[Difference]:
    t = SETTINGS.of(visit.language)
    found = []
    for name, words in _names(visit).items():
        before, after = saved.get(name, ""), typed.get(name, "")
        if before != after:
            found.append(Difference(words, _shown(t, name, before), _shown(t, name, after)))
    return found


def _names(visit: SignedInVisit) -> dict[str, str]:
    t, m = SETTINGS.of(visit.language), MESSAGES.of(visit.language)
    names = {"sprak": t.language, "telefon": t.phone, "epost": t.email, "natt": t.night}
    names |= {"natt-fra": t.night_from, "natt-til": t.night_to}
    pairs = [(category, channel) for category in CATEGORIES for channel in CHANNELS]
    return names | {f"{it}-{channel}": f"{getattr(m, it)}, {getattr(m, channel)}" for it, channel in pairs}


def _shown(t: Any, name: str, value: str) -> str:
    if name == "sprak":
        return _LANGUAGES.get(value, value)
    if name in ("telefon", "epost", "natt-fra", "natt-til"):
        return value or str(t.empty)
    return "✓" if value else str(t.off)


@router.post(PAGE)
async def save(visit: Visitor, form: Sent) -> Response:
    fields = {name: value for name, value in form.items() if name != "utgave"}
    shown = Shown(fields, form.text("utgave"))
    try:
        await visit.api("notification").put(_PATH, _body(fields), etag=form.text("utgave"))
    except Refused as refused:
        if refused.code == CONFLICT:
            return await _show(visit, replace(shown, is_conflict=True))
        if not is_told(refused):
            raise
        errors, above = _told(refused)
        alert = Alert(above) if above else None if errors else alert_of(visit, refused.problem)
        return await _show(visit, replace(shown, errors=errors, alert=alert, status=refused.problem.status))
    except Away as away:
        alert = Alert(away.problem.detail if away.problem else COMMON.of(visit.language).away_text)
        return await _show(visit, replace(shown, alert=alert, status=503))
    await visit.forget_typed(PAGE)
    return visit.go(f"{PAGE}?gjort=lagret")


def _told(refused: Refused) -> tuple[dict[str, str], str]:
    """By our names of the fields; what is at none of them is told above."""
    errors, above = {}, []
    for pointer, words in refused.problem.errors().items():
        names = [_FIELDS[part] for part in pointer.split("/") if part in _FIELDS]
        if names or "quietHours" in pointer:
            errors[names[-1] if names else "natt"] = words
        else:
            above.append(words)
    return errors, " ".join(above)


@router.post(PAGE + "/{channel}/kode")
async def send_code(visit: Visitor, form: Sent, channel: Channel) -> Response:
    try:
        await visit.api("notification").post(f"/v1/me/contact-points/{channel}/code")
    except Refused as refused:
        if not is_told(refused):
            raise
        return await _show(visit, Shown(alert=alert_of(visit, refused.problem), status=refused.problem.status))
    except Away as away:
        if away.problem is None:
            raise
        return await _show(visit, Shown(alert=Alert(away.problem.detail), status=503))
    return visit.go(f"{PAGE}?gjort=kode")


@router.post(PAGE + "/{channel}/bekreft")
async def confirm(visit: Visitor, form: Sent, channel: Channel) -> Response:
    name, code = f"kode-{channel}", form.text("kode")
    if not code:
        errors = {name: SETTINGS.of(visit.language).code_missing}
        return await _show(visit, Shown(errors=errors, status=422))
    try:
        await visit.api("notification").post(f"/v1/me/contact-points/{channel}/confirmation", {"code": code})
    except Refused as refused:
        if not is_told(refused):
            raise
        words = [*refused.problem.errors().values(), refused.problem.detail][0]
        return await _show(visit, Shown(errors={name: words}, status=refused.problem.status))
    return visit.go(f"{PAGE}?gjort=bekreftet")
