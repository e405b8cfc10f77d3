"""The steps of a sign-in, each one statement: of two that come at once the second waits, and finds the step taken."""

from typing import Final

from sqlalchemy import DateTime, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import LargeBinary

from helsetilbud_api.citizen.launching.service import PRESCRIBER, STARTABLE

_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_UNTIL: Final = bindparam("until", type_=DateTime(timezone=True))
_KEY: Final = bindparam("key", type_=Text)

PUSH: Final = text("""
    INSERT INTO launch_sign_in (
        request_digest, client_id, parameters, proof_key, tool_id, citizen, age, actor, subject, acting_subject,
        relation, launched_at, expires_at
    )
    VALUES (
        :digest, :client_id, :parameters, :key, :tool_id, :citizen, :age, :actor, :subject, :acting_subject,
        :relation, :launched_at, :until
    )
""").bindparams(
    bindparam("digest", type_=LargeBinary),
    bindparam("parameters", type_=JSONB),
    bindparam("actor", type_=Text),
    bindparam("launched_at", type_=DateTime(timezone=True)),
    _KEY,
    _UNTIL,
)

_REQUESTED: Final = """
    l.request_digest = :digest AND l.client_id = :client_id AND l.authorized_at IS NULL AND l.expires_at > :now
"""
_CODED: Final = "l.code_digest = :code AND l.client_id = :client_id AND l.redeemed_at IS NULL AND l.expires_at > :now"
WHOSE_REQUEST: Final = text(
    f"SELECT l.citizen, l.actor, l.relation FROM launch_sign_in l WHERE {_REQUESTED}"  # noqa: S608 - put together from constants
).bindparams(_NOW)
WHOSE_CODE: Final = text(
    f"SELECT l.citizen, l.actor, l.relation FROM launch_sign_in l WHERE {_CODED}"  # noqa: S608 - put together from constants
).bindparams(_NOW)

# The request is used, whether or not the tool may still be started.
AUTHORIZE: Final = (
    text(f"""
    UPDATE launch_sign_in l SET authorized_at = :now, expires_at = :until
    WHERE {_REQUESTED}
    RETURNING l.request_digest, l.parameters,
        EXISTS (SELECT FROM tool_copy t, citizen_tool m WHERE {STARTABLE}) AS startable
""")  # noqa: S608 - put together from constants
    .bindparams(_NOW, _UNTIL)
    .columns(parameters=JSONB)
)

KEEP_CODE: Final = text("UPDATE launch_sign_in SET code_digest = :code WHERE request_digest = :digest")

REDEEM: Final = (
    text(f"""
    UPDATE launch_sign_in l SET redeemed_at = :now
    FROM tool_copy t, citizen_tool m
    WHERE {_CODED} AND {STARTABLE}
    RETURNING l.request_digest, l.parameters, l.proof_key, l.tool_id, l.subject, l.acting_subject, l.relation,
        l.launched_at
""")  # noqa: S608 - put together from constants
    .bindparams(_NOW)
    .columns(parameters=JSONB, tool_id=Uuid, subject=Uuid, acting_subject=Uuid)
)

# RFC 6749, section 4.1.2: a code that is used twice takes back what was given for it.
REVOKE: Final = text("""
    UPDATE launch_sign_in SET revoked_at = coalesce(revoked_at, :now)
    WHERE code_digest = :code AND client_id = :client_id AND redeemed_at IS NOT NULL
""").bindparams(_NOW)

KEEP_TOKEN: Final = text("""
    UPDATE launch_sign_in SET token_digest = :token, proof_key = :key, expires_at = :until
    WHERE request_digest = :digest
""").bindparams(_KEY, _UNTIL)

SIGNED_IN: Final = text(f"""
    SELECT l.citizen, l.actor, l.proof_key, l.tool_id, l.subject, l.acting_subject, l.relation, l.launched_at,
        {PRESCRIBER}
    FROM launch_sign_in l, tool_copy t, citizen_tool m
    WHERE l.token_digest = :token AND l.revoked_at IS NULL AND l.expires_at > :now AND {STARTABLE}
""").bindparams(_NOW)  # noqa: S608 - put together from constants
