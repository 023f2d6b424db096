// The last use of each secret key, gathered in memory and written down every few seconds: no write per request.
import { type ControlDb, type LastUse, recordSecretKeyUse } from '@sazabi/control-db';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import { KEY_USE_FLUSH_MS } from './limits.ts';

export interface KeyUse {
  note(use: LastUse): void;
  /** Writes down what is gathered. */
  close(): Promise<void>;
}

export function createKeyUse(db: ControlDb, logger: Logger): KeyUse {
  const latest = new Map<string, LastUse>();
  const flush = async () => {
    if (latest.size === 0) return;
    const uses = [...latest.values()];
    latest.clear();
    await recordSecretKeyUse(db.orm, uses).catch((error: unknown) => {
      logger.warn({ event: 'key_use_kept', reason: safeMessage(error) }, 'The last use of keys is written down later.');
      // A later use of the same key is the one to keep.
      for (const use of uses) if (!latest.has(use.keyId)) latest.set(use.keyId, use);
    });
  };
  const timer = setInterval(flush, KEY_USE_FLUSH_MS).unref();
  return {
    note(use) {
      latest.set(use.keyId, use);
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
