"""One tool: what it is, and sending it. A side panel where scripts run, a page of its own where not."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Problem, Refused
from web.layout.dates import day_of
from web.layout.failing import failure
from web.layout.forms import Form
from web.layout.visits import Sent, SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.desk import Desk, Patient
from web.practitioner.offering import codes_of, live, tool_of
from web.practitioner.pages import page
from web.practitioner.sending_texts import SENDING

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it is shown. `key` makes its sending happen once (Idempotency-Key); `link` leads to what an alert is
    about.
    """

    key: str = field(default_factory=lambda: str(uuid4()))
    deadline: str = ""
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    alert: str = ""
    notice: str = ""
    link: tuple[str, str] | None = None
    status: int = 200


@router.get("/verktoy/{tool_id}")
async def show(visit: Visitor, tool_id: UUID) -> Response:
    desk = await desks.look(visit)
    path = _path(tool_id)
    if desk.patient is None:
        await desks.wait_at(visit, path)
    typed = visit.typed(path)
    if desk.patient and typed.get("pasient") == desk.patient.mark:
        notice = SENDING.of(visit.language).given_back
        return await _show(
            visit,
            desk,
            tool_id,
            Draft(deadline=typed.get("frist", ""), message=typed.get("melding", ""), notice=notice),
        )
    return await _show(visit, desk, tool_id, Draft())


def _path(tool_id: UUID) -> str:
    return f"/verktoy/{tool_id}"


async def _show(visit: SignedInVisit, desk: Desk, tool_id: UUID, draft: Draft) -> Response:
    tool, sent, codes = await asyncio.gather(
        tool_of(visit, desk, str(tool_id)), live(visit, desk.patient), codes_of(visit)
    )
    t = SENDING.of(visit.language)
    if tool is None:  # stopped meanwhile, say, of which the refusal tells
        return failure(visit.request, max(draft.status, 404), t.cannot, draft.alert or t.not_found)
    values = {"t": t, "tool": tool, "sent": sent.get(str(tool_id)), "codes": codes, "draft": draft}
    return page(visit, desk, "tool.html", status=draft.status, **values)


@router.post("/verktoy/{tool_id}")
async def send(visit: Visitor, form: Sent, tool_id: UUID) -> Response:
    """The form names the patient that it was shown for by a mark: it is not sent to another one."""
    desk = await desks.look(visit)
    t = SENDING.of(visit.language)
    if desk.patient is None or form.text("pasient") != desk.patient.mark:
        return await _for_another(visit, desk, form, tool_id)
    key = _key(form.text("nokkel"))
    draft = Draft(key, form.text("frist"), form.text("melding"))
    if draft.deadline and not _is_day(draft.deadline):
        return await _again(visit, desk, tool_id, draft, errors={"frist": t.deadline_wrong})
    try:
        prescription = await _prescribe(visit, desk, desk.patient, tool_id, draft)
    except Refused as refused:
        return await _refused(visit, desk, tool_id, draft, refused.problem)
    except Away as away:
        alert = away.problem.detail if away.problem and away.problem.status == 429 else t.away
        return await _again(visit, desk, tool_id, draft, alert=alert, key=key, status=503)
    await visit.forget_typed(_path(tool_id))
    await desks.note_sent(visit, desk.patient.mark, prescription["prescriptionId"])
    return visit.go(f"/sendt/{prescription['prescriptionId']}")


async def _prescribe(visit: SignedInVisit, desk: Desk, patient: Patient, tool_id: UUID, draft: Draft) -> dict[str, Any]:
    body: dict[str, Any] = {"patient": {"nationalId": patient.number}, "toolId": str(tool_id)}
    body |= {"organisation": desk.organisation.number} if desk.organisation else {}
    body |= {"deadline": draft.deadline} if draft.deadline else {}
    body |= {"message": draft.message} if draft.message else {}
    answer: dict[str, Any] = await visit.api("prescription").post("/v1/prescriptions", body, key=draft.key)
    return answer


async def _for_another(visit: SignedInVisit, desk: Desk, form: Form, tool_id: UUID) -> Response:
    """Nothing is sent. What was typed comes back with the patient that it was for."""
    t, path = SENDING.of(visit.language), _path(tool_id)
    typed = {name: form.text(name) for name in ("pasient", "frist", "melding")}
    if typed["frist"] or typed["melding"]:
        await visit.keep_typed(path, typed)
    if desk.patient is None:
        await desks.wait_at(visit, path)
        return await _show(visit, desk, tool_id, Draft(alert=t.patient_gone, status=409))
    alert = f"{t.other_patient} {t.other_patient_kept}" if typed["melding"] else t.other_patient
    return await _show(visit, desk, tool_id, Draft(alert=alert, status=409))


async def _again(
    visit: SignedInVisit,
    desk: Desk,
    tool_id: UUID,
    draft: Draft,
    *,
    errors: Mapping[str, str] | None = None,
    alert: str = "",
    link: tuple[str, str] | None = None,
    key: str | None = None,
    status: int = 422,
) -> Response:
    """The form as it was sent, and what is wrong. A refused try was none: the next one has a key of its own, but for
    the one of which nobody knows how it ended.
    """
    shown = Draft(key or str(uuid4()), draft.deadline, draft.message, errors or {}, alert, "", link, status)
    return await _show(visit, desk, tool_id, shown)


async def _refused(visit: SignedInVisit, desk: Desk, tool_id: UUID, draft: Draft, problem: Problem) -> Response:
    """Each refusal where it belongs: at its field, or above the form with a link to what it is about."""
    t, language = SENDING.of(visit.language), visit.language
    errors: dict[str, str] = {}
    alert, link = problem.detail, None
    match problem.code:
        case "invalid-input":
            errors, alert = _fields(problem)
        case "deadline-invalid":
            earliest, latest = (day_of(str(problem.members[name]), language) for name in ("earliest", "latest"))
            errors, alert = {"frist": f"{problem.detail} {earliest} – {latest}"}, ""
        case "already-prescribed":
            alert = t.already.format(day=day_of(str(problem.members["since"]), language))
            if (own := problem.members.get("prescriptionId")) is not None:
                link = (f"/sendt/{own}", t.show_sent)
        case "organisation-required" | "organisation-not-allowed":
            link = ("/virksomhet", t.choose_organisation)
        case "idempotency-key-reused":
            alert, link = t.maybe_sent, ("/sendte", t.show_all_sent)
    return await _again(visit, desk, tool_id, draft, errors=errors, alert=alert, link=link, status=problem.status)


def _fields(problem: Problem) -> tuple[dict[str, str], str]:
    """By our names of the fields; what is at none of them is told above."""
    names = {"/body/deadline": "frist", "/body/message": "melding"}
    found = problem.errors()
    return (
        {names[pointer]: words for pointer, words in found.items() if pointer in names},
        " ".join(words for pointer, words in found.items() if pointer not in names),
    )


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-12-24")
