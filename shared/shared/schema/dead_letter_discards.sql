-- What operators have looked at and decided to leave undone: kept with who and why, and no longer counted as waiting.

ALTER TABLE dead_letter
    ADD COLUMN discarded_at   timestamptz,
    ADD COLUMN discarded_by   text,
    ADD COLUMN discard_reason text;

DROP INDEX dead_letter_waiting;
CREATE INDEX dead_letter_waiting ON dead_letter (failed_at, id) WHERE replayed_at IS NULL AND discarded_at IS NULL;
