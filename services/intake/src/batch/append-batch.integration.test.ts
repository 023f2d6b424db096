// What a record says of its logs, as the bus has it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBus } from '@sazabi/bus';
import { LARGE_LOG_BYTES, largeLogBytesOf } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import { createBytesBudget } from '../bytes-budget.ts';
import { WAITING_BYTES_MAX } from '../limits.ts';
import { submission } from '../testing/submission.ts';
import { createGroupCommit } from './group-commit.ts';

it('tells the consumer of large logs, however many small ones are beside them, and of no others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-append-'));
  const bus = openBus(`lmdb:${folder}`);
  try {
    const commit = createGroupCommit<string>({
      producer: await bus.producer(),
      waitingBytes: createBytesBudget(WAITING_BYTES_MAX),
      settle: () => undefined,
      appended: () => undefined,
    });
    for (const largest of [LARGE_LOG_BYTES, LARGE_LOG_BYTES + 1]) {
      commit.submit(submission(['a', 'x'.repeat(largest), 'b']), 'one');
      await commit.drained();
    }
    const reader = await bus.reader();
    const records = await reader.read(0, 0, { bytesMax: 2 ** 30, recordsMax: 10, waitMs: 0 });
    await reader.close();
    expect(records.map(({ headers }) => largeLogBytesOf(headers))).toEqual([0, LARGE_LOG_BYTES + 1]);
  } finally {
    await bus.close();
    rmSync(folder, { recursive: true });
  }
});
