-- The indexes of search take new words in at once. As they are made by default, new words wait in a list that each search
-- reads from end to end until the server cleans up, which after some thousand documents cost more than all the rest.
-- Documents change seldom, and are searched all the time.

DO $$
DECLARE
    searched regclass;
BEGIN
    FOR searched IN
        SELECT indexrelid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
        WHERE amname = 'gin' AND (indrelid = 'search_word'::regclass OR indrelid IN (
            SELECT attrelid FROM pg_attribute WHERE attname = 'search_weighed' AND NOT attisdropped
        ))
    LOOP
        EXECUTE format('ALTER INDEX %s SET (fastupdate = off)', searched);
        PERFORM gin_clean_pending_list(searched);
    END LOOP;
END $$;
