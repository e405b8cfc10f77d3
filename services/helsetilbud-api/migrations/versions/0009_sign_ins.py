"""Sign-ins of citizens at suppliers' OpenID Connect clients (M3)."""

from alembic import op

from shared import schema

revision = "0009"
down_revision = "0008"

TABLES = """
-- one row from the pushed request to the end of its token; what is secret is kept as a digest
CREATE TABLE launch_sign_in (
    request_digest bytea NOT NULL,
    client_id      text NOT NULL,
    parameters     jsonb NOT NULL,
    proof_key      text,
    tool_id        uuid NOT NULL,
    citizen        text COLLATE "C" NOT NULL,
    subject        uuid NOT NULL,
    acting_subject uuid NOT NULL,
    relation       text NOT NULL,
    launched_at    timestamptz NOT NULL,
    -- of the step that it has come to: of the request, the code, the token
    expires_at     timestamptz NOT NULL,
    authorized_at  timestamptz,
    code_digest    bytea,
    redeemed_at    timestamptz,
    token_digest   bytea,
    revoked_at     timestamptz,
    CONSTRAINT pk_launch_sign_in PRIMARY KEY (request_digest),
    CONSTRAINT uq_launch_sign_in_code_digest UNIQUE (code_digest),
    CONSTRAINT uq_launch_sign_in_token_digest UNIQUE (token_digest),
    CONSTRAINT ck_launch_sign_in_relation CHECK (relation IN ('self', 'parent', 'power-of-attorney'))
);

CREATE INDEX ix_launch_sign_in_expires_at ON launch_sign_in USING brin (expires_at);
"""


def upgrade() -> None:
    schema.run_sql(op, TABLES)
