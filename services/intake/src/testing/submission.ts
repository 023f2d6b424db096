// One request's logs for tests of batches.
import { randomUUID } from 'node:crypto';
import type { Submission } from '../batch/submission.ts';
import { JSON_PROTOCOL } from '../protocols/json/json-protocol.ts';

export const source = { projectId: randomUUID(), mode: 'live', keyId: randomUUID(), environment: '' } as const;

/** A log of each message, all of one source, day and time. */
export function submission(messages: readonly unknown[], changes: Partial<Submission> = {}): Submission {
  return {
    source,
    expiresOnDay: 21_000,
    receivedAtMs: 1_800_000_000_000,
    requestId: null,
    kind: 'log',
    protocol: JSON_PROTOCOL,
    body: Buffer.from(JSON.stringify(messages.map((message) => ({ message })))),
    ...changes,
  };
}
