"""What an unexpected error of a driver means: something is away for a while, or what was sent cannot be stored."""

from typing import Final

import asyncpg
import httpx
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_AWAY = (
    ConnectionError,
    TimeoutError,
    PoolTimeout,
    OperationalError,
    InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # used in the instant in which the server closes it
    asyncpg.OperatorInterventionError,  # 57: shut down, not up yet, dropped, or cancelled
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # no primary any more
    asyncpg.TooManyConnectionsError,
    httpx.TransportError,
)
# what may be an outage: every error that `is_outage` says yes to is one of these
MAY_BE: Final = (DBAPIError, *_AWAY)


def is_outage(error: BaseException) -> bool:
    """Whether the same request may well succeed in a few seconds."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, _AWAY) or _is_away(error.orig)
    return isinstance(error, _AWAY)


def _is_away(cause: BaseException | None) -> bool:
    """SQLAlchemy wraps the driver's error twice; the driver's own is the cause."""
    return isinstance(cause, _AWAY) or (cause is not None and isinstance(cause.__cause__, _AWAY))


def is_read_only(error: BaseException | None) -> bool:
    """Whether the server refused to write (SQLSTATE 25006); the driver's own error or SQLAlchemy's around it."""
    while error is not None and not isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        error = error.orig if isinstance(error, DBAPIError) else error.__cause__
    return error is not None


_UNSTORABLE = (asyncpg.DataError, UnicodeEncodeError)


def is_unstorable(error: BaseException) -> bool:
    """Text that PostgreSQL has no way to hold: NUL, or half of a surrogate pair.

    The driver wraps what its encoder says, and SQLAlchemy the driver's error twice.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None and not isinstance(cause, _UNSTORABLE):
        cause = cause.__cause__
    return cause is not None
