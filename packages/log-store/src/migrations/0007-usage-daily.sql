-- What was stored per day received, project, mode and key, so that counts outlive the rows: copied from the projection `usage`
-- again and again while all rows of a day are there, and once more before any of them are removed.
-- ReplacingMergeTree keeps the largest count: rows of a day are first added, then removed, and a copy that is taken after that
-- has less to tell. Whoever reads takes max(logs) and max(bytes) per key: versions lie in several parts, and, when shards were
-- added, on several servers.
CREATE TABLE IF NOT EXISTS usage_daily
(
    day Date,
    project_id UUID,
    mode LowCardinality(String),
    key_id LowCardinality(String),
    logs UInt64,
    bytes UInt64
)
ENGINE = ReplacingMergeTree(logs)
ORDER BY (project_id, mode, day, key_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
