"""Prescribing: outside systems are asked first, then one statement writes everything."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from prescription_api import deadlines, journal, models, patients, rights, writing
from prescription_api.accesslog import recording
from prescription_api.errors import AboutPatient, ToolNotFound
from prescription_api.models import AccessEntry, Prescriber
from prescription_api.outside import Outside
from prescription_api.queries import ToolStanding
from prescription_api.schemas import Prescribing
from prescription_api.writing import NewPrescription
from shared.auth import Practitioner
from shared.events import ToolPrescribed
from shared.events.catalog import ToolDocument
from shared.idempotency import Answer, Repeatable
from shared.nationalid import NationalId
from shared.norway import day_in_norway
from shared.schemas import rfc3339

_SEEN: Final = {"prescription_id": "prescriptionId", "tool_id": "toolId"}


async def prescribe(
    outside: Outside,
    caller: Practitioner,
    wanted: Prescribing,
    repeat: Repeatable | None,
    language: str,
    now: datetime,
) -> tuple[Answer, bool]:
    """The answer, and whether it was given before (P14): then only to one who still has the right, and the patient sees
    it (P13). Raises what the contract lists for prescribing, in the order of docs/decisions/0022.
    """
    until = outside.until()
    national_id = NationalId.parse(wanted.patient.national_id, allow_synthetic=outside.allow_synthetic)
    models.check_text(wanted.message, "/body/message")
    tool, answered = await outside.tools.before_prescribing(wanted.tool_id, repeat)
    prescriber = await outside.prescriber(caller, now, until)
    if answered:
        if tool:
            await rights.check_right(outside.organisations, tool.document, prescriber, wanted.organisation, until)
        return await _again(outside, caller, prescriber, outside.references.of(national_id), answered, now), True
    if tool is None:
        raise ToolNotFound()
    await rights.check_tool(outside.organisations, tool, prescriber, wanted.organisation, until)
    deadline = deadlines.deadline_for(tool.document.default_deadline_days, wanted.deadline, now)
    citizen = outside.asked_about(caller, national_id)
    attempt = attempted(tool, prescriber, caller, wanted, citizen, now)
    outside.organisations.expect(attempt.organisation)
    try:
        person, standing = await patients.ask_about(outside, national_id, citizen, until)
        patients.check_can_use(tool.document, person, standing, day_in_norway(now))
        name = await outside.organisations.name(attempt.organisation)
        new = decide(outside, tool, prescriber, attempt, name, wanted, deadline, language)
        answer, written = await _write(outside, new, tool, repeat, language)
    except AboutPatient as refusal:
        await writing.log_access(outside.database, replace(attempt, outcome=refusal.code))
        raise
    return (answer, False) if written else (await _again(outside, caller, prescriber, citizen, answer, now), True)


async def _write(
    outside: Outside, new: NewPrescription, tool: ToolStanding, repeat: Repeatable | None, language: str
) -> tuple[Answer, bool]:
    """The answer, and whether it was written now: else it is what the same request was answered meanwhile."""
    answer = answer_for(new, journal.tool_name(tool.document, language), language)
    stored = await outside.writer.write(new, event_for(new, tool.document), answer, repeat)
    return (stored, False) if stored else (answer, True)


async def _again(
    outside: Outside, caller: Practitioner, prescriber: Prescriber, citizen: str, answer: Answer, now: datetime
) -> Answer:
    """What was answered before, once it is in the patient's access log that it is seen again."""
    made = {"citizen": citizen, **{name: UUID(answer.body[key]) for name, key in _SEEN.items()}}
    async with outside.database.reader() as connection:
        await recording.record_reads(connection, recording.Viewer.of(caller, prescriber), [made], now)
    return answer


def attempted(
    tool: ToolStanding, prescriber: Prescriber, caller: Practitioner, wanted: Prescribing, citizen: str, now: datetime
) -> AccessEntry:
    """What the patient sees of it when it is refused."""
    return AccessEntry(
        citizen=citizen,
        at=now,
        action="prescribing-refused",
        hpr_number=prescriber.hpr_number,
        name=prescriber.name,
        profession=prescriber.profession(tool.document.required_authorisations),
        organisation=wanted.organisation or caller.organisation,
        client_id=caller.client_id,
        tool_id=wanted.tool_id,
    )


def decide(
    outside: Outside,
    tool: ToolStanding,
    prescriber: Prescriber,
    attempt: AccessEntry,
    organisation_name: str | None,
    wanted: Prescribing,
    deadline: datetime,
    language: str,
) -> NewPrescription:
    prescription_id, now = uuid4(), attempt.at
    facts = journal.Prescribed(
        prescription_id,
        tool.document,
        prescriber,
        attempt.profession,
        attempt.organisation,
        now,
        deadline,
        wanted.message,
        organisation_name,
    )
    return NewPrescription(
        prescription_id=prescription_id,
        citizen=attempt.citizen,
        tool_id=wanted.tool_id,
        tool_revision=tool.document.revision,
        prescriber_hpr=prescriber.hpr_number,
        prescriber_name=prescriber.name,
        profession=attempt.profession,
        organisation=attempt.organisation,
        organisation_name=organisation_name,
        client_id=attempt.client_id,
        message=wanted.message,
        journal_note=journal.compose(facts, journal.note_language(language)),
        prescribed_at=now,
        deadline=deadline,
        due_at=deadlines.next_due(now, deadline, outside.reminder_days, now),
    )


def event_for(new: NewPrescription, tool: ToolDocument) -> ToolPrescribed:
    return ToolPrescribed(
        prescription_id=new.prescription_id,
        citizen=new.citizen,
        tool_id=new.tool_id,
        tool_revision=new.tool_revision,
        prescriber_name=new.prescriber_name,
        prescriber_profession=new.profession,
        organisation=new.organisation,
        organisation_name=new.organisation_name,
        prescribed_at=new.prescribed_at,
        deadline=new.deadline,
        has_greeting=new.message is not None,
        representative_may_use=tool.representative_may_use,
    )


def answer_for(new: NewPrescription, tool_name: str, language: str) -> Answer:
    """201 with the prescription; it names no patient, so that the stored copy holds nothing secret."""
    body: dict[str, Any] = {
        "prescriptionId": str(new.prescription_id),
        "toolId": str(new.tool_id),
        "toolRevision": new.tool_revision,
        "toolName": tool_name,
        "state": "active",
        "version": 1,
        "prescribedBy": {
            "hprNumber": new.prescriber_hpr,
            "name": new.prescriber_name,
            "profession": new.profession,
        },
        "organisation": new.organisation,
        "organisationName": new.organisation_name,
        "prescribedAt": rfc3339(new.prescribed_at),
        "deadline": rfc3339(new.deadline),
        "openedAt": None,
        "endedAt": None,
        "endReason": None,
        "endCategory": None,
        "closingNote": None,
        "message": new.message,
        "journalNote": new.journal_note,
    }
    headers = {
        "Location": location(new.prescription_id),
        "ETag": models.entity_tag(1, language),
        "Content-Language": language,
    }
    return Answer(201, headers, body)


def location(prescription_id: UUID) -> str:
    return f"/v1/prescriptions/{prescription_id}"
