"""The access log as its citizen reads it: in plain words, or as FHIR AuditEvents (P13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api import journal
from prescription_api.accesslog import queries
from prescription_api.accesslog.texts import ACTIONS, OTHER_OUTCOME, OUTCOMES, UNNAMED
from prescription_api.outside import Outside
from prescription_api.professions import profession_name
from prescription_api.queries import tool_names
from shared.paging import encode_cursor
from shared.schemas import rfc3339


@dataclass(frozen=True, slots=True)
class LogPage:
    """`tools` are the names of the tools that the entries are about, `organisations` those of who acted, by number."""

    entries: Sequence[Mapping[Any, Any]]
    tools: Mapping[UUID, str]
    next_cursor: str | None
    organisations: Mapping[str, str] = field(default_factory=dict)


async def read_access_log(
    outside: Outside, citizen: str, after: tuple[datetime, UUID] | None, limit: int, language: str
) -> LogPage:
    """Organisations have the names that the register has now; none that it does not tell in time."""
    async with outside.database.reader() as connection:
        page = await _read(connection, citizen, after, limit, language)
    numbers = {row["organisation"] for row in page.entries if row["hpr_number"] is not None}
    return replace(page, organisations=await outside.organisations.names(numbers))


async def _read(
    connection: AsyncConnection, citizen: str, after: tuple[datetime, UUID] | None, limit: int, language: str
) -> LogPage:
    rows = await queries.read_access_log(connection, citizen, after, limit)
    page = rows[:limit]
    documents = await tool_names(connection, [row["tool_id"] for row in page if row["tool_id"]])
    tools = {tool_id: journal.tool_name(tool, language) for tool_id, tool in documents.items()}
    last = page[-1] if len(rows) > limit else None
    return LogPage(page, tools, encode_cursor(last["at"].isoformat(), str(last["entry_id"])) if last else None)


def in_plain_words(page: LogPage, language: str) -> dict[str, Any]:
    items = [
        _entry(row, page.tools.get(row["tool_id"]), page.organisations.get(row["organisation"]), language)
        for row in page.entries
    ]
    return {"items": items, "nextCursor": page.next_cursor}


def _entry(row: Mapping[Any, Any], tool: str | None, organisation: str | None, language: str) -> dict[str, Any]:
    outcome = row["outcome"]
    by_person = row["hpr_number"] is not None
    return {
        "entryId": str(row["entry_id"]),
        "at": rfc3339(row["at"]),
        "action": row["action"],
        "text": sentence(row, tool, organisation, language),
        "outcome": outcome,
        "outcomeText": OUTCOMES.get(outcome, OTHER_OUTCOME)[language] if outcome else None,
        "name": row["name"],
        "profession": profession_name(row["profession"], language) if by_person else None,
        "organisation": row["organisation"],
        "organisationName": organisation if by_person else row["name"],
        "clientId": row["client_id"],
        "toolId": str(row["tool_id"]) if row["tool_id"] else None,
        "toolName": tool,
        "prescriptionId": str(row["prescription_id"]) if row["prescription_id"] else None,
    }


def sentence(row: Mapping[Any, Any], tool: str | None, organisation: str | None, language: str) -> str:
    """Who did what, for a person to read."""
    who = row["name"]
    if row["hpr_number"] is not None:
        role = profession_name(row["profession"], language)
        who = f"{who} ({role}, {organisation})" if organisation else f"{who} ({role})"
    return ACTIONS[row["action"]][language].format(who=who, tool=tool or UNNAMED[language])
