"""Which tools there are, and which of them a practitioner may prescribe (P2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api import rights
from prescription_api.errors import OrganisationRefusal
from prescription_api.models import Prescriber
from prescription_api.outside import Outside
from prescription_api.prescribable import queries
from prescription_api.prescribable.schemas import PrescribableFilters
from shared.errors import DomainError
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
    outside: Outside,
    vocabulary: Vocabulary,
    prescriber: Prescriber,
    filters: PrescribableFilters,
    after: Position | None,
    language: str,
    until: float,
) -> dict[str, Any]:
    async with outside.database.reader() as connection:
        listed = _Tools(connection, filters, after)
        found = await find_page(vocabulary, connection, listed, filters.q, after, filters.limit)
    tools = [_DOCUMENT.validate_python(row.document) for row in found.page]
    settled = await rights.settle(outside.organisations, tools, prescriber, filters.organisation, until)
    return {
        "items": [_prescribable(tool, refusals, language) for tool, refusals in settled],
        "nextCursor": found.next_cursor("name", "tool_id"),
    }


def _reason(refusal: DomainError, language: str) -> dict[str, Any]:
    """With the organisations that may in its words (P5)."""
    words = refusal.detail if isinstance(refusal, OrganisationRefusal) and refusal.detail else refusal.title
    return {"code": refusal.code, "text": words[language], **refusal.extra}


def _prescribable(tool: ToolDocument, refusals: Sequence[DomainError], language: str) -> dict[str, Any]:
    texts = tool.texts.get(language, tool.texts[DEFAULT_LANGUAGE])
    reasons = [_reason(refusal, language) for refusal in refusals]
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
