"""What has happened with a citizen's tools, as the log has it (M6): what is no longer theirs too."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from helsetilbud_api.citizen.models import Kind
from helsetilbud_api.citizen.queries import SEEN_OF_YOUTH, TRUSTED_LEVEL

# What an event is called here, and its member that says when. Others, which a release beside this one may have written,
# are left out.
EVENTS: Final[Mapping[str, tuple[Kind, str]]] = {
    "prescription.tool-prescribed.v1": ("tool-prescribed", "prescribedAt"),
    "prescription.prescription-revoked.v1": ("tool-revoked", "revokedAt"),
    "prescription.prescription-expired.v1": ("tool-expired", "expiredAt"),
    "prescription.prescription-ended.v1": ("tool-ended", "endedAt"),
    "helsetilbud.tool-added.v1": ("tool-added", "at"),
    "helsetilbud.tool-opened.v1": ("tool-opened", "at"),
    "helsetilbud.tool-removed.v1": ("tool-removed", "at"),
}

# Of others' entries those that were told to many at once are kept as rows. An expiry that came to nothing, because the
# tool had been opened, has no entry in the feed (P7).
_HISTORY: Final = f"""
    SELECT head.level, page.*
    FROM (SELECT {TRUSTED_LEVEL.format(citizen="$1")} AS level) head
    LEFT JOIN (
        SELECT e.number, e.name, e.data::text AS data, coalesce(t.texts -> $2, t.texts -> 'nb') ->> 'name' AS tool_name
        FROM citizen_event e
        LEFT JOIN tool_copy t ON t.tool_id = CAST(coalesce(e.data ->> 'toolId', e.data ->> 'tool_id') AS uuid)
        WHERE e.citizen = $1 AND e.number < $3
            AND (e.name = ANY($7) OR (e.name = 'kept.feed_event' AND e.data ->> 'kind' IS NOT NULL))
            AND ($4::uuid IS NULL OR coalesce(e.data ->> 'toolId', e.data ->> 'tool_id') = $4::text)
            AND (NOT $5 OR (
                coalesce(e.data ->> 'prescriptionId', e.data ->> 'prescription_id') IS NOT NULL AND {SEEN_OF_YOUTH}
            ))
            AND (e.name <> 'prescription.prescription-expired.v1' OR EXISTS (
                SELECT FROM feed_event f WHERE f.citizen = $1 AND f.kind = 'tool-expired'
                    AND f.prescription_id = CAST(e.data ->> 'prescriptionId' AS uuid)
            ))
        ORDER BY e.number DESC
        LIMIT $6
    ) page ON head.level = 'full'
    ORDER BY page.number DESC
"""  # noqa: S608 - put together from constants


async def list_history(
    connection: asyncpg.Connection,
    citizen: str,
    language: str,
    before: int,
    tool_id: UUID | None,
    limit: int,
    *,
    narrowed: bool,
) -> list[asyncpg.Record]:
    """Newest first, one more than `limit` when there are more; there is always a row, with the citizen's `level` as
    `trusted_level` has it. Narrowed to what who acts for a young person sees.
    """
    asked: tuple[Any, ...] = (citizen, language, before, tool_id, narrowed, limit + 1, list(EVENTS))
    rows: list[asyncpg.Record] = await connection.fetch(_HISTORY, *asked)
    return rows
