"""Every SELECT about settings, each for one citizen."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from notification_service.preferences.models import (
    CitizenSettings,
    Confirmation,
    contact_confirmation,
    notification_settings,
    quiet_hours_of,
)
from shared.events.notification import Channel

_SETTINGS: Final = select(
    notification_settings.c.language,
    notification_settings.c.phone,
    notification_settings.c.email,
    notification_settings.c.channels,
    notification_settings.c.quiet_hours,
    notification_settings.c.version,
).where(notification_settings.c.citizen == bindparam("citizen"))

_CONFIRMATIONS: Final = select(
    contact_confirmation.c.channel,
    contact_confirmation.c.confirmation_id,
    contact_confirmation.c.contact_point,
    contact_confirmation.c.tries,
    contact_confirmation.c.expires_at,
).where(contact_confirmation.c.citizen == bindparam("citizen"))

_CODES: Final = text(
    "SELECT count(*), min(created_at) FROM notification"
    " WHERE citizen = :citizen AND kind = 'contact-confirmation' AND created_at > :since"
)


async def find_settings(connection: AsyncConnection | AsyncSession, citizen: str) -> CitizenSettings:
    row = (await connection.execute(_SETTINGS, {"citizen": citizen})).mappings().first()
    return settings_of(row) if row else CitizenSettings()


def settings_of(row: Any) -> CitizenSettings:
    """From a row that has these columns among others; what is None there is as if it had never been set."""
    if row["language"] is None:
        return CitizenSettings()
    quiet_hours = quiet_hours_of(row["quiet_hours"])
    return CitizenSettings(
        row["language"], row["phone"], row["email"], row["channels"] or {}, quiet_hours, row["version"]
    )


async def find_confirmations(connection: AsyncConnection | AsyncSession, citizen: str) -> dict[Channel, Confirmation]:
    rows = await connection.execute(_CONFIRMATIONS, {"citizen": citizen})
    return {row[0]: Confirmation(*row[1:]) for row in rows}


async def count_codes(session: AsyncSession, citizen: str, since: datetime) -> tuple[int, datetime | None]:
    """How many codes the citizen has asked for since, and when the first of these was."""
    count, first = (await session.execute(_CODES, {"citizen": citizen, "since": since})).one()
    return count, first
