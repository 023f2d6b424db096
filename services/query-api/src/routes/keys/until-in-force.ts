// What each change of a key waits for before it is answered.
import { IN_FORCE_ALREADY } from '@sazabi/control-db';
import type { KeyFeed } from '../../key-feed/key-feed.ts';

/** Resolves once every connected intake has confirmed the change, at the latest after 1 s. */
export async function untilInForce(feed: KeyFeed, seq: number): Promise<void> {
  if (seq !== IN_FORCE_ALREADY) await feed.inForce(seq);
}
