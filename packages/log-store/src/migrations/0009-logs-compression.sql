-- ZSTD(1) where LZ4 was the default, and each text behind its own length: a stream of lengths alone compresses worse.
ALTER TABLE logs MODIFY SETTING default_compression_codec = 'ZSTD(1)', string_serialization_version = 'single_stream'
