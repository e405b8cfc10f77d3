-- Who is the one of its kind that works (shared.leases): until when, by the database's clock. `holder` is a process's own.

CREATE TABLE lease (
    name    text PRIMARY KEY,
    holder  uuid NOT NULL,
    ends_at timestamptz NOT NULL
);
