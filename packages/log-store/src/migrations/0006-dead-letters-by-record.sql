-- Each look-up asks whether its records have letters, and letters lie by their own ids: without an index it reads all of them.
-- The rate is as low as the filter gets: a look-up names up to 4096 records, and each of them may be taken for one that is there.
-- All versions of a letter are of one record, so FINAL sees all of them or none. Parts of before this have it when they are merged.
ALTER TABLE dead_letters
    ADD INDEX IF NOT EXISTS by_record record_id TYPE bloom_filter(0.00001) GRANULARITY 1
