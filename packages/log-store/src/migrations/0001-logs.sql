-- The logs. Columns in the order of the Native block (LOG_COLUMNS of packages/log-record).
--
-- PARTITION BY expires_on, and whole parts dropped by TTL: retention per project that no client clock can disturb. Queries
-- read expires_on >= today; the rows stay 4 days longer, so that their ids outlive the 3 days of an idempotency key.
-- The projections lie in the part itself and so can never disagree with its rows: `ids` tells what is stored (the
-- consumer's look-up, receipts), `usage` what is counted per day, project and key. No materialized view on this table: its
-- part is a second commit, and the engine was seen to store one without the other.
-- fsync_*: an insert that was answered is on disk, and the bus may let go of its records.
-- The deduplication window is counted in inserts, one window for the table: 500 000 is a day of 5.8 inserts a second, more
-- than an engine at its full rate makes of ranges of up to 100 000 rows. Full, it costs 0.4 s of a start and 120 MB.
-- ORDER BY is the total order of queries (timestamp, batch_id, ordinal): a page of one project reads in order and stops
-- early. Measured on 1 M rows: latest 50 in 7 ms and 3 400 rows read; with (…, toStartOfMinute(timestamp), service,
-- timestamp) 38 ms and all rows read, and that insert cost more, not less. The primary key kept in memory is shorter.
-- The two bloom filters cost 0.15 CPU-s of 1.5 per million rows and find one value of an attribute in 9 instead of 98 ms,
-- a trace in 7 instead of 48 ms. No index for words: tokenbf_v1 halves a rare word's search for a third more insert cost,
-- a text index takes a ninth of it for twice the insert and 7 times the merge cost.
CREATE TABLE IF NOT EXISTS logs
(
    project_id UUID,
    mode LowCardinality(String),
    timestamp DateTime64(9, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    expires_on Date,
    severity_number UInt8,
    level LowCardinality(String),
    service LowCardinality(String),
    environment LowCardinality(String),
    host LowCardinality(String),
    message String,
    event_name LowCardinality(String),
    trace_id String,
    span_id String,
    attributes Map(LowCardinality(String), String),
    key_id LowCardinality(String),
    bytes UInt32,
    batch_id UUID,
    ordinal UInt32,
    INDEX trace_ids trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX attribute_values mapValues(attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    PROJECTION ids (SELECT expires_on, batch_id, count() GROUP BY expires_on, batch_id),
    PROJECTION usage
    (
        SELECT toDate(received_at), project_id, mode, key_id, count(), sum(bytes)
        GROUP BY toDate(received_at), project_id, mode, key_id
    )
)
ENGINE = MergeTree
PARTITION BY expires_on
PRIMARY KEY (project_id, mode, timestamp)
ORDER BY (project_id, mode, timestamp, batch_id, ordinal)
TTL expires_on + INTERVAL 4 DAY
SETTINGS
    ttl_only_drop_parts = 1,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    non_replicated_deduplication_window = 500000,
    lightweight_mutation_projection_mode = 'rebuild'
