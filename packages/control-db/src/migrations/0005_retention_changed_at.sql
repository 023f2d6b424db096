-- retention_changed_at: when the retention was changed last; set with hidden_before. Logs received after that go with their
-- partitions, and are not removed before.
ALTER TABLE projects ADD COLUMN retention_changed_at timestamptz(3);
UPDATE projects SET retention_changed_at = now() WHERE hidden_before IS NOT NULL;
