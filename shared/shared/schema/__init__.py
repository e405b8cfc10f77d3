"""The DDL of shared mechanism, and the way migrations run SQL."""

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
