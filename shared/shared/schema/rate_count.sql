-- How much has been asked for in a window of time (shared.limiting): told by each process about every second, and only of
-- those who ask much. `counter` is a keyed digest of the limit and of whom it counts.
--
-- UNLOGGED: an orderly restart keeps it, and a crash of the database costs a window's memory, which is a day's at most.

CREATE UNLOGGED TABLE rate_count (
    counter bytea NOT NULL,
    ends_at timestamptz NOT NULL,
    used    bigint NOT NULL,
    PRIMARY KEY (counter, ends_at)
);
