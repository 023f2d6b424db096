// Picks the bus adapter by the scheme of BUS_URL.
import { type Bus, BusError } from './bus.ts';
import { BYTES_MAX_DEFAULT, KEEP_CONSUMED_BYTES_MAX_DEFAULT, KEEP_CONSUMED_MS_DEFAULT } from './lmdb/limits.ts';
import { createLmdbBus } from './lmdb/lmdb-bus.ts';

export interface BusOptions {
  /** Bytes of records kept at most, consumed or not; past it append fails with 'full'. Default 8 GiB. */
  readonly bytesMax?: number;
  /** Consumed records stay readable for this long at least … Default 15 minutes. */
  readonly keepConsumedMs?: number;
  /** … or until they are more than this many bytes. Default 256 MiB. */
  readonly keepConsumedBytesMax?: number;
}

const LMDB_SCHEME = 'lmdb:';

/**
 * Opens the bus that `url` names: `lmdb:DIR` (one machine). Nothing is connected or created before a part is used.
 * @throws BusError for a scheme that is not known
 */
export function openBus(url: string, options: BusOptions = {}): Bus {
  const folder = url.startsWith(LMDB_SCHEME) ? url.slice(LMDB_SCHEME.length) : '';
  if (folder === '') throw new BusError('unavailable', 'BUS_URL must be lmdb:FOLDER.');
  return createLmdbBus(folder, {
    bytesMax: options.bytesMax ?? BYTES_MAX_DEFAULT,
    keepConsumedMs: options.keepConsumedMs ?? KEEP_CONSUMED_MS_DEFAULT,
    keepConsumedBytesMax: options.keepConsumedBytesMax ?? KEEP_CONSUMED_BYTES_MAX_DEFAULT,
  });
}
