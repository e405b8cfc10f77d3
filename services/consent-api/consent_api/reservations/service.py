"""Making and lifting reservations, and asking who has made one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.access_log.models import Call
from consent_api.feed.writing import lock, note, note_for_copies
from consent_api.representation.models import Acting
from consent_api.reservations import queries
from consent_api.reservations.models import RESERVES, Kind, Reservation
from shared import outbox
from shared.auth import Machine
from shared.correlation import current
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.events import ReservationChanged
from shared.http import etag_is

_CHANGE: Final = text(
    """
    INSERT INTO reservation AS r (citizen, kind, reserved, version, changed_at)
    VALUES (:citizen, :kind, :reserved, :version, :now)
    ON CONFLICT (citizen, kind) DO UPDATE
        SET reserved = excluded.reserved, version = excluded.version, changed_at = excluded.changed_at
        WHERE r.version = excluded.version - 1
    RETURNING version
    """
)
_REMEMBER: Final = text(
    "INSERT INTO reservation_history (citizen, kind, version, reserved, changed_at, acted_by)"
    " VALUES (:citizen, :kind, :version, :reserved, :now, :actor)"
)


async def set_reservation(
    session: AsyncSession, acting: Acting, kind: Kind, reserved: bool, if_match: str, now: datetime
) -> Reservation:
    """From now on (S4). What already is leaves everything as it is. Raises PreconditionFailed."""
    current_one = (await queries.list_reservations(session, acting.citizen))[kind]
    if not etag_is(if_match, current_one.etag):
        raise PreconditionFailed()
    if reserved == current_one.reserved:
        return current_one
    changed = Reservation(kind, reserved, current_one.version + 1, now)
    await _change(session, acting, changed, now)
    return changed


async def _change(session: AsyncSession, acting: Acting, changed: Reservation, now: datetime) -> None:
    row = {"citizen": acting.citizen, "kind": changed.kind, "reserved": changed.reserved, "version": changed.version}
    await lock(session, [acting.citizen])
    if (await session.execute(_CHANGE, row | {"now": now})).first() is None:
        raise PreconditionFailed()
    await session.execute(_REMEMBER, row | {"now": now, "actor": acting.actor})
    if changed.kind in RESERVES.values():
        await note(session, [acting.citizen], now)
    else:
        await note_for_copies(session, acting.citizen, now)
    await outbox.add(session, ReservationChanged(**row, changed_at=now), now)


async def check_reservations(
    database: Database, caller: Machine, kind: Kind, citizens: Sequence[str], now: datetime
) -> set[str]:
    """Who of these must not be sent anything of this kind. Each is in the access log when this returns (P13)."""
    call = Call(
        kind="reservation",
        at=now,
        about=kind,
        organisation=caller.organisation,
        client_id=caller.client_id,
        source_system=current().source_system,
    )
    async with database.driver() as connection:
        return await queries.reserved_among(connection, call, list(dict.fromkeys(citizens)))
