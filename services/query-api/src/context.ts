// What routes work with; made once by run.
import type { ControlDb } from '@sazabi/control-db';
import type { KeyFeed } from './key-feed/key-feed.ts';
import type { Outside } from './outside.ts';
import type { QuerySlots } from './query-slots.ts';
import type { Tails } from './tail/tails.ts';
import type { Tenancy } from './tenancy.ts';

export interface Context extends Outside {
  readonly db: ControlDb;
  readonly feed: KeyFeed;
  readonly tenancy: Tenancy;
  readonly tails: Tails;
  readonly querySlots: QuerySlots;
  /** The operator's cap on what keys may set; null = none. */
  readonly rateLimitCap: number | null;
  /** Why the service is not ready, or null when it is. */
  readonly notReady: () => Promise<string | null>;
}
