-- One row: which replica of the API does the hourly work on the log store, until when, and when it was last done whole.
-- rewritten_at: when removed rows were last taken off the disk.
CREATE TABLE maintenance (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  holder uuid,
  held_until timestamptz(3),
  succeeded_at timestamptz(3),
  rewritten_at timestamptz(3)
);
INSERT INTO maintenance DEFAULT VALUES;
CREATE INDEX projects_to_purge ON projects (purged_at) WHERE deleted_at IS NOT NULL OR hidden_before IS NOT NULL;
