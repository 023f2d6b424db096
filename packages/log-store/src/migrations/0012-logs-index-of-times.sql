-- The last granule of a project in a part ends in the next project's logs, so the primary key cannot tell when it ends: the latest
-- logs were looked for in one granule of each part, however old. 14 KB in 10 million rows. Parts of before have it when they are merged.
ALTER TABLE logs
    ADD INDEX IF NOT EXISTS timestamps timestamp TYPE minmax GRANULARITY 1
