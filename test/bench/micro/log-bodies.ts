// What the micro-benchmarks of a log's way work on: bodies of distinct logs, and a batch as the intake fills it.
import { ContractError } from '@sazabi/contract';
import { fileLogs, protocolOf } from '@sazabi/intake/parts';
import { createLogBlock, expiresOnDay, type LogBlock, newUuidV7, type RequestSource } from '@sazabi/log-record';
import { prepareBodies } from '../../load/workload.ts';

/** Logs that become one block: what 16 requests of 100 that came together make. */
export const BLOCK_LOGS = 1600;

const SOURCE: RequestSource = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: '',
};

/** Bodies with {@link BLOCK_LOGS} logs in all, the same at each run but for their times. */
export function blockBodies(batch: number): readonly Buffer[] {
  const count = BLOCK_LOGS / batch;
  const work = { logs: BLOCK_LOGS, batch, connections: 1, seed: 1, settleMs: 0 };
  return prepareBodies(work).slice(0, count);
}

export interface Filing {
  readonly block: LogBlock;
  readonly batchId: Uint8Array;
  readonly expiresOnDay: number;
  /** Empties the block, then files the logs of each body as the intake does. @throws Error where a log is rejected */
  file(bodies: readonly Buffer[]): void;
}

export function createFiling(): Filing {
  const block = createLogBlock();
  const batchId = newUuidV7();
  const receivedAtMs = Date.now();
  const day = expiresOnDay(receivedAtMs, 30);
  const kind = 'log' as const;
  const protocol = protocolOf('application/json');
  if (protocol instanceof ContractError) throw protocol;
  return {
    block,
    batchId,
    expiresOnDay: day,
    file(bodies) {
      block.reset(batchId, day);
      for (const body of bodies) {
        const submission = { source: SOURCE, expiresOnDay: day, receivedAtMs, requestId: null, kind, protocol, body };
        const filed = fileLogs(block, submission, batchId);
        if (filed instanceof ContractError) throw filed;
        if (filed.rejectedCount > 0) throw new Error('a log was rejected');
      }
    },
  };
}
