"""Statements made by SQLAlchemy and sent by the driver, for reads that measurements have shown to be hot (0009).

To send one through SQLAlchemy costs the processor three times as much, and more with every parameter and row.
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement

_DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Record(asyncpg.Record):  # type: ignore[misc]
    """With its columns as attributes, as SQLAlchemy's rows have them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class DriverStatement:
    """Compiled once. Its parameters go to the driver as they are, and its columns come as the driver has them: jsonb,
    for one, is text. Lists of parameters that grow (`IN`) are not for it.
    """

    def __init__(self, statement: Executable) -> None:
        assert isinstance(statement, CompilerElement)  # noqa: S101 - whatever can be executed is
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of a query
        self._sql = str(compiled)
        self._constants = compiled.params
        self._names = tuple(compiled.positiontup or ())

    async def fetch(self, connection: AsyncConnection, values: Mapping[str, Any]) -> list[Record]:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        given = {**self._constants, **values}
        rows: list[Record] = await driver.fetch(self._sql, *(given[it] for it in self._names), record_class=Record)
        return rows
