-- earlier_retentions: [{untilMs, days}], what held before a retention was lengthened, the oldest first. Logs received before
-- that are seen for so many days, though they may lie on the disk for longer than the retention said.
ALTER TABLE projects ADD COLUMN earlier_retentions jsonb NOT NULL DEFAULT '[]';
