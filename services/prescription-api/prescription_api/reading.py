"""What practitioners and citizens read: prescribable tools, prescriptions, the access log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api import journal, models, queries
from prescription_api.errors import PrescriptionNotFound
from prescription_api.models import Prescriber
from prescription_api.professions import profession_name
from prescription_api.queries import ToolFilter
from shared.auth import Practitioner
from shared.events.catalog import ToolDocument
from shared.language import DEFAULT_LANGUAGE, Text
from shared.paging import encode_cursor
from shared.schemas import rfc3339

ACTIONS: Final[dict[str, Text]] = {
    "looked-up": {
        "nb": "{who} slo deg opp for å sende deg et digitalt helseverktøy.",
        "nn": "{who} slo deg opp for å sende deg eit digitalt helseverktøy.",
        "en": "{who} looked you up in order to send you a digital health tool.",
    },
    "prescribed": {
        "nb": "{who} sendte deg verktøyet {tool}.",
        "nn": "{who} sende deg verktøyet {tool}.",
        "en": "{who} sent you the tool {tool}.",
    },
}


async def list_prescribable_tools(
    connection: AsyncConnection,
    prescriber: Prescriber,
    wanted: ToolFilter,
    organisation: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
    language: str,
) -> dict[str, Any]:
    tools = await queries.list_tools(connection, wanted, after, limit)
    page = tools[:limit]
    items = [_prescribable(tool, prescriber, organisation, language) for tool in page]
    more = len(tools) > limit
    last = page[-1] if page else None
    return {
        "items": items,
        "nextCursor": encode_cursor(last.texts["nb"].name, str(last.tool_id)) if more and last else None,
    }


def _prescribable(
    tool: ToolDocument, prescriber: Prescriber, organisation: str | None, language: str
) -> dict[str, Any]:
    texts = tool.texts.get(language, tool.texts[DEFAULT_LANGUAGE])
    refusals = models.refusals(tool, stopped=False, prescriber=prescriber, organisation=organisation)
    reasons = [{"code": r.code, "text": r.title[language], **r.extra} for r in refusals]
    return {
        "toolId": str(tool.tool_id),
        "revision": tool.revision,
        "name": texts.name,
        "shortText": texts.short_text,
        "practitionerText": texts.practitioner_text,
        "supplier": tool.supplier.name,
        "healthBody": tool.health_body.name,
        "purpose": tool.purpose,
        "subjectAreas": tool.subject_areas,
        "targetGroups": tool.target_groups,
        "languages": tool.languages,
        "minimumAge": tool.minimum_age,
        "defaultDeadlineDays": tool.default_deadline_days,
        "prescribable": not reasons,
        "reasons": reasons,
    }


async def get_prescription(
    connection: AsyncConnection, caller: Practitioner, prescription_id: Any, language: str
) -> dict[str, Any]:
    """Raises PrescriptionNotFound, also for another organisation's."""
    row = await queries.get_prescription(connection, caller, prescription_id)
    if row is None:
        raise PrescriptionNotFound()
    tools = await queries.tool_names(connection, [row["tool_id"]])
    return _prescription(row, tools.get(row["tool_id"]), language)


async def search_prescriptions(
    connection: AsyncConnection,
    caller: Practitioner,
    citizen: str,
    after: tuple[Any, ...] | None,
    limit: int,
    language: str,
) -> dict[str, Any]:
    rows = await queries.search_prescriptions(connection, caller, citizen, after, limit)
    tools = await queries.tool_names(connection, [row["tool_id"] for row in rows])
    items = [_prescription(row, tools.get(row["tool_id"]), language) for row in rows[:limit]]
    return {"items": items, "nextCursor": _cursor(rows, limit, "prescribed_at", "prescription_id")}


def _prescription(row: RowMapping, tool: ToolDocument | None, language: str) -> dict[str, Any]:
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
        "prescribedAt": rfc3339(row["prescribed_at"]),
        "deadline": rfc3339(row["deadline"]),
        "openedAt": rfc3339(row["opened_at"]) if row["opened_at"] else None,
        "message": row["message"],
        "journalNote": row["journal_note"],
    }


async def read_access_log(
    connection: AsyncConnection, citizen: str, after: tuple[Any, ...] | None, limit: int, language: str
) -> dict[str, Any]:
    """P13, in plain words."""
    rows = await queries.read_access_log(connection, citizen, after, limit)
    tools = await queries.tool_names(connection, [row["tool_id"] for row in rows if row["tool_id"]])
    items = [_entry(row, tools.get(row["tool_id"]), language) for row in rows[:limit]]
    return {"items": items, "nextCursor": _cursor(rows, limit, "at", "entry_id")}


def _entry(row: RowMapping, tool: ToolDocument | None, language: str) -> dict[str, Any]:
    profession = profession_name(row["profession"], language)
    name = journal.tool_name(tool, language) if tool else None
    return {
        "entryId": str(row["entry_id"]),
        "at": rfc3339(row["at"]),
        "action": row["action"],
        "text": ACTIONS[row["action"]][language].format(who=f"{row['name']} ({profession})", tool=name),
        "name": row["name"],
        "profession": profession,
        "organisation": row["organisation"],
        "clientId": row["client_id"],
        "toolId": str(row["tool_id"]) if row["tool_id"] else None,
        "toolName": name,
        "prescriptionId": str(row["prescription_id"]) if row["prescription_id"] else None,
    }


def _cursor(rows: Sequence[RowMapping], limit: int, at: str, key: str) -> str | None:
    """Of the last row of the page, when one more was found."""
    if len(rows) <= limit:
        return None
    moment: datetime = rows[limit - 1][at]
    return encode_cursor(moment.isoformat(), str(rows[limit - 1][key]))
