"""A supplier asks who has sent its tool to somebody (P11)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from prescription_api.accesslog import recording
from prescription_api.accesslog.recording import Viewer
from prescription_api.errors import ToolNotFound
from prescription_api.journal import noted_name
from prescription_api.outside import Outside
from prescription_api.queries import tool_names
from prescription_api.suppliers import queries
from shared.auth import Machine
from shared.events.catalog import Party, ToolDocument
from shared.paging import encode_cursor
from shared.schemas import rfc3339


async def list_prescribers(
    outside: Outside,
    caller: Machine,
    tool_id: UUID,
    citizen: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
) -> dict[str, Any]:
    """Empty for who has not started the tool, whether it has been sent to them or not. In the citizen's access log each
    time. Raises ToolNotFound, also for a tool of another supplier's.
    """
    async with outside.database.reader() as connection:
        tool = (await tool_names(connection, [tool_id])).get(tool_id)
        supplier = supplier_calling(tool, caller)
        viewer = Viewer(None, supplier.name, None, supplier.organisation_number, caller.client_id)
        await recording.record_look_up(connection, viewer, "asked-prescribers", citizen, now, tool_id)
        rows = await queries.started_prescriptions(connection, citizen, tool_id, after, limit)
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_prescriber(row) for row in rows[:limit]],
        "nextCursor": _cursor(last, citizen) if last else None,
    }


def _cursor(last: RowMapping, citizen: str) -> str:
    return encode_cursor(last["prescribed_at"].isoformat(), str(last["prescription_id"]), about=citizen)


def supplier_calling(tool: ToolDocument | None, caller: Machine) -> Party:
    """Raises ToolNotFound: a tool may be for a few organisations, so that it exists is not everybody's to know."""
    if tool is None or tool.supplier.organisation_number not in (caller.organisation, caller.organisation_child):
        raise ToolNotFound()
    return tool.supplier


def _prescriber(row: RowMapping) -> dict[str, Any]:
    return {
        "prescriptionId": str(row["prescription_id"]),
        "name": row["prescriber_name"],
        "profession": row["prescriber_profession"],
        "organisation": row["organisation"],
        "organisationName": noted_name(row["journal_note"]),
        "prescribedAt": rfc3339(row["prescribed_at"]),
    }
