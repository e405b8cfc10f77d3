-- Search in documents of texts by language (shared.search): Norwegian and English full text, and the words it knows.
--
-- Everything is compared as plain ASCII words, so that it does not depend on the database's collation. A table of
-- documents takes part with these lines in its migration:
--
--     ALTER TABLE t ADD COLUMN search tsvector, ADD COLUMN search_weighed tsvector, ADD COLUMN search_stand bigint;
--     CREATE INDEX ix_t_search ON t USING gin (search) WITH (fastupdate = off);
--     CREATE INDEX ix_t_search_weighed ON t USING gin (search_weighed) WITH (fastupdate = off);
--     CREATE TRIGGER tr_t_search BEFORE INSERT OR UPDATE OF document ON t FOR EACH ROW EXECUTE FUNCTION search_index();
--     UPDATE t SET document = document;
--
-- With fastupdate, new words would wait in a list that each search reads from end to end until the server cleans up: after
-- some thousand documents that costs more than all the rest. Documents change seldom, and are searched all the time.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Lower-case ASCII words with one space between: ø is o, å is a, æ is ae, and letters lose their accents.
CREATE FUNCTION search_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    trim(regexp_replace(
        lower(regexp_replace(
            translate(
                replace(replace(normalize(left(said, 100000), NFKD), 'æ', 'ae'), 'Æ', 'ae'),
                'øØđĐðÐŋŊŧŦłŁ', 'oOdDdDnNtTlL'
            ),
            '[\u0300-\u036f]', '', 'g'
        ) COLLATE "C"),
        '[^a-z0-9]+', ' ', 'g'
    ));

-- The ways to write å, æ and ø without them are one.
CREATE FUNCTION search_norwegian(plain text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    replace(replace(replace(plain, 'aa', 'a'), 'ae', 'e'), 'oe', 'o');

-- A doubled letter is one: ungdom and ungdommer, komme and kome, and the commonest misspelling there is.
CREATE FUNCTION search_single(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    regexp_replace(written, '([a-z])\1+', '\1', 'g');

-- A Norwegian word as full text knows it, null for a stop word.
CREATE FUNCTION search_lexeme(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    search_single((ts_lexize('pg_catalog.norwegian_stem', word))[1]);

CREATE FUNCTION search_stem(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    coalesce(search_lexeme(search_norwegian(search_plain(said))), search_plain(said));

-- The words of Norwegian texts; as of search_lexeme, through a tsvector's text.
CREATE FUNCTION search_norwegian_words(VARIADIC said text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    search_single(to_tsvector(
        'pg_catalog.norwegian', search_norwegian(search_plain(array_to_string(said, ' ')))
    )::text)::tsvector;

CREATE FUNCTION search_texts(document jsonb, field text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    search_norwegian_words(
        document #>> ARRAY['texts', 'nb', field],
        nullif(document #>> ARRAY['texts', 'nn', field], document #>> ARRAY['texts', 'nb', field])
    )
    || to_tsvector('pg_catalog.english', search_plain(coalesce(document #>> ARRAY['texts', 'en', field], '')));

-- The words of a document: A in its name, B among its keywords, C in its short text, D in the long ones.
CREATE FUNCTION search_vector(document jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    setweight(search_texts(document, 'name'), 'A')
    || setweight(search_norwegian_words(document ->> 'keywords'), 'B')
    || setweight(search_texts(document, 'shortText'), 'C')
    || search_texts(document, 'longText')
    || search_texts(document, 'practitionerText');

-- One row: how often the documents have changed. Its lock is held until the change is committed, so changes get their
-- numbers in the order in which they become visible, and a search can be answered as of a number. Another epoch is
-- another history of documents.
CREATE TABLE search_stand (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    uuid NOT NULL DEFAULT gen_random_uuid(),
    stand    bigint NOT NULL,
    moved_by xid8 NOT NULL
);

-- Every word there has been in a document, by the heaviest weight it had there. None is taken out: a search goes on as it
-- began.
CREATE TABLE search_word (
    lexeme     text COLLATE "C" NOT NULL,
    weight     text COLLATE "C" NOT NULL,
    learned_at bigint NOT NULL,
    CONSTRAINT pk_search_word PRIMARY KEY (lexeme, weight)
);

CREATE INDEX ix_search_word_learned_at ON search_word (learned_at);
CREATE INDEX ix_search_word_trigrams ON search_word USING gin (lexeme gin_trgm_ops) WITH (fastupdate = off);

CREATE FUNCTION search_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.document IS NULL THEN -- takes its turn all the same, so that writers of several rows do not wait for each other
        PERFORM FROM search_stand FOR UPDATE;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.document IS NOT DISTINCT FROM OLD.document AND OLD.search_stand IS NOT NULL THEN
        RETURN NEW;
    END IF;
    INSERT INTO search_stand AS s (stand, moved_by) VALUES (1, pg_current_xact_id())
    ON CONFLICT (only_row) DO UPDATE SET stand = s.stand + 1, moved_by = excluded.moved_by
    WHERE s.moved_by <> excluded.moved_by;
    SELECT stand INTO NEW.search_stand FROM search_stand;
    NEW.search := search_vector(NEW.document);
    NEW.search_weighed := ts_filter(NEW.search, '{a,b,c}');
    INSERT INTO search_word (lexeme, weight, learned_at)
    SELECT lexeme, (SELECT min(w) FROM unnest(weights) AS w), NEW.search_stand FROM unnest(NEW.search)
    ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;

-- The words of what somebody asks for, eight at most: as typed; as compared with Norwegian ones; as lexemes, the deeper
-- one where a stem is stemmed again. Then lexemes of what may be in them: the two parts that each place cuts them into,
-- and of what they may be with the next word.
CREATE FUNCTION search_asked(said text) RETURNS TABLE (
    plain text, single text, stem text, deeper text, english text, is_stop boolean,
    beginnings text[], endings text[], joined text[]
) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT
        plain, search_single(word), coalesce(search_lexeme(word), plain), search_lexeme(search_lexeme(word)), english,
        search_lexeme(plain) IS NULL OR english IS NULL,
        ARRAY(SELECT search_lexeme(left(word, cut)) FROM generate_series(3, length(word) - 3) AS cut),
        ARRAY(SELECT search_lexeme(substr(word, cut + 1)) FROM generate_series(3, length(word) - 3) AS cut),
        ARRAY(SELECT search_lexeme(word || joint || next) FROM unnest(ARRAY['', 's', 'e']) AS joint)
    FROM (
        SELECT
            plain, place, search_norwegian(plain) AS word, search_norwegian(lead(plain) OVER (ORDER BY place)) AS next,
            (ts_lexize('pg_catalog.english_stem', plain))[1] AS english
        FROM unnest((string_to_array(nullif(search_plain(said), ''), ' '))[1:8]) WITH ORDINALITY AS w (plain, place)
    ) asked
    ORDER BY place
$$;

-- Whether a row was there when a search was begun. The cost is what the other conditions really take, which the planner
-- does not reckon with: words are stored apart from the row, and comparing trigrams is dear. Without it, it would rather
-- look at every row.
CREATE FUNCTION search_was_there(stand bigint, as_of bigint) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200 AS $$
BEGIN
    RETURN stand <= as_of;
END $$;

-- Known words that look like this one, or are it with two neighbouring letters swapped, which trigrams are no good at.
-- Whether they are near enough to be meant is for the caller to judge. A short one that no document is about is more
-- likely to be another word.
CREATE FUNCTION search_alike(single text, stem text, as_of bigint) RETURNS TABLE (lexeme text, is_swapped boolean)
LANGUAGE sql STABLE ROWS 20 AS $$
    (SELECT w.lexeme, false FROM search_word w
     WHERE (w.lexeme % single OR w.lexeme % stem) AND search_was_there(learned_at, as_of) AND (weight < 'C' OR length(w.lexeme) >= 7)
     GROUP BY w.lexeme
     ORDER BY greatest(similarity(w.lexeme, single), similarity(w.lexeme, stem)) DESC, w.lexeme LIMIT 20)
    UNION
    SELECT w.lexeme, true
    FROM generate_series(1, length(single) - 1) AS place
    JOIN search_word w ON w.lexeme = search_lexeme(
        overlay(single PLACING substr(single, place + 1, 1) || substr(single, place, 1) FROM place FOR 2)
    )
    WHERE search_was_there(learned_at, as_of) AND (weight < 'C' OR length(w.lexeme) >= 7)
$$;

-- How much a document is about what is asked for: for the words themselves, for words akin to them, for likely spellings
-- and for guesses a query for any of them and how many they are, because ts_rank takes the mean. However many words for
-- the same thing there are, they are worth no more than a keyword for each word that is asked for.
CREATE FUNCTION search_worth(
    weighed tsvector, asked integer, forms tsquery, form_count integer, akin tsquery, akin_count integer,
    meant tsquery, meant_count integer, guesses tsquery, guess_count integer
) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    form_count * coalesce(ts_rank('{0.1, 0.25, 0.6, 1}', weighed, forms), 0)
    + 0.6 * least(akin_count * coalesce(ts_rank('{0.1, 0.25, 0.6, 1}', weighed, akin), 0), 0.6 * asked)
    + 0.5 * meant_count * coalesce(ts_rank('{0.1, 0.25, 0.6, 1}', weighed, meant), 0)
    + 0.3 * guess_count * coalesce(ts_rank('{0.1, 0.25, 0.6, 1}', weighed, guesses), 0);
