"""The DDL of shared mechanism, and the way migrations run SQL."""

import re
from importlib.resources import files

from alembic.operations import Operations
from sqlalchemy.util import await_only


def statements(*names: str) -> str:
    """The SQL of these files, in order."""
    return "\n".join(files(__name__).joinpath(f"{name}.sql").read_text("utf-8") for name in names)


def run(op: Operations, *names: str) -> None:
    """Runs these files in a migration's transaction."""
    run_sql(op, statements(*names))


def run_sql(op: Operations, sql: str) -> None:
    """Runs several statements at once, which only the driver's simple protocol does."""
    connection = op.get_bind()
    connection.exec_driver_sql("SELECT 1")  # the driver's own call would not begin SQLAlchemy's transaction
    await_only(connection.connection.driver_connection.execute(sql))  # type: ignore[union-attr]


def run_concurrently(op: Operations, sql: str) -> None:
    """Makes and drops indexes while others read and write: what a migration does to a table that is in use.

    Each statement by itself, outside a transaction; what a failed try left behind is made anew. Without a time limit on
    locks: nobody waits behind this, and it has to wait for whoever began before it.
    """
    usual = op.get_bind().exec_driver_sql("SHOW lock_timeout").scalar_one()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        sql = re.sub(r"--.*", "", sql)
        for statement in filter(None, map(str.strip, sql.split(";"))):
            if made := re.fullmatch(r"CREATE INDEX (\w+) ON .*", statement, re.DOTALL):
                op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {made[1]}")
            op.execute(re.sub(r"^(CREATE|DROP) INDEX", r"\1 INDEX CONCURRENTLY", statement))
        op.execute(f"SET lock_timeout = '{usual}'")
