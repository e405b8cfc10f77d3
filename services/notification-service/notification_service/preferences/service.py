"""Use cases: choosing how to be notified, and showing that a contact point is one's own."""

import hmac
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying import service as notifying
from notification_service.notifying.models import URGENT, notification, step
from notification_service.notifying.queries import lock_citizens
from notification_service.preferences import queries
from notification_service.preferences.errors import (
    CodeExpired,
    CodeWrong,
    ContactPointMissing,
    NothingToConfirm,
    TooManyCodes,
)
from notification_service.preferences.models import (
    CODE_LASTS,
    MOST_CODES_AN_HOUR,
    MOST_TRIES,
    CitizenSettings,
    Confirmation,
    code_of,
    contact_confirmation,
    notification_settings,
)
from shared.correlation import current
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.events.notification import Channel
from shared.http import etag_is

_VALUES: Final = insert(notification_settings)
# In one statement: the second of two who change the same version waits for the first's commit and then finds nothing.
_CHANGE: Final = _VALUES.on_conflict_do_update(
    index_elements=[notification_settings.c.citizen],
    set_={c.name: _VALUES.excluded[c.name] for c in notification_settings.c if c.name != "citizen"},
    where=notification_settings.c.version == _VALUES.excluded.version - 1,
).returning(notification_settings.c.version)

_ASK: Final = insert(contact_confirmation)
_ASK_ANEW: Final = _ASK.on_conflict_do_update(
    index_elements=[contact_confirmation.c.citizen, contact_confirmation.c.channel],
    set_={name: _ASK.excluded[name] for name in ("confirmation_id", "contact_point", "tries", "expires_at")},
)
_TRY: Final = text(
    "UPDATE contact_confirmation SET tries = tries + 1 WHERE citizen = :citizen AND channel = :channel"
    " RETURNING confirmation_id, contact_point, tries - 1, expires_at"
)
_COLUMN: Final[dict[Channel, str]] = {"sms": "phone", "email": "email"}
_CHANNELS: Final[tuple[Channel, ...]] = ("sms", "email")

# Counts a code that is to be sent there. Raises RateLimitExceeded.
Allowance = Callable[[Channel, str], None]


async def change_settings(
    session: AsyncSession, citizen: str, wanted: CitizenSettings, if_match: str, allowance: Allowance, now: datetime
) -> CitizenSettings:
    """`wanted.version` is ignored. A new contact point waits for its code; until then the earlier one is used.

    Raises ContactPointMissing, PreconditionFailed, TooManyCodes or RateLimitExceeded.
    """
    _check_contact_points(wanted)
    await lock_citizens(session, citizen)
    known = await queries.find_settings(session, citizen)
    if not etag_is(if_match, known.etag):
        raise PreconditionFailed()
    changed = await _change(session, citizen, _kept(known, wanted), now)
    pending = await queries.find_confirmations(session, citizen)
    for channel in _CHANNELS:
        await _confirm_anew(session, citizen, channel, wanted, changed, pending, allowance, now)
    return changed


def _check_contact_points(wanted: CitizenSettings) -> None:
    for channel in {channel for chosen in wanted.channels.values() for channel in chosen}:
        if wanted.contact_point(channel) is None:
            raise ContactPointMissing(channel=channel)


def _kept(known: CitizenSettings, wanted: CitizenSettings) -> CitizenSettings:
    """What counts from now on: a contact point that was taken away is gone, a new one is not there yet."""
    phone, email = (known.contact_point(c) if wanted.contact_point(c) else None for c in _CHANNELS)
    return replace(wanted, version=known.version + 1, phone=phone, email=email)


async def _change(session: AsyncSession, citizen: str, changed: CitizenSettings, now: datetime) -> CitizenSettings:
    row = asdict(changed) | {"citizen": citizen, "changed_at": now, "quiet_hours": str(changed.quiet_hours or "")}
    if (await session.execute(_CHANGE, row)).first() is None:
        raise PreconditionFailed()
    return changed


async def _confirm_anew(
    session: AsyncSession,
    citizen: str,
    channel: Channel,
    wanted: CitizenSettings,
    changed: CitizenSettings,
    pending: dict[Channel, Confirmation],
    allowance: Allowance,
    now: datetime,
) -> None:
    """Sends a code to what is new; takes back what is no longer asked for. A code on its way is left alone."""
    contact, waiting = wanted.contact_point(channel), pending.get(channel)
    if contact is None or contact == changed.contact_point(channel):
        await session.execute(delete(contact_confirmation).where(*_confirmation_of(citizen, channel)))
    elif waiting is None or waiting.contact_point != contact or not waiting.open(now):
        await _send_code(session, citizen, channel, contact, changed.language, allowance, now)


def _confirmation_of(citizen: str, channel: Channel) -> tuple[Any, ...]:
    return contact_confirmation.c.citizen == citizen, contact_confirmation.c.channel == channel


async def send_code_again(
    session: AsyncSession, citizen: str, channel: Channel, allowance: Allowance, now: datetime
) -> None:
    """A new code in place of the one before. Raises NothingToConfirm, TooManyCodes or RateLimitExceeded."""
    await lock_citizens(session, citizen)
    waiting = (await queries.find_confirmations(session, citizen)).get(channel)
    if waiting is None:
        raise NothingToConfirm()
    settings = await queries.find_settings(session, citizen)
    await _send_code(session, citizen, channel, waiting.contact_point, settings.language, allowance, now)


async def _send_code(
    session: AsyncSession,
    citizen: str,
    channel: Channel,
    contact: str,
    language: str,
    allowance: Allowance,
    now: datetime,
) -> None:
    count, first = await queries.count_codes(session, citizen, now - timedelta(hours=1))
    if count >= MOST_CODES_AN_HOUR and first is not None:
        raise TooManyCodes(int((first + timedelta(hours=1) - now).total_seconds()) + 1)
    allowance(channel, contact)
    confirmation_id, expires_at = uuid4(), now + CODE_LASTS
    row = {"citizen": citizen, "channel": channel, "contact_point": contact, "tries": 0}
    await session.execute(_ASK_ANEW, row | {"confirmation_id": confirmation_id, "expires_at": expires_at})
    message = _code_message(citizen, channel, str(confirmation_id), language, now, expires_at)
    await session.execute(insert(notification), message)
    notifying.wake(session, [message], now)


def _code_message(
    citizen: str, channel: Channel, about: str, language: str, now: datetime, expires_at: datetime
) -> dict[str, Any]:
    """Urgent: the citizen sits and waits for it, also at night."""
    own_id = uuid4()
    what = {"citizen": citizen, "about": about, "kind": "contact-confirmation", "occasion": "", "category": "account"}
    ids = {"notification_id": own_id, "message_id": own_id, "event_id": own_id, "carrier": True, "lane": URGENT}
    ids |= {"urgent": True}
    times = {"happened_at": now, "created_at": now, "due_at": now, "not_after": expires_at}
    state = {"status": "waiting", "attempts": 0, "trail": [step("created", now, channel=channel)]}
    return what | ids | times | state | {"channel": channel, "language": language, "correlation": asdict(current())}


async def confirm_contact_point(
    database: Database, secret: bytes, citizen: str, channel: Channel, code: str, now: datetime
) -> None:
    """From now on it is what this channel uses. Raises NothingToConfirm, CodeExpired or CodeWrong.

    The try is counted in a transaction of its own, so that it counts although the answer is a refusal.
    """
    waiting = await _count_try(database, citizen, channel)
    if waiting is None:
        raise NothingToConfirm()
    if not waiting.open(now):
        raise CodeExpired()
    if not hmac.compare_digest(code_of(secret, waiting.confirmation_id), code):
        raise CodeWrong(triesLeft=MOST_TRIES - waiting.tries - 1)
    async with database.session() as session:
        await _take_into_use(session, citizen, channel, waiting, now)


async def _count_try(database: Database, citizen: str, channel: Channel) -> Confirmation | None:
    async with database.session() as session:
        row = (await session.execute(_TRY, {"citizen": citizen, "channel": channel})).first()
    return Confirmation(*row) if row else None


async def _take_into_use(
    session: AsyncSession, citizen: str, channel: Channel, waiting: Confirmation, now: datetime
) -> None:
    """Raises NothingToConfirm when the citizen has meanwhile asked for something else."""
    own = (*_confirmation_of(citizen, channel), contact_confirmation.c.confirmation_id == waiting.confirmation_id)
    if (await session.execute(delete(contact_confirmation).where(*own))).rowcount == 0:  # type: ignore[attr-defined]
        raise NothingToConfirm()
    values = {_COLUMN[channel]: waiting.contact_point, "changed_at": now}
    settings = update(notification_settings).where(notification_settings.c.citizen == citizen)
    await session.execute(settings.values(values | {"version": notification_settings.c.version + 1}))
