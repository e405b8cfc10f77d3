"""What practitioners read: what their own organisation has prescribed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from prescription_api import journal, models, queries
from prescription_api.accesslog import recording
from prescription_api.errors import PrescriptionNotFound
from prescription_api.outside import Outside
from shared.auth import Practitioner
from shared.events.catalog import ToolDocument
from shared.paging import encode_cursor
from shared.schemas import rfc3339


@dataclass(frozen=True, slots=True)
class Own:
    """A prescription of the caller's organisation; `tool` as the catalogue has it now, None while the copy lacks it."""

    row: RowMapping
    tool: ToolDocument | None


async def open_own(outside: Outside, caller: Practitioner, prescription_id: UUID, now: datetime) -> Own:
    """Written in the citizen's access log (P13). Raises PrescriptionNotFound, also for another organisation's."""
    viewer = await recording.viewer(outside, caller, now)
    async with outside.database.reader() as connection:
        row = await queries.get_prescription(connection, caller, prescription_id)
        if row is None:
            raise PrescriptionNotFound()
        await recording.record_reads(connection, viewer, [row], now)
        tools = await queries.tool_names(connection, [row["tool_id"]])
    return Own(row, tools.get(row["tool_id"]))


async def get_prescription(
    outside: Outside, caller: Practitioner, prescription_id: UUID, language: str, now: datetime
) -> dict[str, Any]:
    """Raises PrescriptionNotFound."""
    own = await open_own(outside, caller, prescription_id, now)
    return show_prescription(own.row, own.tool, language)


async def search_prescriptions(
    outside: Outside,
    caller: Practitioner,
    citizen: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
    language: str,
    now: datetime,
) -> dict[str, Any]:
    """Written in the citizen's access log, also when nothing is found (P13)."""
    viewer = await recording.viewer(outside, caller, now)
    async with outside.database.reader() as connection:
        await recording.record_look_up(connection, viewer, "searched", citizen, now)
        rows = await queries.search_prescriptions(connection, caller, citizen, after, limit)
        tools = await queries.tool_names(connection, [row["tool_id"] for row in rows])
    items = [show_prescription(row, tools.get(row["tool_id"]), language) for row in rows[:limit]]
    return {"items": items, "nextCursor": _cursor(rows, limit, citizen)}


async def message_of(outside: Outside, prescription_id: UUID) -> str | None:
    """To the patient; None also once the prescription is revoked, which may have been to the wrong patient (P10).

    Raises PrescriptionNotFound.
    """
    async with outside.database.reader() as connection:
        row = await queries.message_of(connection, prescription_id)
    if row is None:
        raise PrescriptionNotFound()
    return None if row.state == "revoked" else row.message


def show_prescription(row: RowMapping, tool: ToolDocument | None, language: str) -> dict[str, Any]:
    return {
        "prescriptionId": str(row["prescription_id"]),
        "toolId": str(row["tool_id"]),
        "toolRevision": row["tool_revision"],
        "toolName": journal.tool_name(tool, language) if tool else "",
        "state": row["state"],
        "version": row["version"],
        "prescribedBy": {
            "hprNumber": row["prescriber_hpr"],
            "name": row["prescriber_name"],
            "profession": row["prescriber_profession"],
        },
        "organisation": row["organisation"],
        "organisationName": journal.noted_name(row["journal_note"]),
        "prescribedAt": rfc3339(row["prescribed_at"]),
        "deadline": rfc3339(row["deadline"]),
        "openedAt": rfc3339(row["opened_at"]) if row["opened_at"] else None,
        "endedAt": None if row["state"] in models.LIVE else rfc3339(row["changed_at"]),
        "endReason": row["end_reason"],
        "endCategory": row["end_category"],
        "closingNote": row["closing_note"],
        "message": row["message"],
        "journalNote": row["journal_note"],
    }


def _cursor(rows: Sequence[RowMapping], limit: int, citizen: str) -> str | None:
    """Of the last row of the page, when one more was found."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return encode_cursor(last["prescribed_at"].isoformat(), str(last["prescription_id"]), about=citizen)
