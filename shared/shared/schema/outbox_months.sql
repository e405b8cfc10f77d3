-- Drops a month of the outbox of which nothing is to be sent any more; whether it did. The month's name is one of
-- outbox's own parts and nothing else: whoever may call this need not own the table. Raises lock_not_available when the
-- table is busy.
CREATE FUNCTION drop_outbox_month(month text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    needed boolean;
    asked text := 'SELECT EXISTS (SELECT FROM %I WHERE sent_at IS NULL OR created_at > now() - interval ''90 days'')';
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'outbox'::regclass AND relname = month AND relname ~ '^outbox_[0-9]{4}_[0-9]{2}$'
    ) THEN
        RETURN false;
    END IF;
    EXECUTE format(asked, month) INTO needed;
    IF needed THEN
        RETURN false;
    END IF;
    -- the parent first, as those who write to it do; then looked at again, because a row may have been marked anew
    SET LOCAL lock_timeout = '100ms';
    LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(asked, month) INTO needed;
    IF NOT needed THEN
        EXECUTE format('DROP TABLE %I', month);
    END IF;
    RETURN NOT needed;
END $$;
