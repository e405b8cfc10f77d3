-- What purges find their rows by: a purge with nothing to delete reads the oldest row. A BRIN index has no oldest row,
-- and one whose first ranges once held old rows is read whole.

CREATE INDEX inbox_purged ON inbox (handled_at);
DROP INDEX IF EXISTS inbox_handled_at;
CREATE INDEX idempotent_answer_purged ON idempotent_answer (created_at);
DROP INDEX IF EXISTS idempotent_answer_created_at;
CREATE INDEX dead_letter_purged ON dead_letter (coalesce(replayed_at, discarded_at));
CREATE INDEX dpop_proof_purged ON dpop_proof (expires_at);
CREATE INDEX rate_count_purged ON rate_count (ends_at);
