// A second attempt, with little memory, of what met the memory limit: texts of large logs are read by whole granules.
import type { ClickHouseSettings } from '@clickhouse/client';
import { EXECUTION_SECONDS_MAX, metMemoryLimit } from './run-select.ts';
import { type Sql, sql } from './sql.ts';

/**
 * So many rows are read at once, of up to 256 KiB each: 68 MB at the height of a search among 9600 logs of 220 kB beside two million small
 * ones, 128 MB with 256 rows. Fewer cost less there, as they need fewer new pages (1024 rows: 5.6 CPU-s, 256: 3.6, 128: 2.4, 64: 2.5);
 * over logs of the usual size a search takes twice the CPU with it (270 000 rows: 25 and 50 ms).
 */
const BLOCK_ROWS_MAX = 128;

/**
 * For the conditions that are looked at first: `message` and `attributes` are read with them, block by block. Read later, of the rows that
 * meet the conditions alone, all that lie before such a row in its granule are read at once, to be passed over.
 */
export const WITH_TEXTS: Sql = sql`NOT ignore(message, attributes)`;

/**
 * A granule may hold hundreds of MB: how many rows it has is reckoned from the mean of an insert's block, and by a vertical merge from
 * the sizes of the granules that it reads. ClickHouse reads what PREWHERE needs by whole granules, whatever the size of blocks, while it
 * would remember which of them a condition does not meet; without that it keeps to the size, and with one step of PREWHERE it passes
 * over nothing (see above). What is kept decompressed counts as the query's memory.
 */
const SMALL_BLOCKS: ClickHouseSettings = {
  use_query_condition_cache: 0,
  enable_multiple_prewhere_read_steps: 0,
  max_block_size: String(BLOCK_ROWS_MAX),
  max_threads: 1,
  use_uncompressed_cache: 0,
  output_format_parallel_formatting: 0,
};

/**
 * What `read` gives; where it met the memory limit of a query, what `again` gives with settings that keep to small blocks, in the time that is left.
 * The usual query costs nothing more.
 * @throws whatever they throw
 */
export async function withinMemory<Result>(
  settings: ClickHouseSettings,
  read: (settings: ClickHouseSettings) => Promise<Result>,
  again: (settings: ClickHouseSettings) => Promise<Result>,
): Promise<Result> {
  const startedMs = performance.now();
  try {
    return await read(settings);
  } catch (error) {
    const secondsLeft = EXECUTION_SECONDS_MAX - Math.ceil((performance.now() - startedMs) / 1000);
    if (!metMemoryLimit(error) || secondsLeft < 1) throw error;
    return again({ ...settings, ...SMALL_BLOCKS, max_execution_time: secondsLeft });
  }
}
