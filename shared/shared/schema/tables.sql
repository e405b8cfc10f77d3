-- The tables of shared mechanism, in every service's database. Each service's first migration runs this file.

CREATE TABLE outbox (
    created_at timestamptz NOT NULL DEFAULT now(),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    event_id   uuid NOT NULL,
    name       text NOT NULL,
    payload    jsonb NOT NULL,
    due_at     timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz,
    PRIMARY KEY (created_at, id)
) PARTITION BY RANGE (created_at);

CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_event ON outbox (event_id);

-- the net under the monthly partitions: a write never fails because nobody made the month's partition in time
CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;

CREATE FUNCTION ensure_outbox_partitions(months integer DEFAULT 3) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    month date;
BEGIN
    FOR step IN 0..months LOOP
        month := (first + make_interval(months => step))::date;
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
                'outbox_' || to_char(month, 'YYYY_MM'),
                month::timestamp AT TIME ZONE 'UTC',
                (month + interval '1 month')::timestamp AT TIME ZONE 'UTC'
            );
        EXCEPTION WHEN check_violation THEN
            NULL; -- rows of that month already lie in the default partition and stay there
        END;
    END LOOP;
END $$;

SELECT ensure_outbox_partitions();

CREATE TABLE inbox (
    event_id   uuid NOT NULL,
    handler    text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, handler)
);

CREATE INDEX inbox_handled_at ON inbox USING brin (handled_at);

CREATE TABLE dead_letter (
    id                  uuid PRIMARY KEY,
    event_id            uuid,
    name                text,
    payload             text NOT NULL,
    reason              text NOT NULL,
    attempts            integer NOT NULL,
    failed_at           timestamptz NOT NULL DEFAULT now(),
    replay_requested_at timestamptz,
    replayed_at         timestamptz
);

CREATE INDEX dead_letter_waiting ON dead_letter (failed_at, id) WHERE replayed_at IS NULL;
CREATE INDEX dead_letter_replaying ON dead_letter (replay_requested_at)
    WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL;

-- the broker's place in the embedded set-up: what has been handed to this service and not been handled yet
CREATE TABLE local_message (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    payload  text NOT NULL,
    attempt  integer NOT NULL DEFAULT 1,
    due_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX local_message_due ON local_message (due_at, id);

CREATE TABLE idempotent_answer (
    client_id   text NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    status      smallint NOT NULL,
    headers     jsonb NOT NULL,
    body        json NOT NULL, -- not jsonb: a repeated answer is the same to the letter
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, key)
);

CREATE INDEX idempotent_answer_created_at ON idempotent_answer USING brin (created_at);
