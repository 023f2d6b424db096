// How the engine compresses the parts of tables that name no codec themselves.

/**
 * The one `<case>` of a server's `<compression>`, as in infra/clickhouse/config.xml: ZSTD(1) for a part of any size. What is inserted has
 * none yet and is LZ4, so this is what merges write.
 */
export const MERGED_PARTS = { min_part_size: '1', min_part_size_ratio: '0', method: 'zstd', level: '1' } as const;

/**
 * Behind clickhouse-local's options: keys of its configuration. In the file the section would have a text, `10zstd1`, which
 * clickhouse-local takes for the yes or no of its own `compression` and ends at; here that key is a no, its default, beside the section.
 */
export const COMPRESSION_ARGUMENTS: readonly string[] = [
  '--compression=0',
  ...Object.entries(MERGED_PARTS).map(([key, value]) => `--compression.case.${key}=${value}`),
];
