-- how far each change feed of others has been read, and when its owner last said that there was nothing more
CREATE TABLE feed_position (
    feed         text NOT NULL,
    cursor       text,
    confirmed_at timestamptz,
    CONSTRAINT pk_feed_position PRIMARY KEY (feed)
);
