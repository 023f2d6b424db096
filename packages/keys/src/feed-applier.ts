// Applies feed messages to a snapshot: a whole new one is gathered beside it and put in its place at once.
import { FeedFormatError } from './feed-lines.ts';
import type { FeedMessage, ProjectTaken, PublicKeyEntry } from './key-entry.ts';
import type { KeySnapshot } from './key-snapshot.ts';

/** What changed in the snapshot, after it changed. */
export type KeyChange =
  | { readonly type: 'snapshot' }
  | { readonly type: 'put'; readonly entry: PublicKeyEntry }
  | { readonly type: 'delete'; readonly keyId: string };

/** What a message did: `confirm` is the position to confirm to the API, `current` that the snapshot is now known to be fresh. */
export interface Applied {
  readonly confirm: number | null;
  readonly current: boolean;
  readonly change: KeyChange | null;
  readonly liveIntakes: number | null;
  /** What others have taken on a day. */
  readonly quotaUse: { readonly day: string; readonly projects: readonly ProjectTaken[] } | null;
}

/** One connection's messages, or one file's, in order. @throws FeedFormatError for a message out of place */
export function createFeedApplier(snapshot: KeySnapshot): (message: FeedMessage) => Applied {
  let gathering: { head: Extract<FeedMessage, { type: 'snapshot' }>; entries: PublicKeyEntry[] } | null = null;
  // A connection says first where it goes on from; a change before that would be applied to who knows what.
  let current = false;
  const applied = (confirm: number | null, change: KeyChange | null, liveIntakes: number | null = null): Applied => ({
    confirm,
    current,
    change,
    liveIntakes,
    quotaUse: null,
  });
  const mustBeCurrent = (type: string): void => {
    if (!current || gathering !== null) throw new FeedFormatError(`${type} before the snapshot was whole`);
  };

  return (message) => {
    switch (message.type) {
      case 'snapshot':
        gathering = { head: message, entries: [] };
        return applied(null, null);
      case 'snapshot-end': {
        if (gathering === null || gathering.entries.length !== gathering.head.count)
          throw new FeedFormatError('the snapshot does not have as many keys as it said');
        const receiptSecret = Buffer.from(gathering.head.receiptSecret, 'base64');
        snapshot.replace({ epoch: message.epoch, seq: message.seq, entries: gathering.entries, receiptSecret });
        gathering = null;
        current = true;
        return applied(message.seq, { type: 'snapshot' });
      }
      case 'resume':
        if (snapshot.position()?.epoch !== message.epoch)
          throw new FeedFormatError('resumed at an epoch not asked for');
        snapshot.setReceiptSecret(Buffer.from(message.receiptSecret, 'base64'));
        current = true;
        return applied(null, null);
      case 'put':
        if (gathering !== null) {
          gathering.entries.push(message.entry);
          return applied(null, null);
        }
        mustBeCurrent('a change');
        snapshot.put(message.seq, message.entry);
        return applied(message.seq, { type: 'put', entry: message.entry });
      case 'delete':
        mustBeCurrent('a deletion');
        snapshot.remove(message.seq, message.keyId);
        return applied(message.seq, { type: 'delete', keyId: message.keyId });
      case 'heartbeat':
        // Its seq moves nothing: a change is confirmed when it has come itself.
        return applied(null, null, message.liveIntakes);
      case 'quota-use':
        return { ...applied(null, null), quotaUse: message };
    }
  };
}
