-- Used DPoP proofs (RFC 9449, section 11.1), for the 15 seconds in which one could be shown again.
--
-- UNLOGGED, because every request writes a row that is worthless seconds later: no write-ahead log, nothing to replicate.
-- The price is that the table is empty after a crash of the database, and on a standby that takes over. For a moment a
-- proof from before could then be used again, so the register notes when it was opened: the sequence is unlogged too and
-- loses its value in the same crash. The first replica to see that sets it to the time in milliseconds, and proofs that
-- may have been used before then are turned away for some seconds. A register that a migration makes has lost nothing.

CREATE UNLOGGED TABLE dpop_proof (
    jkt_jti    bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE UNLOGGED SEQUENCE dpop_proof_opened;

SELECT setval('dpop_proof_opened', 1);
