"""Writing the access log, in one statement: one row for the call, and one for each citizen whom it was about.

What asks about many does it in the statement that answers, so that nobody is answered about without a trace.
"""

from collections.abc import Collection
from typing import Final

import asyncpg

from consent_api.access_log.models import Call

_LOGGED: Final = """
    WITH call AS (
        INSERT INTO access_call (
            at, kind, about, organisation, client_id, source_system, actor, represented, relation, act, allowed
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING call_id
    ), logged AS (
        INSERT INTO access_entry (citizen, at, call_id)
        SELECT concerned.citizen, $1, call.call_id FROM unnest($12::text[]) AS concerned (citizen), call
    )
"""


def logged(statement: str) -> str:
    """The statement with the log written by it: its first eleven parameters are `values_of` a call, the twelfth the
    citizens.
    """
    return _LOGGED + statement


_WRITE: Final = logged("SELECT 1")


def values_of(call: Call) -> tuple[object, ...]:
    return (
        call.at,
        call.kind,
        call.about,
        call.organisation,
        call.client_id,
        call.source_system,
        call.actor,
        call.represented,
        call.relation,
        call.act,
        call.allowed,
    )


async def write(connection: asyncpg.Connection, call: Call, citizens: Collection[str]) -> None:
    """`citizens` without doubles."""
    await connection.execute(_WRITE, *values_of(call), list(citizens))
