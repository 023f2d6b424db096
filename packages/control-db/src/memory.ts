// What was read is remembered until something is written that it may be made of: where this process alone writes (PGlite).
import { REMEMBERED_MAX } from './limits.ts';

type Ids = readonly (string | undefined)[];

/** Makes `read` one that may answer from memory; what it gives is not to be changed. What it throws is not remembered. */
export type Remembering = <Of extends Ids, T>(read: (...of: Of) => Promise<T>) => (...of: Of) => Promise<T>;

export interface Memory {
  readonly remembering: Remembering;
  /** To be called with each statement before it is run: drizzle's logger. */
  logQuery(statement: string): void;
}

const READS = /^\s*select\b/i;
/** The tables whose answers may be remembered: nothing read from others belongs here. */
const REMEMBERED_TABLES = /\b(?:organizations|projects|secret_keys)\b/i;
/** When a key was used last is written every few seconds, and no answer that is remembered tells it. */
const LAST_USE = /^UPDATE "secret_keys" SET\s+last_used_at = used\.at\b/;

/** PostgreSQL has other writers: all is read anew. */
export const rememberNothing: Remembering = (read) => read;

/**
 * Forgets all at the first statement of a change, before its commit. PGlite runs nothing beside a transaction, so what is read from
 * then on is read behind the commit.
 */
export function createMemory(): Memory {
  let changes = 0;
  return {
    logQuery(statement) {
      if (READS.test(statement) || !REMEMBERED_TABLES.test(statement) || LAST_USE.test(statement)) return;
      changes += 1;
    },
    remembering<Of extends Ids, T>(read: (...of: Of) => Promise<T>) {
      const answers = new Map<string, { readonly changes: number; readonly answer: T }>();
      return async (...of: Of) => {
        const name = of.join(' ');
        const known = answers.get(name);
        if (known?.changes === changes) return known.answer;
        const asked = changes;
        const answer = await read(...of);
        // One that was asked before a change has the number of before, and is not taken after it.
        if (answers.size >= REMEMBERED_MAX) answers.clear();
        answers.set(name, { changes: asked, answer });
        return answer;
      };
    },
  };
}
