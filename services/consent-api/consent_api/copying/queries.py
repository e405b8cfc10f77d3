"""Everybody's level and reservations, and then whose have changed, for our own services' copies.

The rows of the change feed say who has changed; what is answered is read together with them, as it is now. Unlike the
feed for others, rows of transactions that others may still commit before are shown as well, so that a slow transaction
somewhere holds nobody's withdrawal back. A walk ends at a position before the oldest transaction that was under way
when the walk came there: the next walk shows again what lies behind it, and passes by nobody.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg

from consent_api.active.models import counts
from consent_api.ages import age_class
from consent_api.areas import Area
from shared.access_rules import Representative, is_reached_alone

# what is notified of is dealt with as health care
TOLD_AREA: Final[Area] = "health-care"
# Of who is told in a citizen's stead: every change of it writes rows of the feed for the citizen in its transaction, so
# that the number of these grows with each (feed.writing). $1 is today, $2 the area.
_STATE: Final = """
    c.level, c.version, c.changed_at,
    (SELECT json_agg(r ORDER BY r.kind) FROM reservation r WHERE r.citizen = w.citizen)::text AS reservations,
    (SELECT count(*) FROM standing_change s WHERE s.citizen = w.citizen) AS told_version,
    p.status, p.confidential, p.born,
    EXISTS (SELECT FROM own_access o WHERE o.citizen = w.citizen AND o.granted) AS own_access,
    ARRAY(
        SELECT t.parent FROM parent t JOIN person k ON k.citizen = t.parent
        WHERE t.child = w.citizen AND t.active AND k.status = 'living' AND NOT k.confidential
    ) AS parents,
    ARRAY(
        SELECT a.holder FROM power_of_attorney a JOIN person k ON k.citizen = a.holder
        WHERE a.giver = w.citizen AND a.revoked_at IS NULL AND $1 BETWEEN a.valid_from AND a.valid_to
              AND $2 = ANY(a.areas) AND k.status = 'living' AND NOT k.confidential AND NOT a.assigned
    ) AS holders,
    ARRAY(
        SELECT a.holder FROM power_of_attorney a JOIN person k ON k.citizen = a.holder
        WHERE a.giver = w.citizen AND a.revoked_at IS NULL AND $1 BETWEEN a.valid_from AND a.valid_to
              AND $2 = ANY(a.areas) AND k.status = 'living' AND NOT k.confidential AND a.assigned
    ) AS guardians
"""
_EVERYBODY: Final = f"""
    SELECT w.citizen, {_STATE}
    FROM (
        (SELECT citizen FROM consent WHERE citizen > $3 ORDER BY citizen LIMIT $4)
        UNION
        (SELECT DISTINCT citizen FROM reservation WHERE citizen > $3 ORDER BY citizen LIMIT $4)
        ORDER BY citizen LIMIT $4
    ) w LEFT JOIN consent c USING (citizen) LEFT JOIN person p USING (citizen)
    ORDER BY w.citizen
"""  # noqa: S608 - put together from constants
_CHANGED: Final = f"""
    SELECT w.xact::text::bigint AS xact, w.id, w.citizen, {_STATE}
    FROM (
        SELECT xact, id, citizen FROM standing_change WHERE (xact, id) > ($3::text::xid8, $4::bigint)
        ORDER BY xact, id LIMIT $5
    ) w LEFT JOIN consent c USING (citizen) LEFT JOIN person p USING (citizen)
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


class Recipients(NamedTuple):
    """Who is told of what the citizen gets. `version` grows with every change of it."""

    version: int
    themselves: bool
    others: Sequence[str]


class State(NamedTuple):
    """Version 0 is a citizen who never answered."""

    citizen: str
    level: str
    version: int
    changed_at: datetime | None
    reservations: Sequence[Reserved]
    recipients: Recipients


async def read_everybody(
    connection: asyncpg.Connection, place: Everybody, count: int, today: date
) -> tuple[Sequence[State], Place, bool]:
    """One page, where to go on from, and whether there is more."""
    rows = await connection.fetch(_EVERYBODY, today, TOLD_AREA, place.citizen, count)
    if len(rows) < count:
        return _states(rows, today), Changed(place.system, place.xact, 0, 0), True
    return _states(rows, today), place._replace(citizen=rows[-1]["citizen"]), True


async def read_changed(
    connection: asyncpg.Connection, place: Changed, horizon: int, count: int, today: date
) -> tuple[Sequence[State], Place, bool]:
    """`horizon` is the oldest transaction that was under way before this: what comes late is not below it."""
    rows = await connection.fetch(_CHANGED, today, TOLD_AREA, str(place.xact), place.row, count + 1)
    shown = rows[:count]
    xact, row = (shown[-1]["xact"], shown[-1]["id"]) if shown else (place.xact, place.row)
    from_xact = place.from_xact or (horizon if xact >= horizon else 0)
    if len(rows) > count:
        return _states(shown, today), Changed(place.system, xact, row, from_xact), True
    end = Changed(place.system, from_xact, 0, 0) if from_xact else Changed(place.system, xact, row, 0)
    return _states(shown, today), end, False


def _states(rows: Sequence[asyncpg.Record], today: date) -> list[State]:
    """Each citizen once."""
    return list({row["citizen"]: _state(row, today) for row in rows}.values())


def _state(row: asyncpg.Record, today: date) -> State:
    reservations = [_reserved(one) for one in json.loads(row["reservations"] or "[]")]
    level, recipients = row["level"] or "none", _recipients(row, today)
    return State(row["citizen"], level, row["version"] or 0, row["changed_at"], reservations, recipients)


def _recipients(row: asyncpg.Record, today: date) -> Recipients:
    age = age_class(row["born"], today) if row["born"] else "adult"
    others: set[str] = set()
    if row["status"] == "living" and not row["confidential"]:
        ties: tuple[tuple[Representative, list[str]], ...] = (
            ("parent", row["parents"]),
            ("power-of-attorney", row["holders"]),
            ("guardian", row["guardians"]),
        )
        others = {one for who, found in ties if counts(who, age, TOLD_AREA) for one in found}
    themselves = is_reached_alone(age, row["own_access"], TOLD_AREA) and row["status"] in (None, "living")
    return Recipients(row["told_version"], themselves, sorted(others))


def _reserved(row: dict[str, Any]) -> Reserved:
    return Reserved(row["kind"], row["reserved"], row["version"], datetime.fromisoformat(row["changed_at"]))
