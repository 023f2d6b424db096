// Picks the bus adapter by the scheme of BUS_URL.
import { type Bus, BusError } from './bus.ts';

export interface BusOptions {
  /** Bytes of records kept at most, consumed or not; past it append fails with 'full'. Default 8 GiB. */
  readonly bytesMax?: number;
  /** Consumed records stay readable for this long at least … Default 15 minutes. */
  readonly keepConsumedMs?: number;
  /** … or until they are more than this many bytes. Default 256 MiB. */
  readonly keepConsumedBytesMax?: number;
}

/**
 * Opens the bus that `url` names: `lmdb:DIR` (one machine). Nothing is connected or created before a part is used.
 * @throws BusError for a scheme that is not known
 */
export function openBus(url: string, _options: BusOptions = {}): Bus {
  throw new BusError('unavailable', `BUS_URL ${url}: no adapter yet`);
}
