"""Everybody's level and reservations, and then whose have changed, for our own services' copies.

The rows of the change feed say who has changed; what is answered is read together with them, as it is now. Unlike the
feed for others, rows of transactions that others may still commit before are shown as well, so that a slow transaction
somewhere holds nobody's withdrawal back. A walk ends at a position before the oldest transaction that was under way
when the walk came there: the next walk shows again what lies behind it, and passes by nobody.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg

_STATE: Final = """
    c.level, c.version, c.changed_at,
    (SELECT json_agg(r ORDER BY r.kind) FROM reservation r WHERE r.citizen = w.citizen)::text AS reservations
"""
_EVERYBODY: Final = f"""
    SELECT w.citizen, {_STATE}
    FROM (
        (SELECT citizen FROM consent WHERE citizen > $1 ORDER BY citizen LIMIT $2)
        UNION
        (SELECT DISTINCT citizen FROM reservation WHERE citizen > $1 ORDER BY citizen LIMIT $2)
        ORDER BY citizen LIMIT $2
    ) w LEFT JOIN consent c USING (citizen)
    ORDER BY w.citizen
"""  # noqa: S608 - put together from constants
_CHANGED: Final = f"""
    SELECT w.xact::text::bigint AS xact, w.id, w.citizen, {_STATE}
    FROM (
        SELECT xact, id, citizen FROM standing_change WHERE (xact, id) > ($1::text::xid8, $2::bigint)
        ORDER BY xact, id LIMIT $3
    ) w LEFT JOIN consent c USING (citizen)
    ORDER BY w.xact, w.id
"""  # noqa: S608 - put together from constants


class Everybody(NamedTuple):
    """The first walk: everybody after `citizen`, and from `xact` on the changes since it began."""

    system: int
    xact: int
    citizen: str


class Changed(NamedTuple):
    """Those named after a row of the feed. `from_xact` is where the next walk begins, 0 while that is here."""

    system: int
    xact: int
    row: int
    from_xact: int


Place = Everybody | Changed


class Reserved(NamedTuple):
    kind: str
    reserved: bool
    version: int
    changed_at: datetime


class State(NamedTuple):
    """Version 0 is a citizen who never answered."""

    citizen: str
    level: str
    version: int
    changed_at: datetime | None
    reservations: Sequence[Reserved]


async def read_everybody(
    connection: asyncpg.Connection, place: Everybody, count: int
) -> tuple[Sequence[State], Place, bool]:
    """One page, where to go on from, and whether there is more."""
    rows = await connection.fetch(_EVERYBODY, place.citizen, count)
    if len(rows) < count:
        return _states(rows), Changed(place.system, place.xact, 0, 0), True
    return _states(rows), place._replace(citizen=rows[-1]["citizen"]), True


async def read_changed(
    connection: asyncpg.Connection, place: Changed, horizon: int, count: int
) -> tuple[Sequence[State], Place, bool]:
    """`horizon` is the oldest transaction that was under way before this: what comes late is not below it."""
    rows = await connection.fetch(_CHANGED, str(place.xact), place.row, count + 1)
    shown = rows[:count]
    xact, row = (shown[-1]["xact"], shown[-1]["id"]) if shown else (place.xact, place.row)
    from_xact = place.from_xact or (horizon if xact >= horizon else 0)
    if len(rows) > count:
        return _states(shown), Changed(place.system, xact, row, from_xact), True
    end = Changed(place.system, from_xact, 0, 0) if from_xact else Changed(place.system, xact, row, 0)
    return _states(shown), end, False


def _states(rows: Sequence[asyncpg.Record]) -> list[State]:
    """Each citizen once."""
    return list({row["citizen"]: _state(row) for row in rows}.values())


def _state(row: asyncpg.Record) -> State:
    reservations = [_reserved(one) for one in json.loads(row["reservations"] or "[]")]
    return State(row["citizen"], row["level"] or "none", row["version"] or 0, row["changed_at"], reservations)


def _reserved(row: dict[str, Any]) -> Reserved:
    return Reserved(row["kind"], row["reserved"], row["version"], datetime.fromisoformat(row["changed_at"]))
