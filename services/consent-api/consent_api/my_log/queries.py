"""What a citizen reads of the access log."""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# What waits to be sorted in is there as well: the worker moves it in one transaction, so it is in one place or the
# other. The other person is named where a power of attorney says what they are called.
_OWN: Final = text(
    """
    SELECT e.at, e.call_id, c.kind, c.about, c.organisation, c.client_id, c.source_system, c.relation, c.act, c.allowed,
           c.actor = e.citizen AS is_actor,
           CASE WHEN c.actor = e.citizen THEN p.giver_name ELSE p.holder_name END AS other_name
    FROM (
        SELECT at, call_id, citizen FROM access_entry
        WHERE citizen = :citizen AND (CAST(:at AS timestamptz) IS NULL OR (at, call_id) < (:at, :call_id))
        UNION ALL
        SELECT at, call_id, :citizen FROM access_waiting
        WHERE :citizen = ANY(citizens) AND (CAST(:at AS timestamptz) IS NULL OR (at, call_id) < (:at, :call_id))
        ORDER BY at DESC, call_id DESC LIMIT :count
    ) e
    JOIN access_call c ON c.at = e.at AND c.call_id = e.call_id
    LEFT JOIN power_of_attorney p
        ON c.relation = 'power-of-attorney' AND p.giver = c.represented AND p.holder = c.actor
    ORDER BY e.at DESC, e.call_id DESC
    """
)


async def list_entries(
    connection: AsyncConnection, citizen: str, after: tuple[Any, ...] | None, count: int
) -> list[dict[str, Any]]:
    """Newest first."""
    at, call_id = after or (None, None)
    values = {"citizen": citizen, "at": at, "call_id": call_id, "count": count}
    return [dict(row) for row in (await connection.execute(_OWN, values)).mappings()]
