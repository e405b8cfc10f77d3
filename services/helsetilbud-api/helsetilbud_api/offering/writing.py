"""The writes of the offering: prebuilt statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.offering.models import (
    gp_register_position,
    office_person,
    office_setting,
    office_setting_change,
    patient_gp,
)

_setting = upsert(office_setting)
# In one statement: the second of two who change the same version waits for the first's commit and then finds nothing.
_CHANGE: Final = _setting.on_conflict_do_update(
    index_elements=["her_id", "setting"],
    set_={column.name: _setting.excluded[column.name] for column in office_setting.columns if not column.primary_key},
    where=office_setting.c.version == _setting.excluded.version - 1,
).returning(office_setting.c.version)
_REMEMBER: Final = insert(office_setting_change)

_person = upsert(office_person)
# Changes nothing when the person is there, but holds the row until the transaction ends.
_ADMIT: Final = _person.on_conflict_do_update(
    index_elements=["citizen", "her_id", "role"], set_={"role": _person.excluded.role}
).returning(office_person.c.person_id)

_list = upsert(patient_gp)
_MOVE: Final = _list.on_conflict_do_update(
    index_elements=["citizen"],
    set_={name: _list.excluded[name] for name in ("hpr_number", "her_id", "sequence")},
    where=patient_gp.c.sequence < _list.excluded.sequence,
)
_position = upsert(gp_register_position)
_KEEP_POSITION: Final = _position.on_conflict_do_update(
    index_elements=["only_row"],
    set_={"cursor": _position.excluded.cursor, "read_at": _position.excluded.read_at},
)


async def change_setting(session: AsyncSession, row: dict[str, Any], restored_version: int | None) -> bool:
    """Whether it was changed: not when somebody else has made this version."""
    if (await session.execute(_CHANGE, row)).first() is None:
        return False
    await session.execute(_REMEMBER, row | {"change_id": uuid4(), "restored_version": restored_version})
    return True


async def admit_person(session: AsyncSession, citizen: str, her_id: int, role: str) -> UUID:
    """The id that the person has at the office in this role, a new one or the one from before."""
    row = {"citizen": citizen, "her_id": her_id, "role": role, "person_id": uuid4()}
    person_id: UUID = (await session.execute(_ADMIT, row)).scalar_one()
    return person_id


async def move_patients(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Onto other lists, unless something newer is known."""
    await session.execute(_MOVE, rows)


async def keep_position(session: AsyncSession, cursor: str, now: datetime) -> None:
    await session.execute(_KEEP_POSITION, {"only_row": True, "cursor": cursor, "read_at": now})
