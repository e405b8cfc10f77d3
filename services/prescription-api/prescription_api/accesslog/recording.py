"""Every look-up is in the access log before it is answered (P13).

Looking for a person, and a supplier's question, is one entry each time. That a prescription is opened, shown in a list
or in an answer given again (P14) is one entry a day for each who sees it: a record system that asks every minute must
not bury the rest of the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any, Final, Literal, Self, TypeAlias
from uuid import UUID

from sqlalchemy import RowMapping, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api.errors import HprUnavailable
from prescription_api.models import AccessEntry, Prescriber, access_log
from prescription_api.outside import Outside
from shared.auth import Practitioner
from shared.norway import OSLO, day_in_norway

LookUp = Literal["searched", "asked-prescribers"]
# of a prescription: `citizen`, `tool_id` and `prescription_id` are asked for
Row: TypeAlias = RowMapping | Mapping[str, Any]

_READ: Final = text("""
    INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation, client_id,
        tool_id, prescription_id)
    SELECT seen.citizen, :now, gen_random_uuid(), 'read', :hpr_number, :name, :profession, :organisation, :client_id,
        seen.tool_id, seen.prescription_id
    FROM unnest(CAST(:citizens AS text[]), CAST(:tool_ids AS uuid[]), CAST(:prescription_ids AS uuid[]))
        AS seen (citizen, tool_id, prescription_id)
    WHERE NOT EXISTS (
        SELECT FROM access_log earlier
        WHERE earlier.citizen = seen.citizen AND earlier.at >= :day AND earlier.action = 'read'
          AND earlier.prescription_id = seen.prescription_id AND earlier.hpr_number = :hpr_number
          AND earlier.organisation = :organisation AND earlier.client_id = :client_id
    )
""")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, as the log has it. A machine's name is its organisation's."""

    hpr_number: str | None
    name: str
    profession: str | None
    organisation: str
    client_id: str

    @classmethod
    def of(cls, caller: Practitioner, registered: Prescriber) -> Self:
        return cls(caller.hpr_number, registered.name, registered.profession(()), caller.organisation, caller.client_id)


async def viewer(outside: Outside, caller: Practitioner, now: datetime) -> Viewer:
    """As the register knows them, or as the token does while the register is away: to see what one's own organisation
    has sent takes no authorisation. Raises HprNotValid.
    """
    try:
        return Viewer.of(caller, await outside.prescriber(caller, now, outside.until()))
    except HprUnavailable:
        name = caller.name or f"HPR {caller.hpr_number}"
        return Viewer(caller.hpr_number, name, None, caller.organisation, caller.client_id)


async def record_look_up(
    connection: AsyncConnection,
    viewer: Viewer,
    action: LookUp,
    citizen: str,
    now: datetime,
    tool_id: UUID | None = None,
) -> None:
    entry = AccessEntry(citizen=citizen, at=now, action=action, tool_id=tool_id, **asdict(viewer))
    await connection.execute(insert(access_log), asdict(entry))


async def record_reads(
    connection: AsyncConnection, viewer: Viewer, prescriptions: Sequence[Row], now: datetime
) -> None:
    if not prescriptions:
        return
    values = {
        "now": now,
        "day": datetime.combine(day_in_norway(now), time.min, OSLO),
        **asdict(viewer),
        "citizens": [row["citizen"] for row in prescriptions],
        "tool_ids": [row["tool_id"] for row in prescriptions],
        "prescription_ids": [row["prescription_id"] for row in prescriptions],
    }
    await connection.execute(_READ, values)
