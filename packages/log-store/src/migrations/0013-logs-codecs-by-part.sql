-- What comes after the differences is the part's own codec: LZ4 where it is inserted, ZSTD(1) where it is merged (0015).
ALTER TABLE logs
    MODIFY COLUMN timestamp CODEC(Delta, Default),
    MODIFY COLUMN received_at CODEC(Delta, Default),
    MODIFY COLUMN bytes CODEC(T64, Default),
    MODIFY COLUMN ordinal CODEC(Delta, Default)
