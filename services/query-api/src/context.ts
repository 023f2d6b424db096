// What routes work with; made once by run.
import type { ControlDb } from '@sazabi/control-db';
import type { ClickHouseClient } from '@sazabi/log-store';
import type { KeyFeed } from './key-feed/key-feed.ts';
import type { QuerySlots } from './query-slots.ts';
import type { Tenancy } from './tenancy.ts';

export interface Context {
  readonly db: ControlDb;
  readonly feed: KeyFeed;
  readonly logStore: ClickHouseClient;
  readonly tenancy: Tenancy;
  readonly querySlots: QuerySlots;
  /** The operator's cap on what keys may set; null = none. */
  readonly rateLimitCap: number | null;
  /** Why the service is not ready, or null when it is. */
  readonly notReady: () => Promise<string | null>;
}
