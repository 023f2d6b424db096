-- The bytes of a letter that was replayed, deleted or taken back lie in an older version of its row: merged away within an
-- hour or so, though there be too few parts to merge for their own sake.
ALTER TABLE dead_letters MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
