"""Idempotency-Key: a repeated request has one effect and gets the same answer, also after a crash in between (P14).

The answer is stored in the transaction of the effect, so there is one exactly when the other is. A refusal has no
effect and is not stored: the same request may well succeed later. What is kept of the request is a keyed digest,
because its body can hold a national identity number.

A key is that of its caller: client, person, organisation and whom they act for. It is worked out here, from the token
that was verified, so that no route can give one caller's answer to another. Kept is a keyed digest of it, in the column
`client_id`: an answer can name a practitioner, and their citizen reference beside it would tell which pages are theirs.
Rows of the release before hold a client's id there and are found by nobody.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final

import asyncpg
from fastapi import Header, Request, Response
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.claims import CitizenToken, HelseIdToken
from shared.errors import DomainError, InvalidInput
from shared.language import Text
from shared.nationalid import HELD, holds_national_id
from shared.settings import ServiceSettings

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Chosen by the client for one act, a UUID say. Same key and body give the same answer for 7 days.",
    ),
]


# by chance the digits of one in some thousands would pass for a number
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class IdempotencyKeyReused(DomainError):
    status = 422
    code = "idempotency-key-reused"
    title: ClassVar[Text] = {
        "nb": "Nøkkelen er brukt før med en annen forespørsel.",
        "nn": "Nøkkelen er brukt før med ein annan førespurnad.",
        "en": "The key has been used before with another request.",
    }


class IdempotencyInProgress(DomainError):
    status = 409
    code = "idempotency-in-progress"
    title: ClassVar[Text] = {
        "nb": "Samme forespørsel er allerede under behandling.",
        "nn": "Same førespurnad er alt under behandling.",
        "en": "The same request is being handled already.",
    }

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


@dataclass(frozen=True)
class Answer:
    """What was answered; nothing in it is secret."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @cached_property
    def json(self) -> bytes:
        """The body, written once: it is both kept and sent."""
        return to_json(self.body)

    def response(self, *, replayed: bool = False) -> Response:
        extra = {"Idempotency-Replayed": "true"} if replayed else {}
        return Response(self.json, self.status, {**self.headers, **extra}, "application/json")


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request that may come again: whose it is, its key, and the digest of what it asks. Made by `repeatable`."""

    scope: str
    key: str
    fingerprint: bytes

    def check(self, row: Mapping[str, Any] | None) -> Answer | None:
        """The stored answer, None when there is none. Raises IdempotencyKeyReused when the request was another."""
        if row is None:
            return None
        if not hmac.compare_digest(row["fingerprint"], self.fingerprint):
            raise IdempotencyKeyReused()
        return Answer(row["status"], _plain(row["headers"]), _plain(row["body"]))


def _plain(value: Any) -> Any:
    """jsonb comes as text from the driver and as objects from SQLAlchemy."""
    return json.loads(value) if isinstance(value, str) else value


async def repeatable(request: Request, key: str | None) -> Repeatable | None:
    """None without a key: then each request is one of its own. The caller must have been let in by `shared.auth`.

    Whoever gives a stored answer checks first that the caller still has the right to the act.
    Raises InvalidInput for a key made of a national identity number, because keys are kept (I1).
    """
    if key is None:
        return None
    if not _UUID.fullmatch(key) and holds_national_id(key):
        raise InvalidInput(errors=[{"pointer": "/header/Idempotency-Key", "code": "holds-national-id", "detail": HELD}])
    token, secret = request.state.token, _secret(request)
    asked = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return Repeatable(scope_of(token, secret), key, hmac.digest(secret, asked, hashlib.sha256))


def scope_of(token: HelseIdToken | CitizenToken, secret: bytes) -> str:
    """Whose a key is: 128 bits of a digest, in hexadecimal."""
    return hmac.digest(secret, b"scope\n" + to_json(token.bearer), hashlib.sha256)[:16].hex()


def _secret(request: Request) -> bytes:
    settings: ServiceSettings = request.app.state.settings
    return settings.citizen_reference_keys[settings.citizen_reference_key_id].get_secret_value().encode()


LOOK_UP: Final = "SELECT fingerprint, status, headers, body FROM idempotent_answer WHERE client_id = $1 AND key = $2"
LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))"
KEEP: Final = (
    "INSERT INTO idempotent_answer (client_id, key, fingerprint, status, headers, body)"
    " VALUES ($1, $2, $3, $4, $5::jsonb, $6::json)"
)

_LOOK_UP = text("SELECT fingerprint, status, headers, body FROM idempotent_answer WHERE client_id = :c AND key = :k")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:c || ' ' || :k, 0))")
_KEEP = text(
    "INSERT INTO idempotent_answer (client_id, key, fingerprint, status, headers, body)"
    " VALUES (:c, :k, :f, :s, CAST(:h AS jsonb), CAST(:b AS json))"
)


async def find(connection: asyncpg.Connection, repeat: Repeatable) -> Answer | None:
    """The stored answer, by the driver's own connection."""
    return repeat.check(await connection.fetchrow(LOOK_UP, repeat.scope, repeat.key))


async def claim(session: AsyncSession, repeat: Repeatable | None) -> Answer | None:
    """At the start of the transaction: the stored answer, or None and the key is ours until the transaction ends.

    Raises IdempotencyInProgress while another request holds the key.
    """
    if repeat is None:
        return None
    names = {"c": repeat.scope, "k": repeat.key}
    if not await session.scalar(_LOCK, names):
        raise IdempotencyInProgress()
    return repeat.check((await session.execute(_LOOK_UP, names)).mappings().first())  # type: ignore[arg-type]


async def keep(session: AsyncSession, repeat: Repeatable | None, answer: Answer) -> None:
    """In the transaction of the effect."""
    if repeat is None:
        return
    values = {"c": repeat.scope, "k": repeat.key, "f": repeat.fingerprint, "s": answer.status}
    bodies = {"h": json.dumps(dict(answer.headers)), "b": answer.json.decode()}
    await session.execute(_KEEP, values | bodies)
