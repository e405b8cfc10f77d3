"""Use cases: showing that a contact point is one's own, and at which organisation, before tests are sent there."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from sqlalchemy import ColumnElement, delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.clients import Message
from notification_service.digests import Digests
from notification_service.preferences.errors import CodeExpired, CodeWrong, NothingToConfirm
from notification_service.preferences.models import CODE_LASTS, MOST_TRIES, code_of, masked
from notification_service.quotas import Quotas
from notification_service.sending.at_once import SECONDS, AtOnce
from notification_service.testers.errors import CodeNotSent
from notification_service.testers.models import CONFIRMED_LASTS, TestContact, Tester, test_contact
from notification_service.texts.templates import Templates
from shared.db import Database
from shared.errors import NotFound
from shared.events.notification import Channel
from shared.idempotency import IdempotencyInProgress, Repeatable

# after so long whoever had begun is gone
UNDER_WAY: Final = timedelta(seconds=SECONDS * 2)
_NAMES: Final = UUID("5b8c2b1e-9f0d-4a53-8d55-0c1d2a7e6f01")

_ASK: Final = insert(test_contact)
_ASK_ONCE: Final = _ASK.on_conflict_do_update(
    index_elements=[test_contact.c.test_contact_id],
    set_={name: _ASK.excluded[name] for name in ("created_at", "expires_at")},
    where=test_contact.c.created_at < _ASK.excluded.created_at - UNDER_WAY,
).returning(test_contact.c.test_contact_id)
_TRY: Final = text(
    "UPDATE test_contact SET tries = tries + 1 WHERE test_contact_id = :id AND organisation = :organisation"
    " AND person = :person RETURNING *"
)
_CONFIRM: Final = text(
    "UPDATE test_contact SET confirmed_at = :now, expires_at = :until"
    " WHERE test_contact_id = :id AND confirmed_at IS NULL RETURNING *"
)


def id_for(repeat: Repeatable | None) -> UUID:
    """The same for the same request: what it had begun is known again when it comes once more."""
    return uuid5(_NAMES, f"{repeat.scope} {repeat.key} {repeat.fingerprint.hex()}") if repeat else uuid4()


class Registering:
    """Sends codes. `secret` is what they are made from."""

    def __init__(self, templates: Templates, secret: bytes, digests: Digests, quotas: Quotas, at_once: AtOnce) -> None:
        self._templates, self._secret, self._digests = templates, secret, digests
        self._quotas, self._at_once = quotas, at_once

    async def ask(
        self, session: AsyncSession, own_id: UUID, who: Tester, channel: Channel, address: str, now: datetime
    ) -> TestContact:
        """Waits for its code from now on, instead of another that the person waits to confirm.

        Raises RateLimitExceeded, or IdempotencyInProgress when this very request is under way.
        """
        digest = self._digests.of(channel, address)
        self._quotas.testers_code(who.organisation, who.name, digest)
        waiting = (*_of(who, channel), test_contact.c.confirmed_at.is_(None), test_contact.c.test_contact_id != own_id)
        await session.execute(delete(test_contact).where(*waiting))
        new = TestContact(own_id, who.name, channel, masked(address), 0, now, now + CODE_LASTS, None)
        if (await session.execute(_ASK_ONCE, _row(new, who, digest))).first() is None:
            raise IdempotencyInProgress()
        return new

    async def send(self, database: Database, asked: TestContact, address: str, language: str) -> None:
        """With no connection held. Raises CodeNotSent; then there is nothing to confirm either."""
        code = code_of(self._secret, asked.test_contact_id)
        values = {"code": code, "minutes": str(int(CODE_LASTS.total_seconds()) // 60)}
        words = self._templates.compose("test-contact", asked.channel, language, values)
        message = Message(uuid4(), address, words.subject, words.text, language, urgent=True)
        if reason := await self._at_once.send(asked.channel, message):
            async with database.session() as session:
                own = test_contact.c.test_contact_id == asked.test_contact_id
                await session.execute(delete(test_contact).where(own, test_contact.c.confirmed_at.is_(None)))
            raise CodeNotSent(reason=reason)

    async def confirm(
        self, database: Database, who: Tester, test_contact_id: UUID, code: str, now: datetime
    ) -> TestContact:
        """Tests can be sent there for a year. Raises NotFound, NothingToConfirm, CodeExpired or CodeWrong.

        The try is counted in a transaction of its own, so that it counts although the answer is a refusal.
        """
        found = await _count_try(database, who, test_contact_id)
        if found.confirmed_at is not None:
            raise NothingToConfirm()
        if not found.open(now):
            raise CodeExpired()
        if not hmac.compare_digest(code_of(self._secret, test_contact_id), code):
            raise CodeWrong(triesLeft=MOST_TRIES - found.tries)
        async with database.session() as session:
            return await _take_into_use(session, who, found, now)


def _of(who: Tester, channel: Channel) -> tuple[ColumnElement[bool], ...]:
    own = (test_contact.c.organisation == who.organisation, test_contact.c.person == who.name)
    return (*own, test_contact.c.channel == channel)


def _row(new: TestContact, who: Tester, digest: bytes) -> Mapping[str, Any]:
    names = {name: getattr(new, name) for name in TestContact.__slots__}
    return names | {"organisation": who.organisation, "address": digest}


async def _count_try(database: Database, who: Tester, test_contact_id: UUID) -> TestContact:
    names = {"id": test_contact_id, "organisation": who.organisation, "person": who.name}
    async with database.session() as session:
        row = (await session.execute(_TRY, names)).mappings().first()
    if row is None:
        raise NotFound()
    return TestContact.of(row)


async def _take_into_use(session: AsyncSession, who: Tester, found: TestContact, now: datetime) -> TestContact:
    """In place of the one before. Raises NothingToConfirm when the person has meanwhile asked for something else."""
    names = {"id": found.test_contact_id, "now": now, "until": now + CONFIRMED_LASTS}
    row = (await session.execute(_CONFIRM, names)).mappings().first()
    if row is None:
        raise NothingToConfirm()
    earlier = (*_of(who, found.channel), test_contact.c.test_contact_id != found.test_contact_id)
    await session.execute(delete(test_contact).where(*earlier))
    return TestContact.of(row)


async def remove(session: AsyncSession, organisation: str, test_contact_id: UUID) -> None:
    """Also a colleague's who has left. Raises NotFound."""
    own = (test_contact.c.organisation == organisation, test_contact.c.test_contact_id == test_contact_id)
    removed = delete(test_contact).where(*own).returning(test_contact.c.test_contact_id)
    if (await session.execute(removed)).first() is None:
        raise NotFound()
