// What the API reaches besides its control store: the log store as two users, and the bus. Nothing is sent before the first call.
import { openBus } from '@sazabi/bus';
import type { Logger } from '@sazabi/lifecycle';
import { type ClickHouseClient, openLogStore } from '@sazabi/log-store';
import type { Config } from './config.ts';
import { createLetterBus, type LetterBus } from './letter-bus.ts';

export interface Outside {
  /** Of the user that only reads. */
  readonly logStore: ClickHouseClient;
  /** Of the user that may write: for dead letters alone. */
  readonly letterStore: ClickHouseClient;
  readonly bus: LetterBus;
}

/** Opens them; what ends them is added to `closers`. */
export function openOutside(config: Config, logger: Logger, closers: (() => Promise<void>)[]): Outside {
  const logStore = openLogStore(config.logStoreUrl, { application: 'sazabi-query-api' });
  const letterStore = openLogStore(config.letterStoreUrl, { application: 'sazabi-query-api' });
  const bus = createLetterBus(openBus(config.bus.url, { ...config.bus, logger }));
  closers.push(
    () => logStore.close(),
    () => letterStore.close(),
    () => bus.close(),
  );
  return { logStore, letterStore, bus };
}
