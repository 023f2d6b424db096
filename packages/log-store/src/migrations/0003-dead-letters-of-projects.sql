-- A letter belongs to one project and mode: of a refused record each has its own, put in one insert.
-- What a letter of before this has by default makes it the operator's: the zero project, no mode, the record's id as its own.
-- `value`: of a project's letter its rows as a Native block (zstd), of the operator's the bus record as it was read.
-- `origin_id` is the record that the rows were first in and `replays` how often they were sent again until they were in
-- `record_id`: receipts name the first, and find what became of the rows by it.
-- `replayed_as`: the record that they were sent again in; then and when it is `deleted` the row stays, without the bytes.
ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS record_id UUID DEFAULT id,
    ADD COLUMN IF NOT EXISTS origin_id UUID DEFAULT record_id,
    ADD COLUMN IF NOT EXISTS project_id UUID,
    ADD COLUMN IF NOT EXISTS mode LowCardinality(String),
    ADD COLUMN IF NOT EXISTS replays UInt32,
    ADD COLUMN IF NOT EXISTS bytes UInt64,
    ADD COLUMN IF NOT EXISTS request_ids Array(UUID),
    ADD COLUMN IF NOT EXISTS request_rows Array(UInt32),
    ADD COLUMN IF NOT EXISTS replayed_as UUID,
    ADD COLUMN IF NOT EXISTS deleted UInt8
