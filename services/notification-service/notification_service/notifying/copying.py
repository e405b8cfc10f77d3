"""The copies of consent levels, reservations and stops that are asked right before sending, and what a change of them
does to what waits. Told by events and by the owners' change feeds, in any order and several times.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.campaigns.models import RESEARCH, RESERVATION_OF
from notification_service.campaigns.queries import COUNT_AS_RESEARCH
from notification_service.notifying import queries, service
from notification_service.notifying.models import NOT_OF_THE_END, Gathering, notification, tool_stop

_STOP_VALUES: Final = insert(tool_stop)
_STOP: Final = _STOP_VALUES.on_conflict_do_update(
    index_elements=[tool_stop.c.tool_id],
    set_={name: _STOP_VALUES.excluded[name] for name in ("sequence", "stopped_at", "reinstated")},
    where=tool_stop.c.sequence < _STOP_VALUES.excluded.sequence,
)

# Many at once, in the order of their keys, so that two that tell the same wait for each other
_LEVELS: Final = text("""
    INSERT INTO consent_level AS c (citizen, level, version, changed_at)
    SELECT citizen, level, version, changed_at
    FROM jsonb_to_recordset(:rows) AS told (citizen text, level text, version integer, changed_at timestamptz)
    ORDER BY citizen
    ON CONFLICT (citizen) DO UPDATE
        SET level = excluded.level, version = excluded.version, changed_at = excluded.changed_at
        WHERE c.version < excluded.version
    RETURNING citizen, level, changed_at
""").bindparams(bindparam("rows", type_=JSONB))
_RESERVATIONS: Final = text("""
    INSERT INTO reservation AS r (citizen, kind, reserved, version, changed_at)
    SELECT citizen, kind, reserved, version, changed_at
    FROM jsonb_to_recordset(:rows)
        AS told (citizen text, kind text, reserved boolean, version integer, changed_at timestamptz)
    ORDER BY citizen, kind
    ON CONFLICT (citizen, kind) DO UPDATE
        SET reserved = excluded.reserved, version = excluded.version, changed_at = excluded.changed_at
        WHERE r.version < excluded.version
    RETURNING citizen, kind, reserved
""").bindparams(bindparam("rows", type_=JSONB))
_RECIPIENTS: Final = text("""
    INSERT INTO recipients AS r (citizen, version, themselves, others)
    SELECT citizen, version, themselves, others
    FROM jsonb_to_recordset(:rows) AS told (citizen text, version bigint, themselves boolean, others text[])
    ORDER BY citizen
    ON CONFLICT (citizen) DO UPDATE
        SET version = excluded.version, themselves = excluded.themselves, others = excluded.others
        WHERE r.version < excluded.version
    RETURNING citizen, others
""").bindparams(bindparam("rows", type_=JSONB))
_DROPPED: Final = text("""
    SELECT citizen FROM notification
    WHERE citizen = ANY(:citizens) AND status = 'dropped' AND reason IN ('consent-withdrawn', 'no-consent')
    UNION
    SELECT concerns FROM notification
    WHERE concerns = ANY(:citizens) AND status = 'dropped' AND reason = 'no-longer-acting'
""").bindparams(bindparam("citizens", type_=ARRAY(Text)))


async def stop_tool(session: AsyncSession, tool_id: UUID, sequence: int, stopped_at: datetime, now: datetime) -> None:
    """K4. What is prescribed after the stop was prescribed after a reinstatement, and is left alone."""
    row = {"tool_id": tool_id, "sequence": sequence, "stopped_at": stopped_at, "reinstated": False}
    await session.execute(_STOP, row)
    of_tool = (notification.c.tool_id == tool_id, notification.c.happened_at <= stopped_at, NOT_OF_THE_END)
    await service.drop(session, "tool-stopped", now, *of_tool)


async def reinstate_tool(session: AsyncSession, tool_id: UUID, sequence: int) -> None:
    """What it stopped stays stopped; what comes from now on is notified of again."""
    own = (tool_stop.c.tool_id == tool_id, tool_stop.c.sequence < sequence)
    await session.execute(update(tool_stop).where(*own).values(sequence=sequence, reinstated=True))


async def change_levels(
    session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime, gathering: Gathering
) -> None:
    """S6. What was prescribed under a full consent that is heard of only now has been dropped by mistake."""
    changed = (await session.execute(_LEVELS, {"rows": _written(rows)})).all()
    below = [row.citizen for row in changed if row.level != "full"]
    if below:
        await service.drop(session, "consent-withdrawn", now, *_of(below))
        await service.drop(session, "no-longer-acting", now, _concerning(below))
    full = {row.citizen: row for row in changed if row.level == "full"}
    if full:
        # what is being decided by what was known until now is seen below
        await queries.lock_citizens(session, *full)
        for citizen in (await session.execute(_DROPPED, {"citizens": list(full)})).scalars().all():
            await _take_back(session, full[citizen], now)
        await service.notify_anew(session, list(full), now, gathering)


async def _take_back(session: AsyncSession, level: Row[Any], now: datetime) -> None:
    since = notification.c.happened_at >= level.changed_at
    for reason in ("consent-withdrawn", "no-consent"):
        await service.take_back_drop(session, reason, now, *_of([level.citizen]), since)
    await service.take_back_drop(session, "no-longer-acting", now, _concerning([level.citizen]), since)


async def change_recipients(
    session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime, gathering: Gathering
) -> None:
    """S5. Who is told in whose stead. What waits for those who are no more is dropped when it is taken up."""
    changed = (await session.execute(_RECIPIENTS, {"rows": list(rows)})).all()
    if represented := [row.citizen for row in changed if row.others]:
        await queries.lock_citizens(session, *represented)
        await service.notify_anew(session, represented, now, gathering)


def _concerning(citizens: Sequence[str]) -> ColumnElement[bool]:
    return notification.c.concerns == func.any(bindparam(None, citizens, type_=ARRAY(Text)))


def _of(citizens: Sequence[str]) -> tuple[Any, Any]:
    own = notification.c.citizen == func.any(bindparam(None, citizens, type_=ARRAY(Text)))
    return own, notification.c.kind != "contact-confirmation"


async def change_reservations(session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """S4. Of campaigns, consent-api is asked when they are handed over as well; this stops what has been since."""
    for one in (await session.execute(_RESERVATIONS, {"rows": _written(rows)})).all():
        if one.reserved:
            concerned = [category for category, kind in RESERVATION_OF.items() if kind == one.kind]
            own = (notification.c.citizen == one.citizen, notification.c.category.in_(concerned))
            await service.drop(session, "reserved", now, *own)
            if one.kind == RESEARCH:
                surveys = (notification.c.citizen == one.citizen, notification.c.category == "survey")
                counting = notification.c.campaign_id.in_(COUNT_AS_RESEARCH)
                await service.drop(session, "reserved-research", now, *surveys, counting)


def _written(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"changed_at": row["changed_at"].isoformat()} for row in rows]
