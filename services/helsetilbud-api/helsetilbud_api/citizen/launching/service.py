"""Handing a citizen over to a tool, signed in (M3): a code that its supplier redeems for who has come.

The code is kept as a digest. Whom it stands for is said by pairwise subjects (OpenID Connect Core, section 8.1):
random, one for each citizen and supplier, so that two suppliers cannot join what they know.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Row, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen.errors import LaunchNotFound
from helsetilbud_api.citizen.launching.permission import is_permitted
from helsetilbud_api.citizen.models import Launch, User
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.clients.permissions import PermissionClient
from shared.auth import Citizen, Machine
from shared.db import Database
from shared.schemas import rfc3339

LIFE: Final = timedelta(seconds=60)

_SUBJECT: Final = text("""
    INSERT INTO pairwise_subject AS p (citizen, supplier, subject) VALUES (:citizen, :supplier, :subject)
    ON CONFLICT (citizen, supplier) DO UPDATE SET subject = p.subject
    RETURNING subject
""").bindparams(bindparam("citizen", type_=Text), bindparam("supplier", type_=Text), bindparam("subject", type_=Uuid))

_ISSUE: Final = text("""
    INSERT INTO launch (
        digest, tool_id, supplier, citizen, age, actor, subject, acting_subject, relation, issued_at, expires_at
    )
    VALUES (
        :digest, :tool_id, :supplier, :citizen, :age, :actor, :subject, :acting_subject, :relation, :now, :expires_at
    )
""").bindparams(
    bindparam("actor", type_=Text),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("expires_at", type_=DateTime(timezone=True)),
)

# What has been withdrawn, deleted or hidden since it was opened (`l`) is not started (K4, S6), nor what may not be
# opened any longer by who is there, as `access_rules.why_not_opened`. Of whom no age is known is old enough for nothing
# that asks for one.
STARTABLE: Final = """
    t.tool_id = l.tool_id AND NOT t.stopped
    AND m.citizen = l.citizen AND m.tool_id = l.tool_id AND m.state = 'active'
    AND EXISTS (SELECT FROM consent_copy c WHERE c.citizen = l.citizen AND c.level = 'full')
    AND (l.relation = 'self' OR coalesce(CAST(t.document -> 'representativeMayUse' AS boolean), false))
    AND coalesce(l.age, 0) >= coalesce(CAST(t.document -> 'minimumAge' AS integer), 0)
"""
PRESCRIBER: Final = """
    m.prescription_id, m.prescriber_name, m.prescriber_profession, m.organisation, m.organisation_name, m.added_at
"""

_GOOD: Final = """
    l.digest = :digest AND l.tool_id = ANY(:tools) AND l.supplier = ANY(:suppliers)
    AND l.redeemed_at IS NULL AND l.expires_at > :now
"""
_ASKED: Final = (
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("tools", type_=ARRAY(Uuid)),
    bindparam("suppliers", type_=ARRAY(Text)),
)
_WHOSE: Final = text(f"SELECT l.citizen, l.actor, l.relation FROM launch l WHERE {_GOOD}").bindparams(*_ASKED)  # noqa: S608
# One statement: of two that come at once the second waits, and then finds the code used.
_REDEEM: Final = text(f"""
    UPDATE launch l SET redeemed_at = :now
    FROM tool_copy t, citizen_tool m
    WHERE {_GOOD} AND {STARTABLE}
    RETURNING l.tool_id, l.citizen, l.age, l.actor, l.subject, l.acting_subject, l.relation, l.issued_at, {PRESCRIBER}
""").bindparams(*_ASKED)  # noqa: S608 - put together from constants


async def launch_address(
    session: AsyncSession, caller: Citizen, launch: Launch, now: datetime, issuer: LaunchIssuer | None = None
) -> str:
    """The supplier's address with a code that is good once, for a minute.

    Where the supplier has an OpenID Connect client for the tool, it is told to sign in as section 4 of OpenID Connect
    Core has it: `iss`, and the code as `login_hint`.
    """
    subject = await _subject(session, caller.acting_for, launch.supplier)
    acting = subject if caller.represents is None else await _subject(session, caller.reference, launch.supplier)
    code = secrets.token_urlsafe(32)
    issued = {
        "digest": _digest(code),
        "tool_id": launch.tool_id,
        "supplier": launch.supplier,
        "citizen": caller.acting_for,
        "age": User.of(caller, now).age,
        "actor": caller.represents and caller.reference,
        "subject": subject,
        "acting_subject": acting,
        "relation": caller.relation or "self",
        "now": now,
        "expires_at": now + LIFE,
    }
    await session.execute(_ISSUE, issued)
    told = {"launch": code}
    if issuer and issuer.signs_in(launch):
        told |= {"iss": issuer.url, "login_hint": code}
    return _with_query(launch.address, told)


async def redeem(
    database: Database,
    session: AsyncSession,
    permissions: PermissionClient,
    caller: Machine,
    code: str,
    tool_id: UUID,
    now: datetime,
) -> dict[str, Any]:
    """Who has come to the supplier's tool. Raises LaunchNotFound, whatever is wrong with the code, and
    ConsentServiceUnavailable.
    """
    suppliers = [number for number in (caller.organisation, caller.organisation_child) if number]
    await require_permitted(database, permissions, code, [tool_id], suppliers, now)
    row = await use_code(session, code, [tool_id], suppliers, now)
    return {
        "toolId": str(row.tool_id),
        "subject": str(row.subject),
        "actingPerson": {"subject": str(row.acting_subject), "relation": row.relation},
        "launchedAt": rfc3339(row.issued_at),
        "prescribers": prescribers_of(row),
    }


async def require_permitted(
    database: Database,
    permissions: PermissionClient,
    code: str,
    tools: Sequence[UUID],
    suppliers: Sequence[str],
    now: datetime,
) -> None:
    """Whoever the code stands for still has the right to come. Uses nothing. Raises LaunchNotFound or
    ConsentServiceUnavailable.
    """
    asked = {"digest": _digest(code), "tools": tools, "suppliers": suppliers, "now": now}
    async with database.reader() as connection:
        row = (await connection.execute(_WHOSE, asked)).first()
    if row is None or not await is_permitted(permissions, row):
        raise LaunchNotFound()


async def use_code(
    session: AsyncSession, code: str, tools: Sequence[UUID], suppliers: Sequence[str], now: datetime
) -> Row[Any]:
    """Whom the code stands for. It is used from now on. Raises LaunchNotFound, and leaves it as it is."""
    asked = {"digest": _digest(code), "tools": tools, "suppliers": suppliers, "now": now}
    row = (await session.execute(_REDEEM, asked)).first()
    if row is None:
        raise LaunchNotFound()
    return row


async def _subject(session: AsyncSession, citizen: str, supplier: str) -> UUID:
    values = {"citizen": citizen, "supplier": supplier, "subject": uuid4()}
    subject: UUID = (await session.execute(_SUBJECT, values)).scalar_one()
    return subject


def prescribers_of(row: Row[Any]) -> list[dict[str, Any]]:
    """P11. Nobody where the citizen has added the tool alone. The row has the columns of PRESCRIBER."""
    if row.prescription_id is None:
        return []
    prescriber = {
        "name": row.prescriber_name,
        "profession": row.prescriber_profession,
        "organisation": row.organisation,
        "organisationName": row.organisation_name,
        "prescribedAt": rfc3339(row.added_at),
    }
    return [prescriber]


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _with_query(address: str, told: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(told))))
    return urlunsplit(parts._replace(query=query))
