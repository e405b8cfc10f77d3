"""The SELECT of Tasks, of the caller's own organisation only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from prescription_api.fhir.search import TaskSearch
from prescription_api.models import prescription
from prescription_api.queries import own_organisations
from shared.auth import Practitioner


async def search_tasks(
    connection: AsyncConnection,
    caller: Practitioner,
    search: TaskSearch,
    citizen: str | None,
    after: tuple[datetime, UUID] | None,
) -> Sequence[RowMapping]:
    """One more than asked for when there are more."""
    moment, key = prescription.c[search.sort_column], prescription.c.prescription_id
    statement = select(prescription).where(
        prescription.c.organisation.in_(own_organisations(caller)), *_conditions(search, citizen)
    )
    if search.sort.startswith("-"):
        statement = statement.order_by(moment.desc(), key.desc())
        beyond = tuple_(moment, key) < after if after else None
    else:
        statement = statement.order_by(moment, key)
        beyond = tuple_(moment, key) > after if after else None
    if beyond is not None:
        statement = statement.where(beyond)
    return (await connection.execute(statement.limit(search.count + 1))).mappings().all()


async def count_tasks(
    connection: AsyncConnection, caller: Practitioner, search: TaskSearch, citizen: str | None
) -> int:
    statement = select(func.count()).where(
        prescription.c.organisation.in_(own_organisations(caller)), *_conditions(search, citizen)
    )
    return int((await connection.execute(statement.select_from(prescription))).scalar_one())


def _conditions(search: TaskSearch, citizen: str | None) -> list[ColumnElement[bool]]:
    columns = prescription.c
    found = [criterion.condition(columns.prescribed_at) for criterion in search.authored]
    found += [criterion.condition(columns.changed_at) for criterion in search.changed]
    if citizen is not None:
        found.append(columns.citizen == citizen)
    if search.states is not None:
        found.append(columns.state.in_(search.states))
    if search.prescription_ids is not None:
        found.append(columns.prescription_id.in_(search.prescription_ids))
    if search.tool_ids is not None:
        found.append(columns.tool_id.in_(search.tool_ids))
    return found
