// One part of many rows, as the consumer's insert makes it, from an INSERT … SELECT of a test.

/** Settings of such an insert: ClickHouse would cut it into blocks, and so into parts, by itself. */
export const ONE_PART = {
  max_block_size: '1000',
  use_strict_insert_block_limits: 1,
  min_insert_block_size_rows: '1000000',
  max_insert_block_size: '1000000',
  min_insert_block_size_bytes: '0',
  max_memory_usage: '0',
} as const;
