-- Records that could not be stored, with their bytes and the reason, until an operator replays or deletes them.
-- `value` and `headers` are the bus record as it was read; headers are text, binary ones in base64.
-- ReplacingMergeTree: a record that is put here twice stays one letter; `taken_back` = 1 when an insert of it was found
-- to have been faster after all.
CREATE TABLE IF NOT EXISTS dead_letters
(
    id UUID,
    dead_at DateTime64(3, 'UTC'),
    reason String,
    bus_partition UInt32,
    bus_offset Int64,
    expires_on Date,
    rows UInt32,
    headers Map(String, String),
    value String CODEC(NONE),
    taken_back UInt8 DEFAULT 0,
    version UInt64 DEFAULT toUnixTimestamp64Milli(now64(3))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 100000
