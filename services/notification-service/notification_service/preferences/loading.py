"""Taking over what a whole population has chosen elsewhere: from a contact register, for sandboxes, for load tests.

The contact points count as confirmed, because their register has seen to that.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from notification_service.preferences.addresses import AddressMalformed, kept_address
from notification_service.preferences.models import CitizenSettings
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.planning import analyse

_CHUNK: Final = 10_000
_ADD: Final = """
    INSERT INTO notification_settings (citizen, language, phone, email, channels, quiet_hours, version, changed_at)
    SELECT citizen, language, phone, email, channels::jsonb, quiet_hours, 1, $7
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS given (citizen, language, phone, email, channels, quiet_hours)
    ON CONFLICT DO NOTHING
"""


async def load(database: Database, rows: Iterable[tuple[str, CitizenSettings]], now: datetime) -> int:
    """Adds settings by citizen reference, in one transaction; who has chosen here already keeps that. Returns how many
    were added.
    """
    added, remaining = 0, iter(rows)
    async with database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
        while chunk := [_columns(citizen, settings) for citizen, settings in islice(remaining, _CHUNK)]:
            columns = zip(*chunk, strict=True)
            done = await connection.execute(_ADD, *map(list, columns), now)
            added += int(done.rpartition(" ")[2])
        await analyse(connection)
    return added


def _columns(citizen: str, settings: CitizenSettings) -> tuple[str | None, ...]:
    channels, quiet_hours = json.dumps(dict(settings.channels)), str(settings.quiet_hours or "")
    return citizen, settings.language, settings.phone, _email(settings.email), channels, quiet_hours


def _email(given: str | None) -> str | None:
    """What is no address is left out: nothing could be sent to it."""
    try:
        return kept_address(given) if given else None
    except AddressMalformed:
        return None
