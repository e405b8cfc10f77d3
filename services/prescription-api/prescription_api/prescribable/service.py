"""Which tools there are, and which of them a practitioner may prescribe (P2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api import models
from prescription_api.models import Prescriber
from prescription_api.prescribable import queries
from prescription_api.prescribable.schemas import PrescribableFilters
from shared.events.catalog import ToolDocument
from shared.language import DEFAULT_LANGUAGE
from shared.search import Position, Search, Vocabulary, find_page

_DOCUMENT: Final = TypeAdapter(ToolDocument)


@dataclass(frozen=True, slots=True)
class _Tools:
    connection: AsyncConnection
    filters: PrescribableFilters
    after: Position | None

    async def find(self, search: Search | None, levels: Sequence[int], missing: int) -> Sequence[Row[Any]]:
        return await queries.find_tools(self.connection, self.filters, search, levels, self.after, missing)

    async def has_any(self, search: Search) -> bool:
        return await queries.finds_any(self.connection, search)


async def list_prescribable_tools(
    connection: AsyncConnection,
    vocabulary: Vocabulary,
    prescriber: Prescriber,
    filters: PrescribableFilters,
    after: Position | None,
    language: str,
) -> dict[str, Any]:
    listed = _Tools(connection, filters, after)
    found = await find_page(vocabulary, connection, listed, filters.q, after, filters.limit)
    tools = [_DOCUMENT.validate_python(row.document) for row in found.page]
    return {
        "items": [_prescribable(tool, prescriber, filters.organisation, language) for tool in tools],
        "nextCursor": found.next_cursor("name", "tool_id"),
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
