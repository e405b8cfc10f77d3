"""What a practitioner does with a prescription afterwards: revoke it (P10), or end it when it has done its work."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api import models, queries, reading
from prescription_api.accesslog import recording
from prescription_api.closing import Closing, Why, closing_note
from prescription_api.errors import PrescriptionNotFound
from prescription_api.models import AccessAction, AccessEntry, Act, Prescriber, State, access_log, prescription
from prescription_api.outside import Outside
from shared import idempotency, outbox
from shared.auth import Practitioner
from shared.events import PrescriptionEnded, PrescriptionRevoked
from shared.events.catalog import ToolDocument
from shared.events.envelope import Event
from shared.idempotency import Answer, Repeatable

_BECOMES: Final[dict[Act, State]] = {"revoke": "revoked", "end": "ended"}
_LOGGED: Final[dict[Act, AccessAction]] = {"revoke": "revoked", "end": "ended"}


async def close(
    outside: Outside,
    caller: Practitioner,
    prescription_id: UUID,
    act: Act,
    why: Why,
    repeat: Repeatable | None,
    language: str,
    now: datetime,
) -> tuple[Answer, bool]:
    """The answer, and whether it was given before (P14): then only to one who still has the right, and the patient sees
    it (P13).

    Raises PrescriptionNotFound, also for another organisation's; PrescriptionStateConflict; what asking the register
    raises.
    """
    until = outside.until()
    models.check_text(why.reason, "/body/reason")
    prescriber = await outside.prescriber(caller, now, until)
    organisation_name = await outside.organisations.name(caller.organisation)
    async with outside.database.session() as session:
        if answered := await idempotency.claim(session, repeat):
            await _record_again(session, caller, prescriber, prescription_id, now)
            return answered, True
        closing = Closing(act, why, prescriber, caller.organisation, organisation_name, language, now)
        row, tool = await _change(session, caller, prescription_id, closing)
        await session.execute(insert(access_log), asdict(_entry(row, caller, prescriber, act)))
        await outbox.add(session, _event(row, tool, act), now)
        answer = _answer(row, tool, language)
        await idempotency.keep(session, repeat, answer)
    return answer, False


async def _record_again(
    session: AsyncSession, caller: Practitioner, prescriber: Prescriber, prescription_id: UUID, now: datetime
) -> None:
    """Raises PrescriptionNotFound for one who reaches it no longer."""
    found = await _take(session, caller, prescription_id)
    viewer = recording.Viewer.of(caller, prescriber)
    await recording.record_reads(await session.connection(), viewer, [found], now)


async def _take(session: AsyncSession, caller: Practitioner, prescription_id: UUID) -> RowMapping:
    found = await queries.take_prescription(session, caller, prescription_id)
    if found is None:
        raise PrescriptionNotFound()
    return found


async def _change(
    session: AsyncSession, caller: Practitioner, prescription_id: UUID, closing: Closing
) -> tuple[RowMapping, ToolDocument | None]:
    """The prescription as it is now, and its tool."""
    found = await _take(session, caller, prescription_id)
    models.check_act(closing.act, found["state"])
    tool = (await queries.tool_names(await session.connection(), [found["tool_id"]])).get(found["tool_id"])
    changed = (
        update(prescription)
        .where(prescription.c.citizen == found["citizen"], prescription.c.prescription_id == prescription_id)
        .values(
            state=_BECOMES[closing.act],
            version=found["version"] + 1,
            changed_at=closing.now,
            end_reason=closing.why.reason,
            end_category=closing.why.category,
            closing_note=closing_note(found, tool, closing),
        )
        .returning(*prescription.c)
    )
    return (await session.execute(changed)).mappings().one(), tool


def _entry(row: RowMapping, caller: Practitioner, prescriber: Prescriber, act: Act) -> AccessEntry:
    return AccessEntry(
        citizen=row["citizen"],
        at=row["changed_at"],
        action=_LOGGED[act],
        hpr_number=prescriber.hpr_number,
        name=prescriber.name,
        profession=prescriber.profession(()),
        organisation=caller.organisation,
        client_id=caller.client_id,
        tool_id=row["tool_id"],
        prescription_id=row["prescription_id"],
    )


def _event(row: RowMapping, tool: ToolDocument | None, act: Act) -> Event:
    about = {name: row[name] for name in ("prescription_id", "citizen", "tool_id", "version")}
    about |= {"representative_may_use": tool.representative_may_use if tool else None}
    if act == "revoke":
        return PrescriptionRevoked(**about, revoked_at=row["changed_at"], category=row["end_category"])
    return PrescriptionEnded(**about, ended_at=row["changed_at"], category=row["end_category"])


def _answer(row: RowMapping, tool: ToolDocument | None, language: str) -> Answer:
    body = reading.show_prescription(row, tool, language)
    headers = {"ETag": models.entity_tag(row["version"], language), "Content-Language": language}
    return Answer(200, headers, body)
