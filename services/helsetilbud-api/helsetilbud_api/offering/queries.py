"""Every SELECT about an office's offering, each for one office or one citizen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import BigInteger, Boolean, Integer, Text

from helsetilbud_api.offering.codes import Service
from helsetilbud_api.offering.models import gp_register_position, office_setting, office_setting_change
from helsetilbud_api.offering.office_settings import BLOCKED_PATIENTS, EDITORS, C, Setting
from helsetilbud_api.roles import Role

Connection = AsyncConnection | AsyncSession
LATEST: Final = 2**63 - 1

_OF_THE_OFFICE: Final = select(office_setting).where(office_setting.c.her_id == bindparam("her_id"))
_ONE: Final = _OF_THE_OFFICE.where(office_setting.c.setting == bindparam("setting"))
_NAMED: Final = _OF_THE_OFFICE.where(office_setting.c.setting == func.any(bindparam("settings", type_=ARRAY(Text))))

# Editors and blocks that are in force. One that is not has an earlier version in the history, and can come back.
_ABOUT_PEOPLE: Final = (
    _OF_THE_OFFICE.where(
        func.starts_with(office_setting.c.setting, bindparam("prefix", type_=Text)),
        office_setting.c.setting > bindparam("after"),
        (office_setting.c.content["active"].as_boolean())
        | (func.jsonb_array_length(office_setting.c.content["services"]) > 0),
    )
    .order_by(office_setting.c.setting)
    .limit(bindparam("count", type_=Integer))
)

_CHANGE: Final[Select[Any]] = select(
    office_setting_change, (office_setting_change.c.version == office_setting.c.version).label("current")
).join_from(
    office_setting_change,
    office_setting,
    (office_setting.c.her_id == office_setting_change.c.her_id)
    & (office_setting.c.setting == office_setting_change.c.setting),
)
_CHANGES: Final = (
    _CHANGE.where(
        office_setting_change.c.her_id == bindparam("her_id"),
        office_setting_change.c.sequence < bindparam("before", type_=BigInteger),
        bindparam("setting", type_=Text).is_(None) | (office_setting_change.c.setting == bindparam("setting")),
        bindparam("about_people", type_=Boolean)
        | ~(
            func.starts_with(office_setting_change.c.setting, EDITORS)
            | func.starts_with(office_setting_change.c.setting, BLOCKED_PATIENTS)
        ),
    )
    .order_by(office_setting_change.c.sequence.desc())
    .limit(bindparam("count", type_=Integer))
)
_ONE_CHANGE: Final = _CHANGE.where(
    office_setting_change.c.her_id == bindparam("her_id"), office_setting_change.c.change_id == bindparam("change_id")
)

_EDITED: Final = text("""
    SELECT p.her_id
    FROM office_person p
    JOIN office_setting s ON s.her_id = p.her_id AND s.setting = 'editors/' || p.person_id
    WHERE p.citizen = :citizen AND p.role = 'editor' AND (s.content ->> 'active')::boolean
    ORDER BY p.her_id
""").bindparams(bindparam("citizen", type_=Text))

# always one row
_PATIENT: Final = (
    text("""
        SELECT g.hpr_number, g.her_id, r.read_at IS NOT NULL AS lists_known, s.content -> 'services' AS blocked,
               p.person_id AS block_id
        FROM (SELECT) one
        LEFT JOIN gp_register_position r ON true
        LEFT JOIN patient_gp g ON g.citizen = :citizen
        LEFT JOIN office_person p ON p.citizen = :citizen AND p.her_id = g.her_id AND p.role = 'blocked'
        LEFT JOIN office_setting s ON s.her_id = p.her_id AND s.setting = 'blocked-patients/' || p.person_id
    """)
    .bindparams(bindparam("citizen", type_=Text))
    .columns(blocked=JSONB, lists_known=Boolean)
)

_CURSOR: Final = select(gp_register_position.c.cursor)


@dataclass(frozen=True, slots=True)
class Kept(Generic[C]):
    """A setting as it is now. Version 0 is one that nobody has set."""

    name: str
    content: C
    version: int = 0
    changed_at: datetime | None = None
    changed_by_name: str | None = None
    changed_by_role: Role | None = None
    changed_by_hpr_number: str | None = None

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


@dataclass(frozen=True, slots=True)
class Patient:
    """`lists_known` is whether the register's patient lists have ever been read; without, nothing is known."""

    hpr_number: str | None
    her_id: int | None
    lists_known: bool
    blocked: frozenset[Service]
    block_id: UUID | None


def _kept(row: Row[Any], setting: Setting[C]) -> Kept[C]:
    return Kept(
        name=row.setting,
        content=setting.read(row.content),
        version=row.version,
        changed_at=row.changed_at,
        changed_by_name=row.changed_by_name,
        changed_by_role=row.changed_by_role,
        changed_by_hpr_number=row.changed_by_hpr_number,
    )


async def find_setting(connection: Connection, her_id: int, setting: Setting[C]) -> Kept[C]:
    row = (await connection.execute(_ONE, {"her_id": her_id, "setting": setting.name})).first()
    return _kept(row, setting) if row else Kept(setting.name, setting.initial)


async def find_settings(connection: Connection, her_id: int, settings: Sequence[Setting[C]]) -> list[Kept[C]]:
    """In the order asked for, also those that nobody has set."""
    names = [setting.name for setting in settings]
    rows = {row.setting: row for row in await connection.execute(_NAMED, {"her_id": her_id, "settings": names})}
    return [_kept(rows[it.name], it) if it.name in rows else Kept(it.name, it.initial) for it in settings]


async def contents_by_name(connection: Connection, her_id: int, names: Sequence[str]) -> Mapping[str, object]:
    """Without those that nobody has set."""
    rows = await connection.execute(_NAMED, {"her_id": her_id, "settings": names})
    return {row.setting: row.content for row in rows}


async def list_about_people(
    connection: Connection, her_id: int, prefix: str, setting: Setting[C], after: str, count: int
) -> list[Kept[C]]:
    """Editors or blocks in force, by name; `setting` is any one of the kind."""
    values = {"her_id": her_id, "prefix": prefix, "after": after, "count": count}
    return [_kept(row, setting) for row in await connection.execute(_ABOUT_PEOPLE, values)]


async def list_changes(
    connection: Connection, her_id: int, setting: str | None, before: int, count: int, *, about_people: bool = True
) -> Sequence[Row[Any]]:
    """H6, newest first; without editors and blocks unless `about_people`."""
    values = {
        "her_id": her_id,
        "setting": setting,
        "before": before,
        "count": count,
        "about_people": about_people,
    }
    found: Sequence[Row[Any]] = (await connection.execute(_CHANGES, values)).all()
    return found


async def find_change(connection: Connection, her_id: int, change_id: UUID) -> Row[Any] | None:
    values = {"her_id": her_id, "change_id": change_id}
    found: Row[Any] | None = (await connection.execute(_ONE_CHANGE, values)).first()
    return found


async def offices_edited_by(connection: Connection, citizen: str) -> list[int]:
    """HER-ids of the offices that have appointed the person (H5)."""
    return list((await connection.scalars(_EDITED, {"citizen": citizen})).all())


async def find_patient(connection: Connection, citizen: str) -> Patient:
    row = (await connection.execute(_PATIENT, {"citizen": citizen})).one()
    return Patient(row.hpr_number, row.her_id, row.lists_known, frozenset(row.blocked or ()), row.block_id)


async def patient_lists_cursor(connection: AsyncConnection) -> str | None:
    """How far the register's changes have been read; None before the first reading."""
    cursor: str | None = await connection.scalar(_CURSOR)
    return cursor
